import Reports
import Supply
import Units

extension SupplyReport {
  private static let turningPoints = ["tsmc-stop", "hbm-rule", "h20-ban", "h20-reversal", "state-all", "h200-allowed"]
  private static let imports = [
    "tighter-thresholds", "h20-ban", "h20-reversal", "h20-stop", "h200-rule", "h200-allowed",
  ]

  private func block(_ charts: Chart?...) -> [Document.Block] {
    let drawn = charts.compactMap { $0 }
    return drawn.isEmpty ? [] : [.charts(drawn)]
  }

  /// The claims that are asked for most; the first ones of a scenario that lacks them.
  private var headlineClaims: [Claim] {
    let ids = ["triple-chips", "seventy-value", "resilient-2026", "huawei-above-nvidia", "shortage-2027"]
    let found = ids.compactMap { id in claims.first { $0.id == id } }
    return found.isEmpty ? Array(claims.prefix(5)) : found
  }

  /// By which month each date among the claims has come; nothing where there is none.
  private var monthChart: Chart? {
    let lines = claims.compactMap { claim -> Chart.Lines.Series? in
      guard let months = claim.byMonth, !months.isEmpty else { return nil }
      return Chart.Lines.Series(claim.title, months.map { Chart.Point(Self.year($0.month), $0.share) })
    }
    guard !lines.isEmpty else { return nil }
    return Chart(
      "By which month it has come",
      caption:
        "The share of the draws in which each date has come by the end of a month; where a line ends below 100%, "
        + "the rest is later.",
      .lines(
        Chart.Lines(
          x: Chart.Axis("Year", .year), y: Chart.Axis("share of the draws", .percent), series: lines,
          limits: [Chart.Marker("even", 0.5)])), forecast: forecast)
  }

  /// What may turn, and what "if it stays" means; nothing where no turn may come.
  var turnSentence: String {
    guard let turns, hasTurns else { return "" }
    return " Policy may turn after the last day that is known, each once: \(turns.joined(separator: "; ")). \"If it "
      + "stays\" counts the draws in which none of that comes before the claim's date."
  }

  var claimSection: Document.Section {
    let bars = headlineClaims.map { claim in
      Chart.Bars.Bar(
        claim.title, claim.probability,
        note:
          "\(claim.text(claim.value.p50))\(claim.wordOfUnit) "
          + "(\(claim.text(claim.value.p05)) to \(claim.text(claim.value.p95)))"
      )
    }
    let chart = Chart(
      "Probability of claims",
      caption: "The share of draws in which each is true, and the value that its bound is on: median (5% to 95%).",
      .bars(Chart.Bars(Chart.Axis("probability", .percent), bars, whole: 1)))
    return .init(
      "Which claims hold",
      (bars.isEmpty ? [] : [.chart(chart)]) + block(monthChart) + [
        .folded(
          title: "All \(claims.count) claims with their definitions",
          [
            .paragraph(
              "The probability is the share of draws in which the definition is true; the value is what the bound is "
                + "on." + turnSentence),
            .table(claimTable("", claims)),
          ]),
        .folded(title: "What each claim counts, and who makes it", [.table(meaningTable)]),
      ])
  }

  var supplySection: Document.Section {
    .init(
      "How many chips",
      block(
        fan(
          "domestic.units", caption: "What domestic makers sell in a month, to the end of 2027.",
          marking: Self.turningPoints, years: Self.near))
        + block(
          fan("units.Huawei", caption: "Against what others say of the Ascend.", years: Self.near),
          fan("domestic.value", caption: "What buyers pay for domestic chips.", years: Self.near))
        + block(
          stack(
            "units", title: "Chips by source", caption: "Medians of each source, which need not sum to the total's.",
            marking: ["h20-ban", "h20-reversal"]),
          stack(
            "compute", title: "Compute by source",
            caption: "In H100 equivalents (dense BF16): a chip made at home does less.",
            marking: ["h20-ban", "h20-reversal"])))
  }

  var limitSection: Document.Section {
    .init(
      "What holds output back",
      block(
        limits(
          constraints, title: "What holds the largest maker back",
          caption: "Share of the draws in which each is short in that month; nothing: output goes as planned."))
        + block(
          limits(
            binding, title: "What leaves the market short",
            caption: "Policy: most of what is unmet was barred. Demand: all that is wanted is sold."),
          fan(
            "market.unmet", caption: "What buyers wanted and did not get.", marking: ["h20-ban"], years: Self.near)))
  }

  var chainSection: Document.Section {
    let year = years.first?.years.contains(2026) == true ? 2026 : years.first?.years.first ?? 2026
    return .init(
      "From wafer to token", block(flow(year)) + [.folded(title: "The chain in every year", [.table(chain)])])
  }

  var marketSection: Document.Section {
    .init(
      "The market",
      block(
        quarterStack(
          title: "Sales by vendor and quarter",
          caption: "Medians of each vendor's quarters; smuggled chips at the price that buyers pay.",
          marking: Self.imports))
        + block(
          fan("imports.value", caption: "Legal imports, at what buyers pay.", marking: ["h20-ban"], years: Self.near),
          fan(
            "imports.booked",
            caption: "As its accounts show China: with other sales, less what is booked elsewhere.",
            marking: ["h20-ban"],
            years: Self.near))
        + block(
          fan(
            "imports.fees", caption: "What licences cost the makers or, as far as passed on, the buyers.",
            years: Self.near),
          fan(
            "domestic.revenueIndex", caption: "The mean month of 2024 is 100; there is no data on share prices.",
            years: Self.near))
        + [.folded(title: "Sales by vendor and quarter as a table", [.table(quarterTable)])])
  }

  var shareSection: Document.Section {
    .init(
      "How self-sufficient",
      block(
        lines(
          [("share.value", "value"), ("share.units", "units"), ("share.compute", "compute")],
          title: "Domestic share of legal sales", caption: "Medians by three measures; 70% is what cities ask for.",
          limits: [Chart.Marker("70%", 0.7)], marking: ["h20-ban"]),
        cityDifferences(from: "share.value"))
        + block(
          fan(
            "resilience.months",
            caption:
              "Months for which domestic makers could go on at the present pace if all imports stopped, 60 at most."),
          fan("resilience.share", caption: "And the share of that pace that domestic dies and memory alone carry.")))
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

  var eventSection: Document.Section {
    .init(
      "What happened",
      [
        .chart(timeline),
        .folded(title: "\(eventCount), what they do and where from", [.table(eventTable)]),
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
