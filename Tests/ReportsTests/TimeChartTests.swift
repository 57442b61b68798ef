import Foundation
import Testing

@testable import Reports

@Suite struct TimeChartTests {
  private func chart(_ title: String) throws -> Chart {
    try #require((Samples.timed + Samples.flows).first { $0.title == title })
  }

  private func drawing(of title: String) throws -> [String: Any] {
    let json = try #require(ChartOptions(try chart(title)).json)
    return try #require(JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [String: Any])
  }

  private func series(of title: String) throws -> [[String: Any]] {
    let option = try #require(try drawing(of: title)["option"] as? [String: Any])
    return try #require(option["series"] as? [[String: Any]])
  }

  @Test("the areas of a fan stack from its lowest value to its highest, and its median has all five")
  func fan() throws {
    let all = try series(of: "Chips")
    // Two bands: four stacked lines each, and two medians over them.
    #expect(all.count == 10)
    let first = all.prefix(4).compactMap { ($0["data"] as? [[Double]])?.first?.first }
    // −1, then 1 − (−1), 4 − 1, 8 − 4: heights that sum to the 95% value.
    #expect(first == [-1, 2, 3, 4])
    #expect(all.prefix(4).allSatisfy { $0["stack"] as? String == "band 0" && $0["stackStrategy"] as? String == "all" })
    #expect((all[8]["data"] as? [[Double]])?.first == [2025, 2, -1, 1, 4, 8])
    #expect(all[8]["stack"] == nil)
    // The key hides all parts of a band by their one name.
    #expect(Set(all.compactMap { $0["name"] as? String }) == ["as told", Samples.hostile])
  }

  @Test("an event goes to the page's script, its whole text to the row of the nearest moment")
  func events() throws {
    let events = try #require(try drawing(of: "Chips")["events"] as? [[String: Any]])
    #expect(events.count == 1)
    #expect(events[0]["name"] as? String == "ban")
    #expect(events[0]["x"] as? Double == 2025.4)
    let data = ChartData(try chart("Chips"))
    #expect(data.columns.map(\.name).suffix(2) == ["\(Samples.hostile), 95%", "Events"])
    #expect(data.rows.map { $0.last } == [.name(Samples.hostile), .name("")])
  }

  @Test("layers stack in their order, height before place, in their hue and strength")
  func stack() throws {
    let all = try series(of: "Sources")
    #expect(all.map { $0["name"] as? String } == ["home", Samples.hostile])
    #expect(all[0]["data"] as? [[Double]] == [[3, 2025], [5, 2026]])
    #expect(all[0]["encode"] as? [String: Int] == ["x": 1, "y": 0])
    let area = try #require(all[1]["areaStyle"] as? [String: Any])
    #expect(area["color"] as? String == "@color:series-2")
    #expect(area["opacity"] as? Double == 0.6)
    #expect(ChartData(try chart("Sources")).csv.hasSuffix("\n2025,3,2\n2026,5,1\n"))
  }

  @Test("dots of one row whose labels would cover each other stand in lanes, those of other rows below them")
  func timeline() throws {
    guard case .timeline(let timeline) = try chart("Who did what").kind else { return }
    let lanes = ChartOptions.lanes(of: timeline)
    #expect(lanes.dots == [0, 1, 2])
    #expect(lanes.rows == [0..<2, 2..<4])
    let all = try series(of: "Who did what")
    // Filled dots, empty ones and the names of two rows.
    #expect(all.map { ($0["data"] as? [Any])?.count } == [2, 1, 2])
  }

  @Test("a flow draws what flows: nodes of links above zero, in their columns")
  func flow() throws {
    let all = try series(of: "From wafer to token")
    let nodes = try #require(all[0]["data"] as? [[String: Any]])
    #expect(nodes.map { $0["name"] as? String } == ["wafers", "chips", Samples.hostile])
    #expect(nodes.map { $0["depth"] as? Int } == [0, 1, 1])
    // What is lost has the colour of the loss.
    let links = try #require(all[0]["links"] as? [[String: Any]])
    #expect(links.map { ($0["lineStyle"] as? [String: Any])?["color"] as? String } == ["source", "target"])
  }

  @Test("a tornado's bars run from the base to either end, in shares of the widest range")
  func tornado() throws {
    var page = Page(hasCharts: true)
    page.chart(try chart("Tornado"), isAlone: true)
    // From 1 to 5: the base 2 stands at a quarter, the low end takes that quarter, the high end the rest.
    #expect(page.html.contains("class=\"low\" style=\"left:0%;width:25%\""))
    #expect(page.html.contains("class=\"high\" style=\"left:25%;width:75%\""))
    // The second runs the other way: its low end gives 2.5, its high end 1.5.
    #expect(page.html.contains("class=\"low\" style=\"left:25%;width:12.5%\""))
    #expect(page.html.contains("class=\"high\" style=\"left:12.5%;width:12.5%\""))
    // Each tip has its own value: on the left what the input's high end gives, on the right what its low end gives.
    #expect(page.html.contains("<em style=\"right:87.5%\">1.50</em><em style=\"left:37.5%\">2.50</em>"))
    let text = TerminalRenderer().render(
      Document(title: "", sections: [.init("", [.chart(try chart("Tornado"))])]))
    #expect(text.contains("██████│██████████████████"))
  }

  @Test("pairs are two bars in shares of the greatest")
  func pairs() throws {
    var page = Page(hasCharts: false)
    page.chart(try chart("Indices"), isAlone: true)
    #expect(page.html.contains("width:83.3333%;background:var(--series-1)"))
    #expect(page.html.contains("width:100%;background:var(--series-1);opacity:0.4"))
  }

  @Test("folded blocks are closed on the page, and open in a terminal")
  func folded() {
    let block = Document.Block.folded(title: "More", [.paragraph("words"), .chart(Samples.timed[0])])
    let document = Document(title: "", sections: [.init("S", [block])])
    let page = HTMLRenderer().render(document, chartScript: nil)
    #expect(page.contains("<details class=\"folded\"><summary>More</summary>\n<p>words</p>"))
    #expect(page.contains(HTMLRenderer.wayToCharts))
    #expect(TerminalRenderer().render(document).contains("More\nwords"))
  }

  @Test("a cell's share is a bar behind it, its note a second line, or in parentheses where there is one line")
  func cells() {
    let table = Table("", columns: [.number("p")], rows: [[Table.Cell("50%", share: 0.5, note: "1 to 2")]])
    #expect(
      Page.table(table).contains(
        "class=\"number share\">50%<i class=\"share\"><b style=\"width:50%\"></b></i><small>1 to 2</small></td>"))
    #expect(TerminalRenderer().render(table).hasSuffix("50% (1 to 2)"))
  }
}
