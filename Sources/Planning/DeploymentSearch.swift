import Costs
import Hardware
import Units
import Models
import Workloads

/// Looks through the layouts of `plan`, and batches, of one model on one kind of system for the greatest steady
/// throughput.
///
/// Step times, memory and power are those that a simulation of the same deployment uses. Prefill and decode do not
/// share chips, so each is best alone. Left out: the links between the pools, and that a system holds whole instances.
public struct DeploymentSearch: Sendable {
  let hardware: ServingHardware
  let architecture: Architecture
  let entry: TokenMix.Entry
  let power: PowerModel

  public init(_ hardware: ServingHardware, architecture: Architecture, entry: TokenMix.Entry) {
    self.hardware = hardware
    self.architecture = architecture
    self.entry = entry
    power = PowerModel(hardware.machine.system, chip: hardware.machine.chip)
  }

  /// The best deployment for each of these objectives of time per output token, in their order.
  public func verdicts(timesPerOutputToken: [Seconds]) -> [ServingVerdict] {
    let prefill = bestPrefill()
    var best = [PoolChoice?](repeating: nil, count: timesPerOutputToken.count)
    for model in decodeModels {
      for (index, time) in timesPerOutputToken.enumerated() {
        guard let choice = decode(model, within: time) else { continue }
        if choice.requestsPerSecond > best[index]?.requestsPerSecond ?? 0 { best[index] = choice }
      }
    }
    return zip(best, timesPerOutputToken).map { decode, time in
      guard let prefill else {
        return .rejected(refusal("no instance prefills within \(self.time(of: entry.timeToFirstToken))"))
      }
      guard let decode else {
        return .rejected(
          refusal("none decodes \(Int(Self.fewestRequests)) requests a chip within \(self.time(of: time))"))
      }
      return .served(
        SteadyState(
          model: entry.model, prefill: prefill, decode: decode, promptTokens: entry.promptTokens,
          outputTokens: entry.outputTokens))
    }
  }

  private func time(of time: Seconds) -> String { "\((time.milliseconds * 10).rounded() / 10) ms" }

  private func refusal(_ why: String) -> String {
    "\(entry.model) does not fit on at most \(hardware.largest) × \(hardware.machine.chip.name), or \(why)"
  }
}

// MARK: layouts

extension DeploymentSearch {
  struct Layout: Hashable, Sendable {
    var chips: Int
    /// nil lets the engine decide.
    var tensorParallel: Int?
  }

  /// The layouts that `plan` tries, up to the platform's largest instance.
  func plans(_ phase: Phase) -> [ParallelPlan] {
    let space = PlanSpace(
      machine: hardware.machine, architecture: architecture, precision: hardware.precision, choices: PlanChoices(),
      lengths: .init(prompt: entry.promptTokens, output: entry.outputTokens), chips: hardware.largest, share: 1,
      redundantExperts: hardware.redundantExperts)
    return space.plans(phase == .prefill ? .prefill : .decode)
  }

  /// Every layout with draft tokens and without: where attention is bound by compute, drafts cost more than they give.
  var decodeModels: [StepModel] {
    let drafts = entry.speculation?.draftTokens ?? 0
    return plans(.decode).flatMap { plan in
      (drafts > 0 ? [drafts, 0] : [0]).compactMap { model(.decode, plan, draftTokens: $0) }
    }
  }

  /// nil where the layout cannot be: heads that do not divide, an exchange that no plane carries.
  func model(_ phase: Phase, _ layout: Layout, draftTokens: Int = 0) -> StepModel? {
    guard
      let plan = try? ParallelPlan.instance(
        phase, chips: layout.chips, of: architecture, on: hardware.machine,
        tensorParallel: layout.tensorParallel,
        redundantExperts: hardware.redundantExperts)
    else { return nil }
    return model(phase, plan, draftTokens: draftTokens)
  }

  /// nil where no plane carries what its dies exchange.
  func model(_ phase: Phase, _ plan: ParallelPlan, draftTokens: Int = 0) -> StepModel? {
    try? StepModel(
      architecture: architecture, machine: hardware.machine, plan: plan,
      precision: hardware.precision,
      drafting: Drafting(
        tokens: draftTokens, acceptance: draftTokens > 0 ? entry.speculation?.chances ?? [] : []),
      cachePlane: phase == .decode ? nil : hardware.cachePlane)
  }
}

// MARK: decode

extension DeploymentSearch {
  private static let requestLimit = 1024
  /// Requests a chip below which a buyer gives the model to other chips.
  static let fewestRequests = 4.0
  /// Tokens in a block of memory for keys and values, as a scenario has it.
  private static let blockTokens = 128.0

  /// The largest batch that memory and the objective allow; a step's time and its memory grow with the batch.
  func decode(_ model: StepModel, within objective: Seconds) -> PoolChoice? {
    let longest = objective * model.tokensPerStep
    let context = entry.promptTokens + entry.outputTokens / 2
    let reserved = (entry.tokens / Self.blockTokens).rounded(.up) * Self.blockTokens
    func step(_ requests: Int) -> Seconds {
      model.decodeTime(requestsPerRank: requests, contextTokensPerRank: Double(requests) * context)
    }
    func fits(_ requests: Int) -> Bool {
      let memory = model.memoryPlan(requestsPerRank: requests)
      return memory.shortfall == nil && Double(memory.tokens(beside: requests)) >= Double(requests) * reserved
    }
    let inMemory = greatest(upTo: Self.requestLimit, where: fits)
    let requests = greatest(upTo: inMemory) { step($0) <= longest }
    let running = Double(requests * model.ranks) / Double(model.chips)
    guard running >= Self.fewestRequests else { return nil }
    let estimate = model.decodeStep(
      requestsPerRank: requests, contextTokensPerRank: Double(requests) * context)
    // Prefill makes the first token of an answer.
    let steps = max(1, (entry.outputTokens - 1) / model.tokensPerStep)
    let limit = requests < inMemory ? "objective" : (requests < Self.requestLimit ? "memory" : "limit")
    return PoolChoice(
      chips: model.chips, tensorParallel: model.plan.tensor, expertParallel: model.plan.expert,
      batchPerChip: running, tokensPerStep: model.tokensPerStep, step: estimate.time,
      requestsPerSecond: running / (steps * estimate.time.value),
      power: power.watts(chips: model.chips, during: estimate) / Double(model.chips),
      boundBy: estimate.boundBy.rawValue, batchLimit: limit)
  }

  /// The greatest count up to `limit` of which `holds` is true, where it holds up to some count and not beyond.
  private func greatest(upTo limit: Int, where holds: (Int) -> Bool) -> Int {
    var low = 0
    var high = limit
    while low < high {
      let middle = (low + high + 1) / 2
      if holds(middle) { low = middle } else { high = middle - 1 }
    }
    return low
  }
}

// MARK: prefill

extension DeploymentSearch {
  func bestPrefill() -> PoolChoice? {
    var best: PoolChoice?
    for plan in plans(.prefill) {
      guard let model = model(.prefill, plan) else { continue }
      for tokens in PlanChoices.usualChunks {
        guard let choice = prefill(model, tokensPerChip: tokens) else { continue }
        if choice.requestsPerSecond > best?.requestsPerSecond ?? 0 { best = choice }
      }
    }
    return best
  }

  /// Full iterations of equal prompts; a request waits for the iteration under way and for its own.
  func prefill(_ model: StepModel, tokensPerChip: Int) -> PoolChoice? {
    let chips = model.chips
    let fresh = max(1, entry.promptTokens * (1 - (entry.prefixHits ?? 0)))
    let cached = entry.promptTokens - fresh
    let memory = model.memoryPlan(requestsPerRank: 0, tokensPerRank: tokensPerChip / hardware.machine.chip.dies.value)
    let requests = Double(tokensPerChip * chips) / fresh
    let held = Double(memory.keyValueTokensPerRank * (model.ranks == 1 ? model.plan.dies : model.ranks))
    // A chunk of one request at least, on each group of dies.
    guard memory.shortfall == nil, held >= max(requests, Double(model.ranks)) * entry.promptTokens else { return nil }
    let share = requests / Double(model.ranks)
    let estimate = model.prefillStep(
      newTokens: share * fresh, attentionPairs: share * fresh * (cached + (fresh + 1) / 2),
      cachedTokens: share * cached, requests: max(1, Int(share)))
    let chunks = max(1, fresh * Double(model.ranks) / Double(tokensPerChip * chips))
    guard estimate.time * (1 + chunks) <= entry.timeToFirstToken else { return nil }
    return PoolChoice(
      chips: chips, tensorParallel: model.plan.tensor, expertParallel: model.plan.expert,
      batchPerChip: Double(tokensPerChip), tokensPerStep: 1, step: estimate.time,
      requestsPerSecond: requests / estimate.time.value / Double(chips),
      power: power.watts(chips: chips, during: estimate) / Double(chips), boundBy: estimate.boundBy.rawValue,
      batchLimit: "iteration")
  }
}
