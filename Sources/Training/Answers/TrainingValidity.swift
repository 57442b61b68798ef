import Models
import Units

/// How an answer about training stands to what was compared with measurements.
public struct TrainingValidity: Codable, Hashable, Sendable {
  /// Rows of the chip and kind of model that no constant was fitted to; 0 where none was published.
  public var rows: Int
  public var medianAbsoluteError: Double?
  public var p90AbsoluteError: Double?
  /// What lies outside of these rows, a sentence each.
  public var outside: [String]
  public var isCompared: Bool { rows > 0 }

  /// Deviation of the logarithm of a step's time: a normal one with the median and the 90th percentile of the errors,
  /// the wider of the two; half as much again for each thing that lies outside of what was compared, up to that of a
  /// step of which nothing was.
  ///
  /// - Parameter uncompared: where nothing was.
  public func spread(uncompared: Double) -> Double {
    guard isCompared, let medianAbsoluteError, let p90AbsoluteError else { return uncompared }
    // Half of a normal's magnitudes lie within 0.6745 deviations, nine of ten within 1.645.
    let own = max(medianAbsoluteError / 0.6745, p90AbsoluteError / 1.645)
    let wider = outside.reduce(own) { spread, _ in 1.5 * spread }
    return max(own, min(wider, uncompared))
  }
}

/// What was compared with measurements, by chip and kind of model; the catalog's `published/training-compared.yaml`.
public struct TrainingCompared: Decodable, Sendable {
  public var groups: [Group]
  enum CodingKeys: String, CodingKey, CaseIterable { case groups }

  public init(groups: [Group]) { self.groups = groups }

  /// Rows of a chip and a kind of model that no constant was fitted to, and what they span.
  public struct Group: Decodable, Sendable {
    public var chip: String
    public var mixture: Bool
    public var rows: Int
    /// Of absolute errors.
    public var median: Double
    public var p90: Double
    /// Least and most of the chips, the tokens of a sequence, and the parameters in billions.
    public var chips: [Int]
    public var sequence: [Int]
    public var parameters: [Double]
    /// The widest division by tensor, pipeline, context and expert.
    public var tensor: Int
    public var pipeline: Int
    public var context: Int
    public var expert: Int
    /// What layers mix tokens by.
    public var mixing: [TokenMixing]
    public var sharding: [TrainingPlan.Sharding]
    public var recompute: [Recompute.Kind]
    /// Of pipelines.
    public var schedules: [PipelineSchedule.Kind]
    public var products: [TrainingRecipe.Products]

    enum CodingKeys: String, CodingKey, CaseIterable {
      case chip, mixture, rows, median, p90, chips, sequence, parameters, tensor, pipeline, context, expert
      case mixing, sharding, recompute, schedules, products
    }

    /// Of the jobs behind rows, each with its chips.
    public init(chip: String, mixture: Bool, median: Double, p90: Double, jobs: [(job: TrainingJob, chips: Int)]) {
      func span<Value: Comparable>(_ value: ((job: TrainingJob, chips: Int)) -> Value) -> [Value] {
        let values = jobs.map(value)
        return [values.min(), values.max()].compactMap { $0 }
      }
      func most(_ value: (TrainingPlan) -> Int) -> Int { jobs.map { value($0.job.plan) }.max() ?? 1 }
      func used<Value: CaseIterable & Hashable>(_ value: (TrainingJob) -> Value?) -> [Value] {
        let found = Set(jobs.compactMap { value($0.job) })
        return Value.allCases.filter(found.contains)
      }
      (self.chip, self.mixture, self.median, self.p90) = (chip, mixture, median, p90)
      rows = jobs.count
      chips = span(\.chips)
      sequence = span(\.job.sequenceLength)
      parameters = span(\.job.billions)
      tensor = most(\.tensor)
      pipeline = most(\.pipeline)
      context = most(\.context)
      expert = most(\.expert)
      let found = Set(jobs.flatMap(\.job.mixing))
      mixing = TokenMixing.allCases.filter(found.contains)
      sharding = used(\.plan.sharding)
      recompute = used(\.recipe.recompute.kind)
      schedules = used { $0.plan.pipeline > 1 ? $0.plan.schedule : nil }
      // One scale for a tensor, found a step before or in the step: the same products.
      let own = used(\.recipe.products)
      let scaled: [TrainingRecipe.Products] = [.fp8Delayed, .fp8Current]
      products = TrainingRecipe.Products.allCases.filter {
        own.contains($0) || scaled.contains($0) && !own.allSatisfy { !scaled.contains($0) }
      }
    }
  }
}

/// What a layer mixes tokens by.
public enum TokenMixing: String, Codable, Sendable, CaseIterable {
  case attention, latentAttention, compressedAttention, state

  fileprivate var words: String {
    switch self {
    case .attention: "attention"
    case .latentAttention: "latent attention"
    case .compressedAttention: "compressed attention"
    case .state: "linear attention or state spaces"
    }
  }
}

extension Attention {
  fileprivate var mixing: Set<TokenMixing> {
    switch self {
    case .grouped: [.attention]
    case .latent: [.latentAttention]
    case .compressed: [.compressedAttention]
    case .state: [.state]
    case .parallel(let parts): Set(parts.flatMap(\.mixing))
    case .absent: []
    }
  }
}

extension TrainingJob {
  fileprivate var mixing: Set<TokenMixing> { Set(architecture.layers.flatMap(\.attention.mixing)) }
  /// Parameters of the model, in billions.
  fileprivate var billions: Double { Double(ParameterCount(architecture).main.total) / 1e9 }
}

extension TrainingCompared {
  /// - Parameter platform: whose constants the chip has.
  public func validity(of job: TrainingJob, chip: String, chips: Int, platform: String) -> TrainingValidity {
    let isMixture = job.architecture.isMixture
    let kind = isMixture ? "mixtures of experts" : "dense models"
    guard let group = groups.first(where: { $0.chip == chip && $0.mixture == isMixture }) else {
      let whose = platform == TrainingPlatform.generic ? "priors" : "those of \(platform)"
      return TrainingValidity(
        rows: 0, outside: ["No published training of \(kind) on \(chip) was compared: its constants are \(whose)."])
    }
    return TrainingValidity(
      rows: group.rows, medianAbsoluteError: group.median, p90AbsoluteError: group.p90,
      outside: group.outside(job, chips: chips, kind: kind))
  }
}

extension TrainingCompared.Group {
  /// A sentence for each thing of a job that no compared row has.
  fileprivate func outside(_ job: TrainingJob, chips count: Int, kind: String) -> [String] {
    var sentences: [String] = []
    func within<Value: Comparable>(
      _ value: Value, _ range: [Value], _ unit: String, text: (Value) -> String
    ) {
      guard let least = range.first, let most = range.last, value < least || value > most else { return }
      let side = value < least ? "fewer than the \(text(least))" : "more than the \(text(most))"
      sentences.append("\(text(value)) \(unit) are \(side) compared.")
    }
    within(count, chips, "chips") { "\($0)" }
    within(job.sequenceLength, sequence, "tokens a sequence") { "\($0)" }
    // Models of one size differ by their heads and tables.
    let near = [parameters.min().map { $0 / 1.25 }, parameters.max().map { $0 * 1.25 }].compactMap { $0 }
    if let least = near.first, let most = near.last, job.billions < least || job.billions > most {
      within((job.billions * 100).rounded() / 100, parameters, "billion parameters") { "\($0)" }
    }
    let plan = job.plan
    for (name, own, most) in [
      ("tensor", plan.tensor, tensor), ("pipeline", plan.pipeline, pipeline), ("context", plan.context, context),
      ("expert", plan.expert, expert),
    ] where own > most {
      let words = most > 1 ? "at most \(most) were" : "none was"
      sentences.append("Of \(name) parallel \(own), \(words) compared.")
    }
    func among<Value: Hashable>(_ value: Value, _ compared: [Value], _ words: String) {
      if !compared.contains(value) { sentences.append("No \(kind) with \(words) on \(chip) were compared.") }
    }
    among(job.recipe.products, products, "\(job.recipe.products.rawValue) products")
    for own in job.mixing.sorted(by: { $0.rawValue < $1.rawValue }) { among(own, mixing, own.words) }
    among(plan.sharding, sharding, plan.sharding.words)
    among(job.recipe.recompute.kind, recompute, job.recipe.recompute.kind.words)
    if plan.pipeline > 1 { among(plan.schedule, schedules, "a pipeline by \(plan.schedule.rawValue)") }
    return sentences
  }
}

extension TrainingPlan.Sharding {
  fileprivate var words: String {
    switch self {
    case .none: "nothing divided over data ranks"
    case .optimizer: "the optimizer's state alone divided over data ranks (ZeRO-1)"
    case .gradients: "gradients divided over data ranks (ZeRO-2)"
    case .parameters: "parameters divided over data ranks (ZeRO-3, FSDP)"
    }
  }
}

extension Recompute.Kind {
  fileprivate var words: String {
    switch self {
    case .none: "no recompute"
    case .selective: "selective recompute"
    case .full: "full recompute"
    }
  }
}
