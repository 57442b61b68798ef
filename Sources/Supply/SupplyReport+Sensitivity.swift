import Formats
import Units

extension SupplyReport {
  /// One-at-a-time: each used number is held at its 5% and its 95% value; the result is the mean over the same draws.
  static func sensitivity(
    _ scenario: SupplyScenario, _ question: SupplyQuestion, _ world: CompiledWorld
  ) throws -> (of: String?, [Influence]) {
    guard let name = question.sensitivity else { return (nil, []) }
    guard let claim = scenario.claims.first(where: { $0.id == name }) else {
      let ids = scenario.claims.map(\.id)
      let near = Problems.nearest(to: name, among: ids).map { "did you mean '\($0)'?" }
      throw Problem(
        "--sensitivity", "there is no claim '\(name)'", wayOut: near ?? "use one of \(ids.joined(separator: ", "))")
    }
    let measure = try CompiledMeasure(claim.definition, series: world.series, horizon: world.horizon)
    func mean(_ world: CompiledWorld) -> Double {
      let outcome = world.run(
        draws: question.sensitivityDraws, measures: [measure], workers: question.workers, withSeries: false)
      return outcome.measures[0].reduce(0) { $0 + Double($1) } / Double(question.sensitivityDraws)
    }
    let influences = world.slots.varying.map { slot -> Influence in
      var low = world, high = world
      low.slots.pinned = [(slot, 0.05)]
      high.slots.pinned = [(slot, 0.95)]
      let functions = world.slots.slots[slot].functions
      return Influence(
        parameter: world.slots.slots[slot].name, low: mean(low), high: mean(high), from: functions[0](0.05),
        to: functions[0](0.95))
    }
    let sorted = influences.enumerated().sorted { ($1.element.swing, $0.offset) < ($0.element.swing, $1.offset) }
    return (claim.title ?? claim.id, sorted.map(\.element).filter { $0.swing > 0 })
  }
}
