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
/// the largest that keeps the objectives and those about the one that makes most; of prefill, settings that make most
/// of no number of instances that was tried (powers of two, and all that there are room for).
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
    /// At every batch, whether it keeps the objectives or not: what a frontier is drawn from; when the search is done,
    /// those that no other beats.
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
      choices: PlanChoices(request, machine.engine, architecture), lengths: request.lengths, chips: fleet.chips,
      share: request.objectives.share, only: plans,
      longest: request.trace.map { ($0.longestPrompt, $0.longestAnswer) })
    power = PowerModel(machine.system, chip: machine.chip)
  }

  func run() -> Outcome {
    var outcome = Outcome()
    // One token comes out of the prompt: nothing is left to decode elsewhere.
    let isOne = request.lengths.output <= 1
    if request.divisions.contains(.together) || isOne, space.machine.engine.scheduling != nil { together(&outcome) }
    if request.divisions.contains(.apart), !isOne { apart(&outcome) }
    outcome.points = PlanAnswer.frontier(of: outcome.points)
    return outcome
  }

  /// Prompts on this fleet, answers on another.
  func run(decodingOn other: PlanSearch) -> Outcome {
    var outcome = Outcome()
    if request.lengths.output > 1 { apart(on: other, &outcome) }
    outcome.points = PlanAnswer.frontier(of: outcome.points)
    return outcome
  }

  // MARK: together

  private func together(_ outcome: inout Outcome) {
    let found = space.instances(.colocated)
    outcome.refusals += found.refusals
    for layout in found.layouts {
      var best: PlanCandidate?
      var nearest = Double.infinity
      var fewest = Int.max
      for model in layout {
        let isOne = request.lengths.output <= 1
        let most = isOne ? model.mostPrompts : model.mostInMemory
        for estimate in sweep(upTo: most, &outcome, estimate: { isOne ? model.prompts($0) : model.together($0) }) {
          nearest = min(nearest, misses(estimate))
          guard let candidate = candidate(model, limited(estimate, model)) else {
            if keeps(estimate) { fewest = min(fewest, instances(for: estimate) * model.chips) }
            continue
          }
          outcome.points.append(candidate)
          guard keeps(estimate) else { continue }
          if best.map({ candidate.isBetter(than: $0, for: request.goal) }) ?? true { best = candidate }
        }
      }
      if let best {
        outcome.candidates.append(best)
      } else if fewest < .max {
        outcome.refusals.append(shortage(of: layout[0], .colocated, needed: fewest))
      } else {
        outcome.refusals.append(refusal(of: layout[0], .colocated, misses: nearest))
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
    let first = bestPrompts(prompts.layouts, &outcome)
    guard !first.isEmpty else { return }
    var fewest: (chips: Int, model: InstanceModel)?
    for layout in answers.layouts {
      var nearest = Double.infinity
      // With each kind of prompts the best of all batches and settings.
      var kept = [PlanCandidate?](repeating: nil, count: first.count)
      for model in layout {
        for estimate in sweep(upTo: model.mostInMemory, &outcome, estimate: { model.answers($0) }) {
          let decode = Sized(model: model, estimate: limited(estimate, model))
          let joined = first.map { join($0, decode, on: other) }
          let found = joined.compactMap { $0 }
          if let best = found.min(by: { $0.isBetter(than: $1, for: .throughput) }) { outcome.points.append(best) }
          let whole = found.map(request.objectives.missesWhole).min() ?? -1
          nearest = min(nearest, max(misses(estimate), whole))
          guard keeps(estimate) else { continue }
          for (place, candidate) in joined.enumerated() {
            guard let candidate, request.objectives.keepsWhole(candidate) else { continue }
            if kept[place].map({ candidate.isBetter(than: $0, for: request.goal) }) ?? true { kept[place] = candidate }
          }
          for prompt in first where found.isEmpty {
            if let chips = chips(prompt, decode), chips < fewest?.chips ?? .max { fewest = (chips, model) }
          }
        }
      }
      outcome.candidates += kept.compactMap { $0 }
      if nearest > 0 { outcome.refusals.append(refusal(of: layout[0], .decode, misses: nearest)) }
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

  /// Of each kind of instance the settings and numbers of prompts in a step that make most of it where one keeps the
  /// objective, or of several instances, whose prompts wait less.
  private func bestPrompts(_ layouts: [PlanSpace.Layout], _ outcome: inout Outcome) -> [Sized] {
    var found: [Sized] = []
    for layout in layouts {
      var fitting: [Sized] = []
      var nearest = Double.infinity
      for model in layout {
        for count in Self.powers(upTo: model.mostPrompts) {
          outcome.estimates += 1
          let estimate = model.prompts(count)
          let misses = request.objectives.timeToFirstToken.map { estimate.timeToFirstToken / $0 - 1 } ?? -1
          nearest = min(nearest, misses)
          if misses <= 0 { fitting.append(Sized(model: model, estimate: estimate)) }
        }
      }
      guard !fitting.isEmpty else {
        outcome.refusals.append(refusal(of: layout[0], .prefill, misses: nearest))
        continue
      }
      let instances = max(1, min(Self.mostKept, fleet.chips / layout[0].chips))
      var chosen: [Int] = []
      for number in Self.powers(upTo: instances) + [instances] {
        let rates = fitting.map { promptRate($0, number) }
        let best = rates.indices.max { rates[$0] < rates[$1] }
        if let best, rates[best] > 0, !chosen.contains(best) { chosen.append(best) }
      }
      for index in chosen {
        fitting[index].promptRates = (1...instances).map { promptRate(fitting[index], $0) }
        found.append(fitting[index])
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
      settings: model.settings, estimate: estimate,
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

  func keeps(_ estimate: InstanceEstimate) -> Bool { misses(estimate) <= 0 }

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
}
