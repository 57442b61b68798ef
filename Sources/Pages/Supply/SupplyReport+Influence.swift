import Reports
import Supply
import Units

/// What a claim's value depends on.
extension SupplyReport {
  var sensitivitySections: [Document.Section] {
    guard let sensitivity else { return [] }
    guard let first = sensitivity.influences.first else {
      return [.init("What moves it", [.paragraph("\(sensitivity.of): nothing moves it.")])]
    }
    return [
      .init(
        "What moves it",
        [
          .paragraph(
            "\(sensitivity.of): \(Measure(sensitivity.mean, .plain)) on average. Most of what is not known about it "
              + "comes from \(Self.input(first.parameter)): \(Self.rounded(max(0, first.first))) of the variance "
              + "alone, \(Self.rounded(max(0, first.total))) with what it does together with others."),
          .chart(indices(sensitivity)), .chart(tornado(sensitivity)),
          .folded(title: "The indices with their errors", [.table(indexTable(sensitivity))]),
        ])
    ]
  }

  private func tornado(_ sensitivity: Sensitivity) -> Chart {
    let swinging = sensitivity.influences.enumerated().filter { $0.element.swing > 0 }
      .sorted { ($1.element.swing, $0.offset) < ($0.element.swing, $1.offset) }
    let bars = swinging.prefix(14).map { _, influence in
      Chart.Tornado.Bar(
        influence.parameter, low: influence.low, high: influence.high,
        from: told(influence.from, of: influence.parameter, withUnit: false),
        to: told(influence.to, of: influence.parameter))
    }
    return Chart(
      "One number at a time",
      caption: "The mean of the claim's value when one number is held at its 5% or its 95% value, all else as drawn. "
        + "Schools and factors, which move several numbers at once, have no such ends and are above.",
      .tornado(Chart.Tornado(Chart.Axis("value", .plain), base: sensitivity.mean, bars: bars)))
  }

  private func indices(_ sensitivity: Sensitivity) -> Chart {
    let rows = sensitivity.influences.prefix(10).map {
      Chart.Pairs.Row(Self.input($0.parameter), min(max(0, $0.first), 1), min(max(0, $0.total), 1))
    }
    return Chart(
      "Shares of the variance",
      caption: "Sobol indices: what a number explains alone, and with all that it does together with others.",
      .pairs(
        Chart.Pairs(
          Chart.Axis("share of the variance", .percent), first: "alone", second: "with interactions",
          rows: Array(rows))))
  }

  /// `school huawei-output` as words.
  private static func input(_ name: String) -> String {
    if name.hasPrefix("school ") { return "whom to believe on \(name.dropFirst(7)) (a school)" }
    if name.hasPrefix("factor ") { return "what moves \(name.dropFirst(7)) together (a factor)" }
    return name
  }

  private func indexTable(_ sensitivity: Sensitivity) -> Table {
    Table(
      "Shares of the variance (Sobol indices from \(sensitivity.draws) draws, one standard error).",
      columns: [
        "Number", .number("Alone"), .number("With interactions"), .number("Gone if known"), .number("Error of alone"),
      ],
      rows: sensitivity.influences.prefix(16).map { influence in
        [
          Table.Cell(influence.parameter), Table.Cell("\(Measure(max(0, influence.first), .percent))"),
          Table.Cell("\(Measure(influence.total, .percent))"), Table.Cell("\(Measure(influence.known, .percent))"),
          Table.Cell("\(Measure(influence.firstError, .percent))"),
        ]
      })
  }

  /// A parameter's value with its unit; dates as such.
  private func told(_ value: Double, of parameter: String, withUnit: Bool = true) -> String {
    switch parameters.first(where: { $0.name == parameter })?.unit {
    case "date": CalendarDay(months: value).description
    case nil, "fraction", "factor", "ratio": Text.round(value)
    case let unit?: "\(Measure(value, .count).trimmed)" + (withUnit ? " \(unit)" : "")
    }
  }
}
