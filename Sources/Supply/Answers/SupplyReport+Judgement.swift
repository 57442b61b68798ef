import Formats
import Units

extension SupplyReport {
  /// How much of a claim's value moves with numbers that are judgement, and with which of all most.
  struct Judgement: Sendable {
    /// Grades D and M by all grades, of the squared correlations that are more than chance; nil where nothing moves it.
    var share: Double?
    /// At most three, the strongest first.
    var names: [String]
  }

  /// By measure, over a few draws: correlations see what is linear, which is enough to tell whose numbers matter.
  static func judgements(
    _ measures: [CompiledMeasure], _ scenario: SupplyScenario, _ world: CompiledWorld, draws: Int
  ) -> [Judgement] {
    let model = MonthlyModel(world)
    let columns = measures.map { MeasureColumns($0, model.store) }
    let slots = world.slots.varying
    var values = [[Double]](repeating: [], count: measures.count),
      inputs = [[Double]](repeating: [], count: slots.count)
    let last = measures.map(\.lastMonth).max() ?? 0
    var first = 0
    while first < draws {
      model.run(first: UInt64(first), months: last + 1) { month in
        for column in columns where column.needs(month) { column.add(month, model.series) }
      }
      let count = min(ColumnStore.draws, draws - first)
      for (index, column) in columns.enumerated() {
        for draw in 0..<count { values[index].append(column.value.draws[draw]) }
      }
      for (number, slot) in slots.enumerated() {
        for draw in 0..<count { inputs[number].append(model.slot(slot).draws[draw]) }
      }
      first += count
    }
    let grades = slots.map { slot in
      scenario.parameters.last { $0.name == world.slots.slots[slot].name }?.grade ?? "D"
    }
    let standard = inputs.map(standardised)
    return values.map { value in
      let value = standardised(value)
      var (judged, all) = (0.0, 0.0)
      var found: [(name: String, weight: Double)] = []
      for (number, input) in standard.enumerated() where !input.isEmpty && !value.isEmpty {
        let correlation = zip(value, input).reduce(0) { $0 + $1.0 * $1.1 } / Double(draws)
        let weight = correlation * correlation
        // Three standard errors of no correlation.
        guard weight > 9 / Double(draws) else { continue }
        all += weight
        if ["D", "M"].contains(grades[number]) { judged += weight }
        found.append((world.slots.slots[slots[number]].name, weight))
      }
      let order = found.enumerated().sorted { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }
      return Judgement(share: all > 0 ? judged / all : nil, names: order.prefix(3).map(\.element.name))
    }
  }

  /// With mean 0 and variance 1; empty where nothing varies.
  private static func standardised(_ values: [Double]) -> [Double] {
    let count = Double(max(values.count, 1))
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    guard variance.isFinite, variance > 0 else { return [] }
    let scale = 1 / variance.squareRoot()
    return values.map { ($0 - mean) * scale }
  }
}
