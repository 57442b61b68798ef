import Formats
import Reports
import Units

extension SupplyReport {
  /// For a terminal: the answer, the claims and the years.
  public func summary() -> Document {
    Document(
      title: title, subtitle: subtitle, lead: lead, headlines: headlines,
      sections: [
        .init("Claims", [.table(claimTable("", claims))]),
        .init("Years", [.table(yearTable("Median, and 5% to 95% of the draws.", years.filter(Self.isMain)))]),
      ] + counterfactualSections + sensitivitySections + [.init("Notes", [.notes(notes)])], footer: footer)
  }

  /// The whole report.
  public func document() -> Document {
    Document(
      title: title, subtitle: subtitle, lead: lead, headlines: headlines,
      sections: [
        .init("Claims", [.table(claimTable("Each with its definition; the value's median and 5% to 95%.", claims))]),
        .init(
          "Chips", [.charts([fan("domestic.units"), fan("domestic.compute")]), .charts([vendors, constraintChart])]),
        .init(
          "Market", [.charts([shares, fan("imports.value")]), .charts([fan("market.unmet"), fan("imports.barred")])]),
        .init("From wafer to token", [.table(chain)]),
        .init(
          "Fleet",
          [
            .charts([fan("fleet.compute"), fan("fleet.power")]),
            .charts([fan("tokens.capacity"), fan("systems.CloudMatrix-384")]),
          ]),
        .init("Years", [.table(yearTable("Median, and 5% to 95% of the draws.", years.filter(Self.isTold)))]),
      ] + counterfactualSections + sensitivitySections + [
        .init("Events", [.table(eventTable)]), .init("Numbers", [.table(parameterTable)]),
        .init("Notes", [.notes(notes)]),
      ], footer: footer)
  }

  /// Every quantity and month as CSV.
  public func csv() -> String {
    var text = CSVText(header: ["quantity", "unit", "month", "p05", "p25", "p50", "p75", "p95"])
    for series in series {
      for (month, levels) in zip(series.months, series.quantiles) {
        text.append([series.quantity, series.unit, month] + levels.map(CSVText.number))
      }
    }
    return text.text
  }

  private var subtitle: String {
    let date = run.asOf.map { ", known on \($0)" } ?? ""
    return "\(run.draws) draws of \(run.months) months\(date)"
  }

  private var footer: String {
    "supernode \(run.version), seed \(run.seed), inputs \(run.inputHash.prefix(12))"
  }

  private func band(_ quantity: String, _ year: Int) -> Band? {
    guard let row = years.first(where: { $0.quantity == quantity }), let index = row.years.firstIndex(of: year) else {
      return nil
    }
    return row.bands[index]
  }

  private var lead: [String] {
    guard let now = band("domestic.units", 2025), let next = band("domestic.units", 2026) else { return [] }
    let triple = claims.filter { $0.id.hasPrefix("triple-") }
    let likely = triple.filter { $0.probability >= 0.5 }.map { $0.id.dropFirst(7) }
    let verdict =
      triple.isEmpty
      ? ""
      : likely.isEmpty
        ? " Under none of the \(triple.count) definitions is a tripling in 2026 more likely than not."
        : " A tripling in 2026 is more likely than not by \(likely.joined(separator: ", ")) only."
    let months = constraints.filter { $0.month.hasPrefix("2026") || $0.month.hasPrefix("2027") }
    let memory = months.reduce(0) { $0 + $1.memory } / Double(max(months.count, 1))
    return [
      "Domestic makers ship \(count(next)) AI chips in 2026 after \(count(now)) in 2025 (median; 5% to 95%)." + verdict,
      "In 2026 and 2027 memory holds the largest maker back in \(Measure(memory, .percent)) of all months and draws.",
    ] + seventy
  }

  private var seventy: [String] {
    let ids = ["seventy-value", "seventy-units", "seventy-compute", "seventy-stock-compute", "seventy-demand"]
    let found = ids.compactMap { id in claims.first { $0.id == id } }
    guard !found.isEmpty else { return [] }
    let words = [
      "seventy-value": "value", "seventy-units": "units", "seventy-compute": "compute",
      "seventy-stock-compute": "the compute that runs", "seventy-demand": "the demand met",
    ]
    let list = found.map { "\(Measure($0.probability, .percent)) by \(words[$0.id] ?? $0.id)" }
    return ["70% self-sufficiency in 2027 has a probability of \(list.joined(separator: ", "))."]
  }

  private func count(_ band: Band) -> String {
    "\(Measure(band.p50, .count)) (\(Measure(band.p05, .count)) to \(Measure(band.p95, .count)))"
  }

  private var headlines: [Document.Headline] {
    [("domestic.units", "Domestic chips"), ("domestic.value", "Domestic value"), ("imports.value", "Imports")]
      .compactMap {
        name, label in
        guard let band = band(name, 2026) else { return nil }
        let notation: Notation = name.hasSuffix("units") ? .count : .dollars
        return Document.Headline(
          "\(label), 2026", Measure(band.p50, notation),
          note: "\(Measure(band.p05, notation)) to \(Measure(band.p95, notation))")
      }
  }

  /// Quantities of the report's table; the JSON has all.
  private static func isTold(_ row: YearRow) -> Bool {
    ["sold.", "revenue.", "domestic.", "imports.", "smuggled.", "market.", "fleet.", "tokens.", "supernodes."]
      .contains { row.quantity.hasPrefix($0) }
  }

  private static func isMain(_ row: YearRow) -> Bool {
    [
      "sold.910B", "sold.910C", "sold.950PR", "domestic.units", "domestic.value", "domestic.compute", "imports.units",
      "imports.value", "market.demand", "market.unmet", "fleet.compute", "fleet.power", "tokens.capacity",
    ]
    .contains(row.quantity)
  }

  static func notation(_ unit: String) -> Notation {
    switch unit {
    case "USD": .dollars
    case "fraction": .percent
    default: .count
    }
  }

  func claimTable(_ caption: String, _ claims: [Claim]) -> Table {
    Table(
      caption, columns: ["Claim", "Definition", .number("Probability"), .number("Median"), .number("5% to 95%")],
      rows: claims.map { claim in
        [
          Table.Cell(claim.title), Table.Cell(claim.definition), Table.Cell("\(Measure(claim.probability, .percent))"),
          Table.Cell("\(Measure(claim.value.p50, .plain))"),
          Table.Cell("\(Measure(claim.value.p05, .plain)) to \(Measure(claim.value.p95, .plain))"),
        ]
      })
  }

  func yearTable(_ caption: String, _ rows: [YearRow]) -> Table {
    let years = rows.first?.years ?? []
    return Table(
      caption, columns: ["Quantity", "Unit"] + years.map { .number(String($0)) },
      rows: rows.map { row in
        let notation = Self.notation(row.unit)
        return [Table.Cell(row.quantity), Table.Cell(row.unit)]
          + row.bands.map { band in
            Table.Cell(
              "\(Measure(band.p50, notation)) (\(Measure(band.p05, notation)) to \(Measure(band.p95, notation)))")
          }
      })
  }
}
