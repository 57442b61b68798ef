import Reports
import Supply
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
        .folded(title: "What each claim counts, and who makes it", [.table(meaningTable)]),
      ])
  }

  var supplySection: Document.Section {
    .init(
      "How many chips",
      block(
        fan(
          "domestic.units", caption: "What domestic makers sell in a month, to the end of 2027.",
          marking: Self.turns, years: Self.near))
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
