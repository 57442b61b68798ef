import Foundation
import Testing

@testable import Reports

@Suite struct HTMLRendererTests {
  let script = "var echarts = {}; // </script> must not end it"
  var drawn: String { HTMLRenderer().render(Samples.document, chartScript: script) }

  @Test("no text of the document reaches the page unescaped")
  func escaping() {
    #expect(escape(Samples.hostile + "'") == "a &lt; b &amp; &quot;c&quot; &lt;/script&gt;&#39;")
    for page in [drawn, HTMLRenderer().render(Samples.document, chartScript: nil)] {
      #expect(!page.contains(Samples.hostile))
      #expect(!page.contains("a < b"))
    }
    // Every script that opens also closes, and nothing else closes one.
    #expect(drawn.components(separatedBy: "<script").count == drawn.components(separatedBy: "</script>").count)
  }

  @Test("the mark of trust stands beside the title on a page, and after the badges in a terminal")
  func mark() {
    let document = Document(
      title: "Run", mark: .init("never compared <yet>", tone: .bad), badges: [.init("meets", tone: .good)])
    let page = HTMLRenderer().render(document, chartScript: nil)
    #expect(page.contains("<h1>Run <span class=\"mark bad\">never compared &lt;yet&gt;</span></h1>"))
    #expect(TerminalRenderer().render(document).contains("meets · never compared <yet>"))
  }

  @Test("the same document gives the same bytes")
  func determinism() {
    #expect(drawn == HTMLRenderer().render(Samples.document, chartScript: script))
  }

  @Test("every drawn chart hands valid JSON to the page", arguments: Samples.charts)
  func options(chart: Chart) throws {
    guard let json = ChartOptions(chart).json else { return }
    let object = try JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [String: Any]
    let option = try #require(object?["option"] as? [String: Any])
    #expect((option["series"] as? [Any])?.isEmpty == false)
    if case .flow = chart.kind {
      #expect(option["xAxis"] == nil)
    } else {
      #expect(option["xAxis"] is [String: Any])
    }
    #expect(Notation(rawValue: object?["x"] as? String ?? "") != nil)
    #expect(!json.text.contains("<"))
  }

  @Test("a histogram's shares are drawn at the middles of its bins, an empty bin on either side")
  func histogram() throws {
    let json = try #require(ChartOptions(Samples.charts[2]).json)
    // 30 of 100 lie between 0.1 and 0.2, whose geometric middle is 0.141421.
    #expect(json.text.contains("[0.141421,0.3,0.1,0.2,30]"))
    #expect(json.text.contains("[0.0707107,0,0.05,0.1,0]"))
    #expect(abs(ChartOptions.position(of: 1, 0.01, 100) - 0.5) < 1e-5)
  }

  @Test("a long histogram's table merges neighbouring bins and loses no count")
  func mergedBins() {
    let bins = (0..<60).map { Chart.Distribution.Bin(from: Double($0 + 1), to: Double($0 + 2), count: 1) }
    let chart = Chart(
      "Wait", caption: "", .distribution(.init(x: .init("t", .plain), counted: "requests", bins: bins, percentiles: []))
    )
    // 60 rows by threes are 20 rows of 3 requests.
    let table = ChartData(chart).shortTable(caption: "Wait")
    #expect(table.rows.count == 20)
    #expect(table.rows[0].map(\.text) == ["1.00", "4.00", "3"])
    #expect(table.rows[19].map(\.text) == ["58.0", "61.0", "3"])
  }

  @Test("tails of less than a thousandth on either side are not drawn")
  func tails() {
    // 1 of 2,001 in the first bin, 2,000 in the second, none in the third: the second alone is drawn.
    let bins = [1, 2000, 0].enumerated().map {
      Chart.Distribution.Bin(from: Double($0.offset + 1), to: Double($0.offset + 2), count: $0.element)
    }
    #expect(ChartOptions.withoutTails(bins) == [bins[1]])
    #expect(ChartOptions.withoutTails(Array(bins[1...1])) == [bins[1]])
  }

  @Test("with a chart script every chart is drawn, without one its table stands in and a line says how to get it")
  func chartsAndTables() {
    // Ten charts are drawn; shares, bars, tornados, pairs and deviations are plain HTML.
    #expect(drawn.components(separatedBy: "class=\"plot").count == 11)
    #expect(!drawn.contains(HTMLRenderer.wayToCharts))
    let plain = HTMLRenderer().render(Samples.document, chartScript: nil)
    #expect(plain.contains(HTMLRenderer.wayToCharts))
    #expect(!plain.contains("class=\"plot"))
    #expect(!plain.contains("<script"))
    for chart in Samples.charts { #expect(plain.contains(">\(chart.title)")) }
  }

  @Test("the page's script has a formatter for each notation")
  func formatters() {
    for notation in Notation.allCases {
      #expect(
        PageScript.text.contains("\(notation.rawValue): ") || PageScript.text.contains("function \(notation.rawValue)(")
      )
    }
  }

  @Test("every colour that a chart or the page names is in both palettes")
  func palette() {
    let names = Set(PageStyle.text.matches(of: /var\(--([a-z0-9-]+)\)/).map { String($0.1) })
    for name in names { #expect(PageStyle.text.components(separatedBy: "--\(name):").count == 3, "\(name)") }
  }

  @Test("a chart's data is a table where short and comma-separated values always")
  func data() {
    let data = ChartData(Samples.charts[0])
    #expect(data.csv == "Time,\"a < b & \"\"c\"\" </script>\",done\n5,1,1\n15,2,1.5\n25,3,2\n")
    #expect(data.percentEncodedCSV.hasPrefix("Time,%22a%20%3C%20b"))
    #expect(ChartData(Samples.charts[1]).csv == "Batch,one,two\n1,0.1,\n2,0.3,\n4,,0.2\n")
    let long = Chart(
      "Long", caption: "",
      .lines(.init(x: .init("t"), y: .init("v"), series: [.init("s", every: 1, Array(repeating: 1, count: 240))])))
    let table = ChartData(long).shortTable(caption: "Long")
    #expect(table.rows.count == 24)
    #expect(table.caption == "Long, one in 10 of 240 rows")
  }

  @Test("percentiles are poles with flags; a limit far from the data is a flag at the edge and does not squeeze them")
  func flags() throws {
    func flags(_ limit: Double) throws -> (events: [[String: Any]], high: Double) {
      var distribution = Samples.latency(.density)
      distribution.limit = .init("objective", limit)
      let json = try #require(ChartOptions(Chart("", caption: "", .distribution(distribution))).json)
      let object = try #require(try JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [String: Any])
      let option = try #require(object["option"] as? [String: Any])
      let axis = try #require(option["xAxis"] as? [String: Any])
      return (try #require(object["events"] as? [[String: Any]]), try #require(axis["max"] as? Double))
    }
    // The data end at 0.8, and the axis a tenth beyond: 1 is near, 10 is not.
    let near = try flags(1)
    #expect(near.events.map { $0["name"] as? String } == ["p50 260 ms", "p90 400 ms", "p99 750 ms", "objective 1 s"])
    #expect(near.high == 1.1)
    let far = try flags(10)
    #expect(far.events.last?["name"] as? String == "objective 10 s →")
    #expect(far.events.last?["isEdge"] as? Bool == true)
    #expect(abs(far.high - 0.88) < 1e-9)
    #expect(try flags(0.01).events.last?["name"] as? String == "← objective 10 ms")
  }

  @Test("a limit above the lines is drawn and the axis reaches it; one far above is named at the top")
  func limits() throws {
    func option(_ limit: Double) throws -> [String: Any] {
      let lines = Chart.Lines(
        x: .init("t"), y: .init("Requests"), series: [.init("s", every: 1, [10, 20])], limits: [.init("limit", limit)])
      let json = try #require(ChartOptions(Chart("", caption: "", .lines(lines))).json)
      let object = try JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [String: Any]
      return try #require(object?["option"] as? [String: Any])
    }
    let near = try option(30)
    // 30.6 fits below 32, whose quarter is 8.
    #expect((near["yAxis"] as? [String: Any])?["max"] as? Double == 32)
    #expect((near["graphic"] as? [Any])?.isEmpty == true)
    let far = try option(7040)
    #expect((far["yAxis"] as? [String: Any])?["max"] == nil)
    let graphic = try #require((far["graphic"] as? [[String: Any]])?.first?["style"] as? [String: Any])
    #expect(graphic["text"] as? String == "limit 7,040 ↑")
  }

  @Test("what stands between back-ticks is code, and a lone one is itself")
  func code() {
    #expect(prose("rows (`--rows <F>`) count") == "rows (<code>--rows &lt;F&gt;</code>) count")
    #expect(prose("a ` b") == "a ` b")
  }

  @Test("a cell's link leads to the web alone; wide tables carry each column's name for a phone's cards")
  func cells() {
    let columns: [Table.Column] = [.init("row", isUnbroken: true), "source", "b", "c"]
    let rows: [[Table.Cell]] = [["CM-1", Table.Cell("paper", link: "https://arxiv.org/abs/1"), "", ""]]
    let page = Page.table(Table("", columns: columns, rows: rows))
    #expect(page.contains("<td class=\"unbroken\">CM-1</td>"))
    #expect(page.contains("<td data-label=\"source\"><a href=\"https://arxiv.org/abs/1\">paper</a></td>"))
    let script = Table("", columns: ["a"], rows: [[Table.Cell("x", link: "javascript:alert(1)")]])
    #expect(!Page.table(script).contains("href"))
  }

  @Test("deviations stand by their size over the bands, what is too far at the edge")
  func deviations() {
    var page = Page(hasCharts: false)
    page.chart(Samples.flows.first { $0.title == "Errors" } ?? Samples.charts[0], isAlone: true)
    // ±60% is the whole width: −20% lies at a third, +150% at the right end.
    #expect(
      page.html.contains("<i style=\"left:33.3333%\" title=\"a &lt; b &amp; &quot;c&quot; &lt;/script&gt; −20%\">"))
    #expect(page.html.contains("<i class=\"beyond\" style=\"left:100%\" title=\"far +150%\">"))
    let text = TerminalRenderer().render(
      Document(
        title: "", sections: [.init("", [.chart(Samples.flows.first { $0.title == "Errors" } ?? Samples.charts[0])])]))
    #expect(text.contains("dense"))
    #expect(text.contains("within ±25%"))
  }
}
