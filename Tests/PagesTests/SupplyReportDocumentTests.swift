import Formats
import Reports
import Testing
import Units

@testable import Pages
@testable import Supply

@Suite struct SupplyReportDocumentTests {
  private func report(without: [[String]] = []) throws -> SupplyReport {
    let catalog = Catalog()
    let scenario = try SupplyScenario(catalog.node("supply", "base"), catalog: catalog)
    return try SupplyReport(scenario, SupplyQuestion(draws: 24, without: without), version: "test")
  }

  private func charts(_ document: Document) -> [Chart] {
    func charts(_ block: Document.Block) -> [Chart] {
      switch block {
      case .charts(let charts): charts
      case .folded(_, let blocks): blocks.flatMap(charts)
      case .paragraph, .table, .notes, .verbatim: []
      }
    }
    return document.sections.flatMap { $0.blocks.flatMap(charts) }
  }

  @Test("what flows into a node of the chain flows out of it, but for wafers, tokens, losses and stocks")
  func chain() throws {
    let chain = try #require(YearChain(report(), year: 2026))
    let ends = [
      "Bad dies", "Packaging losses", "Dies in stock or on their way", "Unsold or on their way", "Domestic fleet",
      "Foreign fleet",
    ]
    let sources = ["Wafers", "Dies from abroad or stock", "Chips from stock", "Licensed imports", "Smuggled"]
    for node in chain.nodes where !(ends + sources).contains(node.name) {
      let into = chain.links.filter { $0.to == node.name }.reduce(0) { $0 + $1.value }
      let out = chain.links.filter { $0.from == node.name }.reduce(0) { $0 + $1.value }
      #expect(abs(into - out) <= 1e-9 * max(into, 1), "\(node.name): \(into) in, \(out) out")
    }
    let names = chain.nodes.map(\.name)
    #expect(chain.links.allSatisfy { $0.value > 0 && names.contains($0.from) && names.contains($0.to) })
  }

  @Test("the report has a fan, stacks, what binds, the chain, a timeline and, beside a world, two fans on one chart")
  func kinds() throws {
    let drawn = charts(try report(without: [["h20-ban"]]).document())
    var counts = (fans: 0, pairs: 0, stacks: 0, wholes: 0, flows: 0, timelines: 0)
    for chart in drawn {
      switch chart.kind {
      case .fan(let fan): if fan.bands.count == 2 { counts.pairs += 1 } else { counts.fans += 1 }
      case .stack(let stack): if stack.isWhole { counts.wholes += 1 } else { counts.stacks += 1 }
      case .flow: counts.flows += 1
      case .timeline: counts.timelines += 1
      default: break
      }
    }
    #expect(counts.fans >= 5 && counts.pairs == 4 && counts.stacks >= 3 && counts.wholes == 2)
    #expect(counts.flows == 1 && counts.timelines == 1)
    #expect(drawn.allSatisfy { !$0.caption.isEmpty })
  }

  @Test("the shares of what binds fill every month")
  func limits() throws {
    let report = try report()
    let chart = try #require(report.limits(report.constraints, title: "", caption: "c"))
    guard case .stack(let stack) = chart.kind else { return }
    // To the end of 2027: five years.
    #expect(stack.layers.allSatisfy { $0.points.count == 60 })
    for month in 0..<60 {
      // A layer that never reaches half a percent is left out.
      let sum = stack.layers.reduce(0) { $0 + $1.points[month].y }
      #expect(sum > 0.97 && sum < 1.0001)
    }
  }

  @Test("every event with a date in the run is on the timeline, filled where it acts on the model")
  func timeline() throws {
    let report = try report()
    guard case .timeline(let timeline) = report.timeline.kind else { return }
    let inRun = report.events.filter { $0.date >= "2023" }
    #expect(timeline.dots.count == inRun.count)
    #expect(timeline.dots.filter(\.isFilled).count == inRun.filter { !$0.effects.isEmpty }.count)
    #expect(timeline.dots.allSatisfy { timeline.rows.indices.contains($0.row) })
  }

  @Test(
    "units are told as readers know them",
    arguments: [
      ("USD", 2.5e9, "$2.50 bn"), ("PFLOP/s", 989.5, "1,000"), ("MW", 7400.0, "7.40 GW"),
      ("billion tokens/day", 342_000.0, "342 T"), ("fraction", 0.25, "25.0%"), ("chips", 1.46e6, "1.46 M"),
      ("chips", 1e-9, "0"),
    ])
  func scales(unit: String, value: Double, expected: String) {
    #expect(SupplyReport.Scale(unit, h100: 0.9895).text(value) == expected)
  }

  @Test("a probability has no more digits than thousands of draws can give")
  func probabilities() {
    #expect([0, 0.001, 0.314, 0.999, 1].map(SupplyReport.rounded) == ["0%", "< 1%", "31%", "> 99%", "100%"])
  }

  @Test("charts over time end their knowledge where the last event lies, or at the date asked for")
  func knownTo() throws {
    let report = try report()
    let last = try #require(report.events.filter { $0.actor != "scenario" }.map(\.date).max())
    #expect(report.run.knownTo == String(last.prefix(7)))
    let timed = charts(report.document()).filter { chart in
      switch chart.kind {
      case .fan, .stack: true
      default: false
      }
    }
    #expect(timed.allSatisfy { $0.forecast?.name == "known to \(last.prefix(7))" })
    let catalog = Catalog()
    let scenario = try SupplyScenario(catalog.node("supply", "base"), catalog: catalog)
    let early = try SupplyReport(
      scenario, SupplyQuestion(draws: 24, asOf: CalendarDay("2025-06")), version: "test")
    #expect(early.run.knownTo == "2025-06")
    #expect(early.published.allSatisfy { $0.asOf <= "2025-06" || $0.asOf.hasPrefix("2025-06") })
    #expect(early.published.count < report.published.count)
  }

  @Test("what others say stands as dots on a fan, a year's sum as its mean month in the year's middle")
  func estimates() throws {
    let report = try report()
    let row = try #require(report.published.first { $0.id == "CHK-DOM-2024-IDC" })
    #expect(row.quantity == "domestic.units" && row.mid == 820_000)
    guard case .fan(let fan)? = report.fan("domestic.units", caption: "c")?.kind else { return }
    let dot = try #require(fan.estimates.first { $0.source == row.source })
    #expect(dot.x == 2024.5)
    #expect(abs(dot.mid - 820_000.0 / 12) < 1e-6)
  }

  @Test("five claims come first as bars of probabilities; all of them are folded, with their units")
  func claims() throws {
    let report = try report()
    let section = report.claimSection
    guard case .charts(let charts) = section.blocks[0], case .bars(let bars) = charts[0].kind else {
      Issue.record("no bars")
      return
    }
    #expect(bars.bars.count == 5 && bars.whole == 1)
    guard case .folded(let title, let blocks) = section.blocks[1], case .table(let table) = blocks[1] else { return }
    #expect(title == "All \(report.claims.count) claims with their definitions")
    #expect(table.rows.count == report.claims.count)
    #expect(table.columns.last?.name == "Unit")
    #expect(table.rows.allSatisfy { !($0.last?.text.isEmpty ?? true) })
    // Of 2026 by 2025, at least 3: a ratio; of domestic by all sales, at least 0.7: a share.
    #expect(report.claims.first { $0.id == "triple-chips" }?.unit == "ratio")
    #expect(report.claims.first { $0.id == "seventy-value" }?.unit == "fraction")
    #expect(report.claims.first { $0.id == "plan-910c" }?.unit == "chips")
    #expect(
      report.claims.first { $0.id == "triple-chips" }?.definition
        == "domestic.units in 2026 ÷ domestic.units in 2025 ≥ 3")
  }

  @Test("makers that are shown have colours of their own, the same in every chart")
  func vendorColours() throws {
    let report = try report()
    guard case .stack(let units)? = report.stack("units", title: "", caption: "c")?.kind,
      case .stack(let compute)? = report.stack("compute", title: "", caption: "c")?.kind
    else { return }
    #expect(units.layers.map(\.colour) == compute.layers.map(\.colour))
    #expect(Set(units.layers.map(\.colour)).count == units.layers.count)
  }
}
