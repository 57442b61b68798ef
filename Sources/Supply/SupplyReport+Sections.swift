import Reports
import Units

extension SupplyReport {
  private static let turns = ["tsmc-stop", "hbm-rule", "h20-ban", "h20-reversal", "state-all", "h200-allowed"]
  private static let imports = [
    "tighter-thresholds", "h20-ban", "h20-reversal", "h20-stop", "h200-rule", "h200-allowed",
  ]

  private func block(_ charts: Chart?...) -> [Document.Block] {
    let drawn = charts.compactMap { $0 }
    return drawn.isEmpty ? [] : [.charts(drawn)]
  }

  var claimSection: Document.Section {
    .init(
      "Which claims hold",
      [
        .paragraph(
          "The probability is the share of draws in which the definition is true; the value is what the bound is on."),
        .table(claimTable("", claims)),
      ])
  }

  var supplySection: Document.Section {
    .init(
      "How many chips",
      block(
        fan(
          "domestic.units", caption: "What domestic makers sell in a month, to 2027; later years are below.",
          marking: Self.turns, years: Self.near))
        + block(
          stack(
            "units", title: "Chips by source", caption: "Medians of each source, which need not sum to the total's.",
            marking: ["h20-ban", "h20-reversal"]),
          stack(
            "compute", title: "Compute by source",
            caption: "The same in H100 equivalents (dense BF16): a chip made at home does less.",
            marking: ["h20-ban", "h20-reversal"])))
  }

  var limitSection: Document.Section { .init("What holds output back", block(constraintChart)) }

  var chainSection: Document.Section {
    let year = years.first?.years.contains(2026) == true ? 2026 : years.first?.years.first ?? 2026
    return .init(
      "From wafer to token", block(flow(year)) + [.folded(title: "The chain in every year", [.table(chain)])])
  }

  var marketSection: Document.Section {
    .init(
      "The market",
      block(
        stack(
          "revenue", title: "Sales by vendor and quarter",
          caption: "Medians of each vendor's months, summed; smuggled chips at the price that buyers pay.",
          byQuarter: true, marking: Self.imports))
        + block(
          fan("imports.value", caption: "Legal imports, at what buyers pay.", marking: ["h20-ban"], years: Self.near),
          fan(
            "market.unmet", caption: "What buyers wanted and did not get.", marking: ["h20-ban"], years: Self.near))
        + block(
          fan("imports.fees", caption: "What licences cost the makers or, as far as passed on, the buyers."),
          fan(
            "domestic.revenueIndex", caption: "The mean month of 2024 is 100; there is no data on share prices.",
            years: 2025..<2031))
        + [.folded(title: "Sales by vendor and quarter as a table", [.table(quarterTable)])])
  }

  var shareSection: Document.Section {
    let cities = series.filter { $0.quantity.hasPrefix("city.") && $0.quantity.hasSuffix(".share") }
    return .init(
      "How self-sufficient",
      block(
        lines(
          [("share.value", "value"), ("share.units", "units"), ("share.compute", "compute")],
          title: "Domestic share of legal sales", caption: "Medians by three measures; 70% is what cities ask for.",
          limits: [Chart.Marker("70%", 0.7)], marking: ["h20-ban"]),
        lines(
          cities.map { ($0.quantity, String($0.quantity.dropFirst(5).dropLast(6))) }, title: "Domestic share by city",
          caption: "Medians of what data centres in each city buy, by value."))
        + block(
          fan(
            "resilience.months",
            caption:
              "Months for which domestic makers could go on at the present pace if all imports stopped, 60 at most.",
            years: 2024..<2031),
          fan(
            "resilience.share", caption: "And the share of that pace that domestic dies and memory alone carry.",
            years: 2024..<2031)))
  }

  var fleetSection: Document.Section {
    .init(
      "What runs, and what it serves",
      block(
        fan("fleet.compute", caption: "All chips sold and not yet retired."),
        fan("fleet.power", caption: "Chips, their systems and cooling."))
        + block(
          fan("tokens.capacity", caption: "At the fleet's utilisation, in the mix of the data."), tokenChart)
        + block(
          fan("systems.CloudMatrix-384", caption: "Supernodes of 384 chips."),
          fan("fleet.gridShare", caption: "Of the nation's electricity.")))
  }

  func section(_ pair: Counterfactual) -> Document.Section {
    let name = Self.name(without: pair.without)
    let events = events.filter { pair.without.contains($0.id) }.map(\.id)
    let marked = events.isEmpty ? ["h20-ban"] : events
    let charts = [
      ("domestic.units", "Domestic makers gain where the bands part; they share every random number."),
      ("imports.units", "What is imported under licence in either world."),
      ("market.unmet", "What buyers would have bought and could not."),
      ("tokens.capacity", "Where it ends: tokens that the chips could serve."),
    ].compactMap { quantity, caption in
      self.pair(quantity, pair.series, named: name, caption: caption, marking: marked)
    }
    return .init(
      "Another world: \(name.prefix(1).lowercased() + name.dropFirst())",
      [
        .paragraph(
          "Left out: \(pair.without.joined(separator: ", ")). All else, and every random number, is the same."),
        .charts(charts), .table(differenceTable(pair)),
        .folded(title: "Claims in either world", [.table(claimPairs(pair))]),
      ])
  }

  /// For a terminal: the tables only.
  func shortSection(_ pair: Counterfactual) -> Document.Section {
    .init(Self.name(without: pair.without), [.table(differenceTable(pair)), .table(claimPairs(pair))])
  }

  private func differenceTable(_ pair: Counterfactual) -> Table {
    let changed = pair.differences.filter { row in row.bands.contains { abs($0.p05) + abs($0.p95) > 0 } }
    return yearTable("Scenario less the world without the events, draw by draw: median (5% to 95%).", changed)
  }

  private func claimPairs(_ pair: Counterfactual) -> Table {
    Table(
      "", columns: ["Claim", .number("As told"), .number(Self.name(without: pair.without))],
      rows: zip(claims, pair.claims).map { base, other in
        [
          Table.Cell(base.title), Table.Cell(Self.rounded(base.probability), share: base.probability),
          Table.Cell(Self.rounded(other.probability), share: other.probability),
        ]
      })
  }

  var sensitivitySections: [Document.Section] {
    guard let sensitivity else { return [] }
    let name = sensitivity.of
    guard let worth = sensitivity.mostWorthKnowing else {
      return [.init("What moves it", [.paragraph("\(name): nothing moves it.")])]
    }
    let swinging = sensitivity.influences.enumerated().filter { $0.element.swing > 0 }
      .sorted { ($1.element.swing, $0.offset) < ($0.element.swing, $1.offset) }
    let bars = swinging.prefix(16).map { _, influence in
      let ends = [influence.from, influence.to].map { "\(Measure($0, .plain).trimmed)" }
      return Chart.Tornado.Bar(
        influence.parameter, low: influence.low, high: influence.high, from: ends[0], to: ends[1])
    }
    let narrowing = "\(Measure(sensitivity.narrowing, .percent))"
    return [
      .init(
        "What moves it",
        [
          .paragraph(
            "\(name): \(Measure(sensitivity.mean, .plain)) on average. Knowing \(worth) would narrow it most: "
              + "\(narrowing) of its variance would go."),
          .chart(
            Chart(
              "One number at a time",
              caption: "The mean of the claim's value when one number is held at its 5% or its 95% value.",
              .tornado(Chart.Tornado(Chart.Axis("value", .plain), base: sensitivity.mean, bars: Array(bars))))),
          .table(indexTable(sensitivity)),
        ])
    ]
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

  var eventSection: Document.Section {
    .init(
      "What happened",
      [
        .chart(timeline),
        .folded(title: "All \(events.count) events, what they do and where from", [.table(eventTable)]),
      ])
  }

  var numberSection: Document.Section {
    .init(
      "The numbers",
      [
        .folded(
          title: "Every quantity by year",
          [.table(yearTable("Median (5% to 95% of the draws).", years.filter(Self.isTold)))]),
        .folded(title: "All \(parameters.count) inputs with unit, grade and source", [.table(parameterTable)]),
      ])
  }
}
