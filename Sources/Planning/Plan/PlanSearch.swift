import Costs
import Formats
import Hardware
import Models
import Serving
import Units

/// Looks through all that a plan may use of one engine in one format on one fleet, or on one that computes prompts and
/// another that decodes.
///
/// Nothing is cut: every batch of the list below is estimated on every instance, and where prefill and decode are
/// apart each is joined with every kind of prefill. What is not tried are batches between those of the list, but for
/// the largest that keeps the objectives, and more than one number of prompts in a step of prefill: that which makes
/// most.
///
/// A reference: machines are large, and what is joined of two searches shares them.
final class PlanSearch: Sendable {
  let request: PlanRequest
  let fleet: PlanRequest.Fleet
  let formats: PlanRequest.FormatChoice
  let space: PlanSpace
  let power: PowerModel

  /// What was found.
  struct Outcome: Sendable {
    var candidates: [PlanCandidate] = []
    /// At every batch, whether it keeps the objectives or not: what a frontier is drawn from.
    var points: [PlanCandidate] = []
    var refusals: [PlanRefusal] = []
    /// Estimates of steps that were made.
    var estimates = 0
  }

  init(
    _ request: PlanRequest, fleet: PlanRequest.Fleet, formats: PlanRequest.FormatChoice, machine: Machine,
    architecture: Architecture, only plans: [ParallelPlan]? = nil
  ) {
    self.request = request
    self.fleet = fleet
    self.formats = formats
    space = PlanSpace(
      machine: machine, architecture: architecture,
      precision: formats.precision ?? Precision(checkpoint: architecture, engine: machine.engine),
      drafting: Drafting(tokens: request.draftTokens, acceptance: request.acceptance.map { [$0] } ?? []),
      lengths: request.lengths, chips: fleet.chips, share: request.objectives.share,
      only: plans)
    power = PowerModel(machine.system, chip: machine.chip)
  }

  func run() -> Outcome {
    var outcome = Outcome()
    if request.divisions.contains(.together), space.machine.engine.scheduling != nil { together(&outcome) }
    if request.divisions.contains(.apart) { apart(&outcome) }
    return outcome
  }

  /// Prompts on this fleet, answers on another.
  func run(decodingOn other: PlanSearch) -> Outcome {
    var outcome = Outcome()
    apart(on: other, &outcome)
    return outcome
  }

  // MARK: together

  private func together(_ outcome: inout Outcome) {
    let found = space.instances(.colocated)
    outcome.refusals += found.refusals
    for model in found.models {
      var best: PlanCandidate?
      var nearest = Double.infinity
      var fewest = Int.max
      let estimates = sweep(upTo: model.mostInMemory, &outcome) { model.together($0) }
      for estimate in estimates {
        nearest = min(nearest, misses(estimate))
        guard let candidate = candidate(model, limited(estimate, model)) else {
          if keeps(estimate) { fewest = min(fewest, instances(for: estimate) * model.chips) }
          continue
        }
        outcome.points.append(candidate)
        guard keeps(estimate) else { continue }
        if best.map({ candidate.isBetter(than: $0, for: request.goal) }) ?? true { best = candidate }
      }
      if let best {
        outcome.candidates.append(best)
      } else if fewest < .max {
        outcome.refusals.append(shortage(of: model, .colocated, needed: fewest))
      } else {
        outcome.refusals.append(refusal(of: model, .colocated, misses: nearest))
      }
    }
  }

  /// That the rate needs, spare ones included; all that there are where none is asked for.
  private func instances(for estimate: InstanceEstimate) -> Int {
    guard let rate = request.requestRate else { return 1 + request.spares }
    let needed = (rate / (estimate.requestsPerSecond * request.utilisation)).rounded(.up)
    return max(1, Int(min(needed, 1e9))) + request.spares
  }

  private func candidate(_ model: InstanceModel, _ estimate: InstanceEstimate) -> PlanCandidate? {
    let budget = fleet.chips / model.chips
    let needed = request.requestRate == nil ? budget : instances(for: estimate)
    guard needed - request.spares >= 1, needed <= budget else { return nil }
    let working = Double(needed - request.spares)
    let pool = pool(model, .colocated, instances: needed, estimate, rate: working * estimate.requestsPerSecond)
    return assembled([pool], [model], first: estimate.timeToFirstToken, each: estimate.timePerOutputToken)
  }

  // MARK: apart

  /// `other` is where it decodes; nil: here, out of the same chips. What cannot serve was then told by each alone.
  private func apart(on other: PlanSearch? = nil, _ outcome: inout Outcome) {
    let (prompts, answers) = (space.instances(.prefill), (other ?? self).space.instances(.decode))
    if other == nil { outcome.refusals += prompts.refusals + answers.refusals }
    defer { if other != nil { outcome.refusals = [] } }
    let first = bestPrompts(prompts.models, &outcome)
    guard !first.isEmpty else { return }
    var fewest: (chips: Int, model: InstanceModel)?
    for model in answers.models {
      var nearest = Double.infinity
      for estimate in sweep(upTo: model.mostInMemory, &outcome, estimate: { model.answers($0) }) {
        let decode = Sized(model: model, estimate: limited(estimate, model))
        let joined = first.compactMap { join($0, decode, on: other) }
        let best = joined.min { $0.isBetter(than: $1, for: .throughput) }
        if let best { outcome.points.append(best) }
        let whole = joined.map(request.objectives.missesWhole).min() ?? -1
        nearest = min(nearest, max(misses(estimate), whole))
        guard keeps(estimate) else { continue }
        outcome.candidates += joined.filter { request.objectives.keepsWhole($0) }
        for prompt in first where joined.isEmpty {
          if let chips = chips(prompt, decode), chips < fewest?.chips ?? .max { fewest = (chips, model) }
        }
      }
      if nearest > 0 { outcome.refusals.append(refusal(of: model, .decode, misses: nearest)) }
    }
    if outcome.candidates.isEmpty, let fewest {
      outcome.refusals.append(shortage(of: fewest.model, .decode, needed: fewest.chips))
    }
  }

  /// An instance at one batch.
  struct Sized {
    var model: InstanceModel
    var estimate: InstanceEstimate
    /// Of prompts: requests per second that one, two and more instances compute within the objective.
    var promptRates: [Double] = []
    var rate: Double { estimate.requestsPerSecond }
  }

  /// Of each kind of instance the number of prompts in a step that makes most of it, where one keeps the objective.
  private func bestPrompts(_ models: [InstanceModel], _ outcome: inout Outcome) -> [Sized] {
    var found: [Sized] = []
    for model in models {
      let most = max(1, min(model.mostInMemory, Int(model.promptBudget / request.lengths.prompt)))
      var best: Sized?
      var nearest = Double.infinity
      for count in Self.powers(upTo: most) {
        outcome.estimates += 1
        let estimate = model.prompts(count)
        let misses = request.objectives.timeToFirstToken.map { estimate.timeToFirstToken / $0 - 1 } ?? -1
        nearest = min(nearest, misses)
        if misses <= 0, estimate.requestsPerSecond > best?.rate ?? 0 { best = Sized(model: model, estimate: estimate) }
      }
      if var best {
        let instances = max(1, min(Self.mostKept, fleet.chips / model.chips))
        best.promptRates = (1...instances).map { promptRate(best, $0) }
        found.append(best)
      } else {
        outcome.refusals.append(refusal(of: model, .prefill, misses: nearest))
      }
    }
    return found
  }

  /// Waiting for prompts where so many instances compute them.
  private func queue(_ prompts: Sized, _ instances: Int) -> PromptQueue {
    PromptQueue(
      service: prompts.estimate.timeToFirstToken - prompts.model.frontEnd, frontEnd: prompts.model.frontEnd,
      servers: instances)
  }

  /// Numbers of instances whose rate of prompts is kept.
  private static let mostKept = 256

  private var rest: Double { max(1 - request.objectives.share, 1e-3) }

  /// Requests per second whose prompts so many instances compute within the objective.
  func promptRate(_ prompts: Sized, _ instances: Int) -> Double {
    guard instances > 0 else { return 0 }
    if instances <= prompts.promptRates.count { return prompts.promptRates[instances - 1] }
    let load = queue(prompts, instances).load(
      upTo: request.utilisation, within: request.objectives.timeToFirstToken, rest: rest)
    return Double(instances) * prompts.rate * load
  }

  /// Instances of both pools that serve the rate, spare ones included; nil where no number does.
  private func needed(_ prompts: Sized, _ answers: Sized, _ rate: Double) -> (first: Int, second: Int)? {
    let second = (rate / (answers.rate * request.utilisation)).rounded(.up)
    var first = max(1, (rate / (prompts.rate * request.utilisation)).rounded(.up))
    guard first < 1e6, second < 1e6 else { return nil }
    while promptRate(prompts, Int(first)) < rate, first * Double(prompts.model.chips) <= 4 * Double(fleet.chips) {
      first += 1
    }
    return (Int(first) + request.spares, max(1, Int(second)) + request.spares)
  }

  /// Chips that the rate needs; nil where none is asked for.
  private func chips(_ prompts: Sized, _ answers: Sized) -> Int? {
    guard let rate = request.requestRate else {
      return (1 + request.spares) * (prompts.model.chips + answers.model.chips)
    }
    return needed(prompts, answers, rate).map { $0.first * prompts.model.chips + $0.second * answers.model.chips }
  }

  /// The two pools in the numbers that serve most, or the fewest that serve the rate.
  func join(_ prompts: Sized, _ answers: Sized, on other: PlanSearch? = nil) -> PlanCandidate? {
    let (small, large) = (prompts.model.chips, answers.model.chips)
    let spare = request.spares
    let best: (first: Int, second: Int)?
    if let rate = request.requestRate {
      best = needed(prompts, answers, rate)
    } else if let other {
      best = Self.counts(
        upTo: fleet.chips / small, { promptRate(prompts, $0) }, upTo: other.fleet.chips / large, answers.rate,
        spare: spare)
    } else {
      best = Self.counts(small, { promptRate(prompts, $0) }, large, answers.rate, chips: fleet.chips, spare: spare)
    }
    guard let best else { return nil }
    let (used, more) = (best.first * small, best.second * large)
    guard other.map({ used <= fleet.chips && more <= $0.fleet.chips }) ?? (used + more <= fleet.chips) else {
      return nil
    }
    if let other, !request.keepsBudgets([(space.machine, used), (other.space.machine, more)]) { return nil }
    let (working, decoding) = (best.first - spare, Double(best.second - spare) * answers.rate)
    let prompting = promptRate(prompts, working)
    let rate = min(prompting, decoding, request.requestRate ?? .infinity)
    guard rate > 0 else { return nil }
    let each = answers.estimate.timePerOutputToken
    let first = queue(prompts, working).mean(min(0.99, rate / (Double(working) * prompts.rate)))
    return assembled(
      [
        pool(prompts.model, .prefill, instances: best.first, prompts.estimate, rate: prompting),
        (other ?? self).pool(answers.model, .decode, instances: best.second, answers.estimate, rate: decoding),
      ], [prompts.model, answers.model], first: first, each: each, on: other)
  }

  /// Instances of two sizes among so many chips that complete most: every number of the first is tried.
  ///
  /// - Parameter rate: what so many of the first complete together; it grows with them.
  static func counts(
    _ small: Int, _ rate: (Int) -> Double, _ large: Int, _ other: Double, chips: Int, spare: Int
  ) -> (first: Int, second: Int)? {
    var best: (first: Int, second: Int, rate: Double, chips: Int)?
    var first = 1 + spare
    while first * small + (1 + spare) * large <= chips {
      let second = (chips - first * small) / large
      let most = rate(first - spare)
      // No more than what the other pool can take.
      let served = min(most, Double(second - spare) * other)
      let needed = min(second, max(1, Int((served / other).rounded(.up))) + spare)
      let used = first * small + needed * large
      if best.map({ served > $0.rate || (served == $0.rate && used < $0.chips) }) ?? true {
        best = (first, needed, served, used)
      }
      // More prompts than answers: from here on it only falls.
      if most > Double(second - spare) * other { break }
      first += 1
    }
    return best.map { ($0.first, $0.second) }
  }

  /// The same where each pool has chips of its own: as many as make most, and no more than that takes.
  static func counts(
    upTo most: Int, _ rate: (Int) -> Double, upTo others: Int, _ other: Double, spare: Int
  ) -> (first: Int, second: Int)? {
    guard most > spare, others > spare else { return nil }
    let served = min(rate(most - spare), Double(others - spare) * other)
    let first = (1...(most - spare)).first { rate($0) >= served } ?? most - spare
    return (first + spare, min(others, max(1, Int((served / other).rounded(.up))) + spare))
  }

  // MARK: both

  private func pool(
    _ model: InstanceModel, _ role: EnginePool.Role, instances: Int, _ estimate: InstanceEstimate, rate: Double
  ) -> PlanCandidate.Pool {
    PlanCandidate.Pool(
      system: fleet.system, role: role, instances: instances, chips: model.chips, plan: model.model.plan,
      estimate: estimate,
      promptTokensPerStep: model.pool.promptTokensPerStep, requestsPerSecond: rate)
  }

  private func assembled(
    _ pools: [PlanCandidate.Pool], _ models: [InstanceModel], first: Seconds, each: Seconds,
    on other: PlanSearch? = nil
  ) -> PlanCandidate {
    let rate = pools.map(\.requestsPerSecond).min() ?? 0
    var candidate = PlanCandidate(
      engine: space.machine.engine.name, formats: formats.name,
      division: other != nil ? .mixed : pools.count > 1 ? .apart : .together, pools: pools,
      budget: fleet.chips + (other?.fleet.chips ?? 0),
      requestsPerSecond: min(rate, request.requestRate ?? rate), timeToFirstToken: first, timePerOutputToken: each,
      endToEnd: first + each * request.lengths.decoded, outputTokens: 0)
    candidate.outputTokens = candidate.requestsPerSecond * request.lengths.output
    if request.goal == .energy || request.goal == .cost { price(&candidate, models, on: other) }
    return candidate
  }

  private func limited(_ estimate: InstanceEstimate, _ model: InstanceModel) -> InstanceEstimate {
    var estimate = estimate
    if estimate.requestsPerRank >= model.mostInMemory {
      estimate.limit = .memory
    } else if estimate.requestsPerRank < InstanceModel.largestBatch, !request.objectives.isEmpty {
      estimate.limit = .objective
    }
    return estimate
  }

  private func keeps(_ estimate: InstanceEstimate) -> Bool { misses(estimate) <= 0 }

  /// By what share of it the objective is missed that is missed most; 0 or less where all are kept.
  private func misses(_ estimate: InstanceEstimate) -> Double {
    let wanted = request.objectives
    let whole = estimate.timeToFirstToken + estimate.timePerOutputToken * request.lengths.decoded
    let pairs = [
      (estimate.lateFirstToken, wanted.timeToFirstToken), (estimate.timePerOutputToken, wanted.timePerOutputToken),
      (whole, wanted.endToEnd),
    ]
    return pairs.compactMap { time, limit in limit.map { time / $0 - 1 } }.max() ?? -1
  }

  private func refusal(of model: InstanceModel, _ role: EnginePool.Role, misses: Double) -> PlanRefusal {
    PlanRefusal(
      reason: .objective, engine: space.machine.engine.name, system: fleet.system, role: role, plan: model.model.plan,
      chips: model.chips, problem: "an objective is missed at every batch", misses: misses)
  }

  private func shortage(of model: InstanceModel, _ role: EnginePool.Role, needed: Int) -> PlanRefusal {
    let rate = request.requestRate.map { "\(($0 * 100).rounded() / 100) requests/s need" } ?? "it needs"
    return PlanRefusal(
      reason: .chips, engine: space.machine.engine.name, system: fleet.system, role: role, plan: model.model.plan,
      chips: model.chips, problem: "\(rate) \(needed) chips, and there are \(fleet.chips)",
      misses: Double(needed) / Double(fleet.chips) - 1)
  }

  // MARK: batches

  /// Batches that are tried: these, the largest in memory, and the largest that keeps the objectives.
  static let usual = [
    1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 160, 192, 256, 320, 384, 512, 640, 768, 1024,
  ]

  /// Estimates of all of them; above the largest of the usual ones that keeps the objectives the next is looked for
  /// between it and the first that does not.
  func sweep(
    upTo memory: Int, _ outcome: inout Outcome, estimate: (Int) -> InstanceEstimate?
  ) -> [InstanceEstimate] {
    let most = min(memory, InstanceModel.largestBatch)
    guard most >= 1 else { return [] }
    let sizes = Self.usual.filter { $0 < most } + [most]
    var found = sizes.map { estimate($0) }
    outcome.estimates += sizes.count
    guard let last = found.lastIndex(where: { $0.map(keeps) ?? false }), last + 1 < sizes.count else {
      return found.compactMap { $0 }
    }
    var (low, high) = (sizes[last], sizes[last + 1])
    var best: InstanceEstimate?
    while high - low > 1 {
      let middle = (low + high) / 2
      outcome.estimates += 1
      if let tried = estimate(middle), keeps(tried) { (low, best) = (middle, tried) } else { high = middle }
    }
    found.insert(best, at: last + 1)
    return found.compactMap { $0 }
  }

  private static func powers(upTo most: Int) -> [Int] {
    var list = [1]
    while let last = list.last, last * 2 <= most { list.append(last * 2) }
    return list
  }
}
