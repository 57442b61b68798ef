import Hardware
import Units
import Models

public enum Phase: String, Codable, Sendable, CaseIterable { case prefill, decode }

/// How one instance of one phase is spread over its chips; checked when made, valid afterwards.
public struct EnginePlan: Hashable, Sendable {
  public var phase: Phase
  /// Packages in the instance.
  public var chips: Int
  /// Dies: the ranks of expert parallelism.
  public var dies: Int
  /// Dies among which one request's heads are divided.
  public var tensorParallel: Int
  /// Groups of dies with requests of their own.
  public var dataParallel: Int
  public var expertParallel: Int
  /// Experts, with copies, that a die holds.
  public var expertsPerRank: Int
  /// nil lets the engine choose per batch and context.
  public var microbatching: Bool?
  public var draftTokens: Int
  /// Share of draft tokens accepted, each given that those before it were.
  public var acceptance: Double
  /// Replaces the engine's `expertSkew`; 1 is perfect balance.
  public var expertSkew: Double?

  /// Expected tokens that a request gains in a step: 1 + a + a² + … over the draft tokens.
  public var tokensPerStep: Double {
    var total = 1.0
    var reach = 1.0
    for _ in 0..<draftTokens {
      reach *= acceptance
      total += reach
    }
    return total
  }

  public init(
    _ phase: Phase, chips: Int, of architecture: Architecture, on system: System, chip: Chip, engine: Engine,
    tensorParallel: Int? = nil, microbatching: Bool? = nil, draftTokens: Int = 0, acceptance: Double = 0,
    expertSkew: Double? = nil
  ) throws {
    let dies = chips * chip.dies.value
    let mixture = architecture.mixture
    let pooled = phase == .prefill && engine.prefill.attention == .sequenceTensorSequence
    let tensor = tensorParallel ?? (pooled ? dies : (mixture == nil ? dies : 1))
    self.phase = phase
    self.chips = chips
    self.dies = dies
    self.tensorParallel = tensor
    dataParallel = tensor > 0 ? max(1, dies / tensor) : 1
    expertParallel = mixture == nil ? 1 : dies
    self.microbatching = microbatching
    self.draftTokens = draftTokens
    self.acceptance = acceptance
    self.expertSkew = expertSkew
    expertsPerRank = 0
    if let mixture, dies > 0 { expertsPerRank = EnginePlan.slots(mixture, ranks: dies, placement: engine.experts) }
    try check(architecture, system, pooled: pooled)
  }

  /// Experts on each rank: routed ones and their copies, and the shared one where it is placed like them.
  static func slots(_ mixture: MixtureOfExperts, ranks: Int, placement: Engine.ExpertPlacement) -> Int {
    let shared = placement.sharedPlacedAsRouted ? (mixture.experts * mixture.sharedExperts + 7) / 8 : 0
    let total = mixture.experts + shared + placement.redundant.value
    let routed = max(1, (total + ranks - 1) / ranks)
    return placement.sharedPlacedAsRouted ? routed : routed + mixture.sharedExperts
  }

  private func check(_ architecture: Architecture, _ system: System, pooled: Bool) throws {
    var problems: [Problem] = []
    let place = phase.rawValue
    if chips < 1 {
      problems.append(Problem("\(place).chips", "\(chips) is no number of chips", wayOut: "use at least 1"))
    }
    if chips > system.chips.value, system.scales != true {
      problems.append(
        Problem(
          "\(place).chips", "\(chips) is more than the \(system.chips.value) chips of \(system.name)",
          wayOut: "use at most \(system.chips.value)"))
    }
    let heads = architecture.layers.first?.attention.heads ?? 1
    if tensorParallel < 1 || heads % tensorParallel != 0 {
      let near = EnginePlan.nearDivisors(of: heads, to: tensorParallel)
      problems.append(
        Problem(
          "\(place).tensorParallel", "\(tensorParallel) does not divide \(heads) attention heads",
          wayOut: "use \(near.map(String.init).joined(separator: " or "))"))
    } else if dies % tensorParallel != 0 {
      problems.append(
        Problem(
          "\(place).tensorParallel", "\(tensorParallel) does not divide the \(dies) dies of \(chips) chips",
          wayOut: "change the chips or the tensor parallelism"))
    }
    if draftTokens < 0 || draftTokens > 8 {
      problems.append(Problem("speculation.draftTokens", "\(draftTokens) is out of range", wayOut: "use 0 to 8"))
    }
    if draftTokens > 0, architecture.multiTokenPredictionLayers == 0 {
      problems.append(
        Problem(
          "speculation.draftTokens", "\(architecture.name) has no multi-token-prediction layer", wayOut: "set it to 0"))
    }
    if !(0...1).contains(acceptance) {
      problems.append(Problem("speculation.acceptance", "\(acceptance) is no probability", wayOut: "use 0 to 1"))
    }
    if let skew = expertSkew, !(skew >= 1) {
      problems.append(Problem("expertSkew", "\(skew) is below perfect balance", wayOut: "use 1 or more"))
    }
    guard problems.isEmpty else { throw Problems(problems) }
  }

  static func nearDivisors(of number: Int, to wish: Int) -> [Int] {
    let divisors = (1...max(1, number)).filter { number % $0 == 0 }
    let below = divisors.last { $0 < wish }
    let above = divisors.first { $0 > wish }
    return [below, above].compactMap { $0 }
  }
}

extension Attention {
  /// Query heads.
  public var heads: Int {
    switch self {
    case .grouped(let grouped): grouped.heads
    case .latent(let latent): latent.heads
    }
  }
}

extension Architecture {
  /// The mixture of the layers that have one; nil for a dense model.
  public var mixture: MixtureOfExperts? {
    for group in layers { if case .mixture(let mixture) = group.feedForward { return mixture } }
    return nil
  }
}
