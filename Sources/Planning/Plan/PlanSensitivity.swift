import Costs
import Hardware
import Units

/// What the best plan comes to when one input after another is otherwise; its batch and numbers of instances are found
/// anew each time, its engine and layout stay.
public struct PlanSensitivity: Encodable, Sendable {
  /// What the bars are in, by the goal of the plan: tokens a second and chip, chips, dollars for a million output
  /// tokens, joules for one.
  public var goal: PlanRequest.Goal
  public var base: Double
  /// The widest first.
  public var bars: [Bar]

  public struct Bar: Encodable, Sendable {
    public var input: PlanInput
    /// Of the input.
    public var lowFactor, highFactor: Double
    /// nil where the layout serves nothing then.
    public var low, high: Double?

    var width: Double { abs((high ?? 0) - (low ?? 0)) }
  }
}

extension PlanRequest.Goal {
  /// What a candidate comes to; nil where no price is known.
  public func value(of candidate: PlanCandidate) -> Double? {
    switch self {
    case .throughput: candidate.outputTokens / Double(candidate.budget)
    case .chips: Double(candidate.chips)
    case .cost: candidate.dollarsPerMillionTokens?.value
    case .energy: candidate.joulesPerOutputToken?.value
    }
  }
}

extension Planner {
  /// Of the best plan by estimates; nil where there is none.
  public func sensitivity(of answer: PlanAnswer) -> PlanSensitivity? {
    guard let best = answer.best?.candidate, let layout = fixed(to: best), let base = layout.value(self) else {
      return nil
    }
    let inputs = PlanInput.allCases.filter { input in
      switch input {
      case .acceptance: best.draftTokens > 0
      case .price: request.goal == .cost
      default: true
      }
    }
    let bars = inputs.map { input in
      let factors = input.factors
      return PlanSensitivity.Bar(
        input: input, lowFactor: factors.low, highFactor: factors.high,
        low: layout.times(factors.low, input).value(self), high: layout.times(factors.high, input).value(self))
    }
    return PlanSensitivity(
      goal: request.goal, base: base,
      bars: bars.filter { $0.width > abs(base) * 1e-6 }.sorted { $0.width > $1.width })
  }

  /// By which factor one input of the best plan must change for its goal to reach a value, all else equal: 4 means four
  /// times. nil where nothing between 1/16 and 16 does.
  public func factor(of input: PlanInput, for answer: PlanAnswer, toReach wanted: Double) -> Double? {
    guard let best = answer.best?.candidate, let layout = fixed(to: best) else { return nil }
    let base = layout.value(self)
    let isMore = request.goal == .throughput
    func reaches(_ value: Double?) -> Bool { value.map { isMore ? $0 >= wanted : $0 <= wanted } ?? false }
    // Of a price less is better; of all else more.
    let best16 = input == .price || input == .linkLatency ? 1.0 / 16 : 16
    // From what does not reach it to what does.
    var (misses, holds) = reaches(base) ? (1 / best16, 1.0) : (1.0, best16)
    guard reaches(layout.times(holds, input).value(self)), !reaches(layout.times(misses, input).value(self)) else {
      return nil
    }
    while max(holds / misses, misses / holds) > 1.01 {
      let middle = (misses * holds).squareRoot()
      if reaches(layout.times(middle, input).value(self)) { holds = middle } else { misses = middle }
    }
    return holds
  }

  /// The same question with another goal.
  public func asked(for goal: PlanRequest.Goal) -> Planner {
    var planner = self
    planner.request.goal = goal
    planner.searches = searches.map { $0.with(planner.request, $0.space.machine) }
    return planner
  }

  /// The searches that made a candidate, for its layout alone.
  private func fixed(to candidate: PlanCandidate) -> FixedLayout? {
    let found = candidate.systems.compactMap { system in
      searches.first {
        $0.fleet.system == system && $0.space.machine.engine.name == candidate.engine
          && $0.formats.name == candidate.formats
      }
    }
    guard let first = found.first else { return nil }
    return FixedLayout(
      request: request, first: first, second: candidate.division == .mixed ? found.last : nil, layout: candidate.layout,
      division: candidate.division)
  }

  /// One layout, whose inputs can be changed.
  fileprivate struct FixedLayout {
    var request: PlanRequest
    var first: PlanSearch
    var second: PlanSearch?
    let layout: PlanCandidate.Layout
    let division: PlanRequest.Division

    func times(_ factor: Double, _ input: PlanInput) -> FixedLayout {
      var changed = self
      changed.request = request.times(factor, input)
      changed.first = first.with(changed.request, first.space.machine.times(factor, input))
      changed.second = second.map { $0.with(changed.request, $0.space.machine.times(factor, input)) }
      return changed
    }

    /// At its best batch and numbers.
    func value(_ planner: Planner) -> Double? {
      var request = request
      request.divisions = [division]
      let one = first.with(request, first.space.machine, only: layout.plans)
      let other = second.map { $0.with(request, $0.space.machine, only: layout.plans) }
      let outcome = other.map(one.run(decodingOn:)) ?? one.run()
      let fitting = outcome.candidates.filter { $0.layout == layout }
      return fitting.min { $0.isBetter(than: $1, for: request.goal) }.flatMap {
        request.goal.value(of: one.priced($0, on: other))
      }
    }
  }
}

extension PlanSearch {
  /// The same of another request and machine.
  func with(
    _ request: PlanRequest, _ machine: Machine, fleet other: PlanRequest.Fleet? = nil, only plans: [ParallelPlan]? = nil
  ) -> PlanSearch {
    PlanSearch(
      request, fleet: other ?? fleet, formats: formats, machine: machine, architecture: space.architecture,
      only: plans)
  }
}
