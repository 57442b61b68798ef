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
      var nearest = NearestMiss()
      var fewest = Int.max
      for model in layout {
        let isOne = request.lengths.output <= 1
        let most = isOne ? model.mostPrompts : model.mostInMemory
        for estimate in sweep(upTo: most, &outcome, estimate: { isOne ? model.prompts($0) : model.together($0) }) {
          nearest.take(worst(estimate), batch: estimate.requestsPerRank)
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
        outcome.refusals.append(refusal(of: layout[0], .colocated, nearest))
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
      var nearest = NearestMiss()
      // With each kind of prompts the best of all batches and settings.
      var kept = [PlanCandidate?](repeating: nil, count: first.count)
      for model in layout {
        for estimate in sweep(upTo: model.mostInMemory, &outcome, estimate: { model.answers($0) }) {
          let decode = Sized(model: model, estimate: limited(estimate, model))
          let whole = join(first, decode, on: other, keeping: keeps(estimate), &kept, &outcome)
          nearest.take(worst(estimate, joined: whole), batch: estimate.requestsPerRank)
          for prompt in first where whole == nil && keeps(estimate) {
            if let chips = chips(prompt, decode), chips < fewest?.chips ?? .max { fewest = (chips, model) }
          }
        }
      }
      outcome.candidates += kept.compactMap { $0 }
      if !nearest.isKept { outcome.refusals.append(refusal(of: layout[0], .decode, nearest)) }
    }
    if outcome.candidates.isEmpty, let fewest {
      outcome.refusals.append(shortage(of: fewest.model, .decode, needed: fewest.chips))
    }
  }

  /// Joins a decode batch with every kind of prompts: the best of all is a point, each that is the best so far with its
  /// kind is kept. Candidates are made only of what may be either.
  ///
  /// - Returns: by what share the pair that misses it least misses the end-to-end objective; nil where none fits.
  private func join(
    _ first: [Sized], _ decode: Sized, on other: PlanSearch?, keeping isKept: Bool, _ kept: inout [PlanCandidate?],
    _ outcome: inout Outcome
  ) -> Double? {
    var point: PlanCandidate?
    var whole: Double?
    // What a candidate costs, takes or lasts is known of it alone.
    let needsAll = request.goal == .cost || request.goal == .energy || request.objectives.endToEnd != nil
    for (place, prompt) in first.enumerated() {
      guard let numbers = numbers(prompt, decode, on: other) else { continue }
      let tokens = numbers.rate * request.lengths.output
      let mayLead = tokens >= point?.outputTokens ?? 0
      let mayStay =
        isKept
        && (kept[place].map { request.goal == .chips ? numbers.chips <= $0.chips : tokens >= $0.outputTokens } ?? true)
      guard needsAll || mayLead || mayStay else {
        whole = whole ?? -1
        continue
      }
      let candidate = joined(prompt, decode, numbers, on: other)
      whole = min(whole ?? .infinity, request.objectives.missesWhole(candidate))
      if point.map({ candidate.isBetter(than: $0, for: .throughput) }) ?? true { point = candidate }
      guard isKept, request.objectives.keepsWhole(candidate) else { continue }
      if kept[place].map({ candidate.isBetter(than: $0, for: request.goal) }) ?? true { kept[place] = candidate }
    }
    if let point { outcome.points.append(point) }
    return whole
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
      var nearest = NearestMiss()
      for model in layout {
        for count in Self.powers(upTo: model.mostPrompts) {
          outcome.estimates += 1
          let estimate = model.prompts(count)
          let first = request.objectives.worst(first: estimate.timeToFirstToken)
          nearest.take(first, batch: count)
          if first.map({ $0.share <= 0 }) ?? true { fitting.append(Sized(model: model, estimate: estimate)) }
        }
      }
      guard !fitting.isEmpty else {
        outcome.refusals.append(refusal(of: layout[0], .prefill, nearest))
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

  // MARK: both

  func pool(
    _ model: InstanceModel, _ role: EnginePool.Role, instances: Int, _ estimate: InstanceEstimate, rate: Double
  ) -> PlanCandidate.Pool {
    PlanCandidate.Pool(
      system: fleet.system, role: role, instances: instances, chips: model.chips, plan: model.model.plan,
      settings: model.settings, estimate: estimate,
      promptTokensPerStep: model.pool.promptTokensPerStep, requestsPerSecond: rate)
  }

  func assembled(
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

  func keeps(_ estimate: InstanceEstimate) -> Bool { worst(estimate).map { $0.share <= 0 } ?? true }

  /// The objective that is missed most, or kept with the least to spare; nil where none is asked for.
  private func worst(_ estimate: InstanceEstimate) -> PlanMiss? {
    request.objectives.worst(
      first: estimate.lateFirstToken, each: estimate.timePerOutputToken,
      end: estimate.timeToFirstToken + estimate.timePerOutputToken * request.lengths.decoded)
  }

  /// The same of a pool that decodes, which with the best of the prompts misses the end-to-end objective by a share.
  private func worst(_ estimate: InstanceEstimate, joined share: Double?) -> PlanMiss? {
    let own = worst(estimate)
    guard let share, let limit = request.objectives.endToEnd, share > own?.share ?? -1 else { return own }
    return PlanMiss(objective: .endToEnd, time: limit * (1 + share), limit: limit)
  }

  private func refusal(of model: InstanceModel, _ role: EnginePool.Role, _ nearest: NearestMiss) -> PlanRefusal {
    PlanRefusal(
      reason: .objective, engine: space.machine.engine.name, system: fleet.system, role: role, plan: model.model.plan,
      chips: model.chips,
      problem: nearest.miss == nil ? "prompts take more than every step" : "an objective is missed at every batch",
      misses: nearest.miss?.share ?? .infinity, missed: nearest.miss, batch: nearest.batch)
  }

  private func shortage(of model: InstanceModel, _ role: EnginePool.Role, needed: Int) -> PlanRefusal {
    let rate = request.requestRate.map { rate in
      let words = rate == rate.rounded() && rate < 1e9 ? "\(Int(rate))" : "\((rate * 1000).rounded() / 1000)"
      return "\(words) requests/s need"
    }
    return PlanRefusal(
      reason: .chips, engine: space.machine.engine.name, system: fleet.system, role: role, plan: model.model.plan,
      chips: model.chips, problem: "\(rate ?? "it needs") \(needed) chips, and there are \(fleet.chips)",
      misses: Double(needed) / Double(fleet.chips) - 1)
  }
}
