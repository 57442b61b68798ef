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
    // Ten charts are drawn; shares, bars, tornados and pairs are plain HTML.
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
}
