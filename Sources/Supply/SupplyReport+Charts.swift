import Formats
import Reports
import Units

extension SupplyReport {
  private static func year(_ month: String) -> Double {
    CalendarDay(month).map { ($0.months + 0.5) / 12 } ?? 0
  }

  private func find(_ quantity: String) -> Series? { series.first { $0.quantity == quantity } }

  private func points(_ series: Series, level: Int) -> [Chart.Point] {
    zip(series.months, series.quantiles).map { Chart.Point(Self.year($0), $1[level]) }
  }

  /// The five levels of one quantity over the months.
  func fan(_ quantity: String) -> Chart {
    let names = ["5%", "25%", "median", "75%", "95%"]
    guard let series = find(quantity) else {
      return Chart(quantity, caption: "", .lines(.init(x: Chart.Axis("Year"), y: Chart.Axis(""), series: [])))
    }
    let lines = [2, 0, 1, 3, 4].map { level in
      Chart.Lines.Series(names[level], points(series, level: level), isFilled: false)
    }
    let last = series.quantiles.last ?? [0, 0, 0, 0, 0]
    let notation = Self.notation(series.unit)
    return Chart(
      quantity,
      caption: "By month: half of the draws lie between the inner lines; at the end "
        + "\(Measure(last[0], notation)) to \(Measure(last[4], notation)).",
      .lines(.init(x: Chart.Axis("Year", .year), y: Chart.Axis(series.unit, notation), series: lines)))
  }

  /// What each vendor sells, medians.
  var vendors: Chart {
    let found = series.filter { $0.quantity.hasPrefix("units.") }
    let lines = found.map { Chart.Lines.Series(String($0.quantity.dropFirst(6)), points($0, level: 2)) }
    return Chart(
      "Chips by vendor", caption: "Median chips a month by source: domestic makers, licensed imports, smuggled.",
      .lines(.init(x: Chart.Axis("Year", .year), y: Chart.Axis("chips", .count), series: lines)))
  }

  var shares: Chart {
    let names = [("share.value", "value"), ("share.units", "units"), ("share.compute", "compute")]
    let lines = names.compactMap { name, label in find(name).map { Chart.Lines.Series(label, points($0, level: 2)) } }
    return Chart(
      "Domestic share of sales", caption: "Median share of the month's legal sales, by three measures.",
      .lines(.init(x: Chart.Axis("Year", .year), y: Chart.Axis("share", .percent), series: lines)))
  }

  /// What holds the largest maker back, as shares of the draws.
  var constraintChart: Chart {
    let names = ["plan", "demand", "logic", "memory", "packaging"]
    let lines = names.enumerated().map { index, name in
      Chart.Lines.Series(name, constraints.map { Chart.Point(Self.year($0.month), $0.shares[index]) })
    }
    return Chart(
      "What holds the largest maker back",
      caption: "Share of the draws in which each limits it; plan means that nothing was short.",
      .lines(.init(x: Chart.Axis("Year", .year), y: Chart.Axis("draws", .percent), series: lines)))
  }

  /// The flow of each year from wafers to tokens, medians.
  var chain: Table {
    let steps = [
      ("domestic.wafers", "Wafers for AI dies"), ("domestic.dies", "Good dies made"),
      ("domestic.packagesStarted", "Packages started"), ("domestic.packages", "Packages finished"),
      ("domestic.units", "Chips sold"), ("systems.CloudMatrix-384", "Supernodes"), ("fleet.units", "Chips running"),
      ("fleet.power", "Power, MW"), ("tokens.capacity", "Tokens a day that the fleet could serve, billions"),
    ]
    let rows = steps.compactMap { name, label -> [Table.Cell]? in
      guard let row = years.first(where: { $0.quantity == name }) else { return nil }
      return [Table.Cell(label)] + row.bands.map { Table.Cell("\(Measure($0.p50, .count))") }
    }
    let columns = years.first?.years ?? []
    return Table("Medians by year.", columns: ["Step"] + columns.map { .number(String($0)) }, rows: rows)
  }

  var eventTable: Table {
    Table(
      "What each does to named quantities; without effects: information only.",
      columns: ["Date", "Event", "Actor", "Effects", "Source"],
      rows: events.map { event in
        [
          Table.Cell(event.date), Table.Cell("\(event.title) (\(event.id))"), Table.Cell(event.actor),
          Table.Cell(event.effects.joined(separator: "; ")), Table.Cell(event.source),
        ]
      })
  }

  var parameterTable: Table {
    Table(
      "Median (5% to 95%). A read in full, B second outlet, C aggregator, D derived or ours, M memory.",
      columns: ["Name", "Value", "Unit", "Grade", "Source"],
      rows: parameters.map { input in
        [
          Table.Cell(input.name), Table.Cell(input.value), Table.Cell(input.unit), Table.Cell(input.grade),
          Table.Cell(input.source),
        ]
      })
  }

  var counterfactualSections: [Document.Section] {
    counterfactuals.map { pair in
      let differences = pair.differences.filter { row in
        row.bands.contains { abs($0.p05) + abs($0.p95) > 0 }
      }
      let names = pair.without.joined(separator: ", ")
      let pairs = zip(claims, pair.claims).map { base, other -> [Table.Cell] in
        [
          Table.Cell(base.title), Table.Cell("\(Measure(base.probability, .percent))"),
          Table.Cell("\(Measure(other.probability, .percent))"),
        ]
      }
      return Document.Section(
        "Without \(names)",
        [
          .paragraph("Scenario less the world without these events, draw by draw with the same random numbers."),
          .table(yearTable("What the events change.", differences)),
          .table(Table("Claims.", columns: ["Claim", .number("With"), .number("Without")], rows: pairs)),
        ])
    }
  }

  var sensitivitySections: [Document.Section] {
    guard let name = sensitivityOf else { return [] }
    let top = sensitivity.prefix(20)
    let bars = top.map { influence in
      Chart.Bars.Bar(
        influence.parameter, influence.swing,
        note: "\(Measure(influence.low, .plain)) to \(Measure(influence.high, .plain))")
    }
    let first = top.first.map { "Knowing \($0.parameter) would narrow it most." } ?? "Nothing moves it."
    return [
      .init(
        "What moves it",
        [
          .paragraph("\(name): its mean when one number goes from its 5% to its 95% value. \(first)"),
          .chart(
            Chart(
              "Tornado", caption: "Swing of the mean; beside each bar the means at the two ends.",
              .bars(.init(Chart.Axis("swing", .plain), Array(bars))))),
        ])
    ]
  }
}
