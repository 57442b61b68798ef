import Planning
import Reports
import Units

extension PlanDay {
  /// The ways to follow the traffic side by side, and the hours.
  var section: Document.Section {
    let rows = ways.map { way in
      [
        Table.Cell(way.rule.words), Table.Cell(Measure(way.chipHours, .count).description),
        Table.Cell("\(way.mostChips)"), Table.Cell("\(way.starts)"),
        Table.Cell(Measure(way.share, .percent).description),
        Table.Cell(Measure(way.energy.value, .joules).description),
        Table.Cell(way.cost.map { "\(Measure($0.value, .dollars))" } ?? Text.missing),
      ]
    }
    let table = Table(
      "",
      columns: [
        "Instances", .number("chip-hours"), .number("most chips"), .number("starts"), .number("within"),
        .number("energy"), .number("cost"),
      ], rows: rows)
    let hours = Chart(
      "Requests per second by hour", caption: "Within an hour requests come by chance (Poisson).",
      .bars(
        .init(
          .init("requests/s"),
          traffic.rates.enumerated().map { .init("hour \($0.offset)", $0.element, note: "") })))
    return Document.Section(
      "A day", [.table(table), .notes(notes), .folded(title: "Hours", [.charts([hours])])])
  }

  /// What the peaks cost.
  var sentence: String? {
    guard let peaks = costOfPeaks, let fixed = way(.fixed), let hourly = way(.hourly), peaks.share >= 0.005
    else { return nil }
    return "Over the \(Text.counted(traffic.rates.count, "hour")) of \(traffic.name) the peaks cost "
      + "\(Measure(peaks.dollars.value, .dollars)), \(Measure(peaks.share, .percent)) of what chips for the busiest "
      + "hour cost: \(Measure(hourly.chipHours, .count)) chip-hours would do in place of "
      + "\(Measure(fixed.chipHours, .count))."
  }

  private var notes: [String] {
    [
      "\(Measure(traffic.mean, .count)) requests/s in the mean, \(Measure(traffic.peak, .count)) in the busiest hour; "
        + "an instance takes requests \(Measure(startUp.value, .duration)) after it is started (assumed). "
        + "Mean lengths.",
      "Cost: the chip-hours at the price of the system over four years, as if chips that are off were sold on, and "
        + "electricity at 0.08 USD/kWh.",
    ]
  }
}

extension PlanDay.Rule {
  fileprivate var words: String {
    switch self {
    case .fixed: "fixed for the busiest hour"
    case .hourly: "planned anew each hour"
    case .utilisation: "scaled by requests in flight"
    case .objectives: "scaled by objectives kept"
    }
  }
}
