import Foundation
import Formats
import Reports
import Testing
import Units

@testable import Pages
@testable import Serving

@Suite struct ServingReportDocumentTests {
  let report = SampleReport.dayTime
  let context = SampleReport.context

  @Test("the lead says what was served, how fast, whether objectives are met, what limits and what it costs")
  func lead() {
    let lead = report.document(context).lead.joined(separator: " ")
    // 11,990 of 12,000 requests; 144 M prompt tokens over 11,990 requests are 12,010 each.
    #expect(lead.contains("11,990 of 12,000 requests were served"))
    #expect(lead.contains("12,010 prompt and 343 output tokens each on average"))
    #expect(lead.contains("It falls short of its objectives: 96.2% had a"))
    #expect(lead.contains("the others missed mostly through waiting for prefill (85.7%) and prefill itself (9.2%)"))
    #expect(lead.contains("Prefill limits this deployment"))
    #expect(lead.contains("A million output tokens cost $3.42 (93.1% hardware, 6.9% electricity; $1.40 a chip-hour)"))
  }

  @Test("the same report gives the same page, and wall time is not in it")
  func determinism() {
    var slower = report
    slower.run.wallSeconds = 99
    slower.run.requestsPerWallSecond = 1
    slower.run.peakMemoryBytes = 7
    let pages = [report, slower].map { HTMLRenderer().render($0.document(context), chartScript: "") }
    #expect(pages[0] == pages[1])
  }

  @Test("every section of the report is there, from latency to sources")
  func sections() {
    let titles = report.document(context).sections.map(\.title)
    #expect(
      titles == [
        "Latency", "Over time", "Where the time of a request goes", "Where the time of a step goes",
        "Why objectives were missed", "Balance of the pools", "Energy and cost", "What to bear in mind",
        "Inputs",
      ])
    let page = HTMLRenderer().render(report.document(context), chartScript: nil)
    for text in ["CloudMatrix-Infer, table 1", "rateScale: 4", "supernode simulate", "inputs 9f2c"] {
      #expect(page.contains(text), "\(text)")
    }
  }

  @Test("the terminal's summary fits 48 lines of 100 columns")
  func terminal() {
    let text = TerminalRenderer(width: 100).render(report.summary(context))
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 48, "what was refused and the end of the last among them")
    #expect(lines.allSatisfy { $0.count <= 100 })
    #expect(text.contains("Goodput"))
  }

  @Test("a report of no requests says so and draws nothing")
  func empty() {
    let document = SampleReport.empty.document(context)
    #expect(document.lead[0].contains("All 0 requests were served"))
    #expect(!document.sections.map(\.title).contains("Over time"))
    #expect(!HTMLRenderer().render(document, chartScript: nil).contains("nan"))
  }

  @Test("an objective that 99 of 100 requests meet is met")
  func met() {
    var good = report
    good.goodput.fraction = 0.991
    good.goodput.objectives = [.init(name: "timeToFirstToken", limit: Seconds(5), fraction: 0.991)]
    #expect(good.badges[0].tone == .good)
    #expect(good.badges[0].text == "TTFT ≤ 5 s: 99.1% of requests")
    #expect(good.answer.contains("The deployment meets its objectives: 99.1%"))
  }

  private func lines(_ title: String) throws -> (chart: Chart, lines: Chart.Lines) {
    let section = try #require(report.timelineSection)
    for case .charts(let charts) in section.blocks {
      if let chart = charts.first(where: { $0.title == title }), case .lines(let lines) = chart.kind {
        return (chart, lines)
      }
    }
    throw Problem("test", "no chart '\(title)'", wayOut: "")
  }

  @Test("how far to trust the answer stands beside the title, and not among the verdicts")
  func mark() {
    let document = report.document(context)
    #expect(document.mark == report.validity.badge)
    #expect(!document.badges.contains(report.validity.badge))
    #expect(report.summary(context).badges.contains(report.validity.badge))
  }

  @Test("the interval stands behind the validity, in one line, and says whose runs it is of")
  func interval() {
    func interval(_ predicted: Double, _ low: Double, _ high: Double) -> Validity.Interval {
      Validity.Interval(
        predicted: .milliseconds(predicted), low: .milliseconds(low), median: .milliseconds(predicted),
        high: .milliseconds(high), runs: 40)
    }
    var answer = report
    answer.validity.grade = .validated
    answer.validity.intervals = Validity.Intervals(
      timePerOutputToken: interval(18.4, 14.2, 23.1), timeToFirstToken: interval(187, 124, 1530), basis: .group,
      chips: 1, isFitted: false, isLowerBound: false)
    let plain = "TPOT 18.4 ms: nine of ten such runs lie within 14 to 23 ms; TTFT 187 ms: 0.12 to 1.5 s (means)."
    #expect(answer.validity.intervalSentence == plain && plain.count <= 100)
    #expect(answer.document(context).lead.contains(plain) && answer.summary(context).lead.contains(plain))
    let text = TerminalRenderer(width: 100).render(answer.summary(context))
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 48)
    // Ends that are near each other have a digit more.
    answer.validity.intervals?.timePerOutputToken = interval(18.4, 18.04, 19.06)
    #expect(answer.validity.intervalSentence?.contains("within 18.0 to 19.1 ms") == true)
    // Runs that all took longer than what is predicted.
    answer.validity.intervals?.timePerOutputToken = interval(18.4, 19, 25)
    #expect(
      answer.validity.intervalSentence?.hasSuffix("Such runs had a longer TPOT than is predicted.") == true)
    // Beyond the range, and where only other chips were measured, it is a lower bound on the doubt.
    answer.validity.grade = .outsideRange
    answer.validity.intervals?.isLowerBound = true
    let outside = answer.validity.intervalSentence ?? ""
    #expect(outside.contains("nine of ten of the nearest runs") && outside.contains("the doubt is at least this"))
    answer.validity.grade = .neverCompared
    answer.validity.intervals?.basis = .engine
    answer.validity.intervals?.name = "vLLM"
    answer.validity.intervals?.chips = 5
    let never = answer.validity.intervalSentence ?? ""
    #expect(
      never.contains("runs of vLLM on 5 kinds of chip")
        && never.contains("a spread over chips; the doubt is at least this"))
  }

  @Test("an answer with another chip's efficiencies says whose, and what that may be worth, on the first screen")
  func transfer() {
    var answer = report
    answer.validity.group.dense = true
    answer.validity.transfer = .init(
      from: "nine NVIDIA chips", products: .init(low: 0.8, high: 1.5), experts: .init(low: 0.6, high: 2),
      attention: .init(low: 0.5, high: 2), decodeStep: .init(low: 0.75, high: 1.55), prefillStep: nil)
    let sentence = answer.validity.transferSentence ?? ""
    #expect(sentence.contains("those of nine NVIDIA chips") && sentence.contains("0.80 to 1.5 times as long"))
    #expect(sentence.contains("a decode step of this run may take 0.75 to 1.6 times") && !sentence.contains("experts"))
    #expect(answer.document(context).lead.contains(sentence) && answer.summary(context).lead.contains(sentence))
    answer.validity.group.dense = false
    #expect(answer.validity.transferSentence?.contains("of experts 0.60 to 2.0") == true)
    #expect(report.validity.transferSentence == nil)
  }

  @Test("captions tell the peak that is drawn, and limits are those of all ranks and instances")
  func limits() throws {
    let batch = try lines("Requests in decode")
    let peak = report.timeline.decodeBatchMost.max() ?? 0
    #expect(batch.chart.caption.contains("At most \(Int(peak)) requests at once of 40,960"))
    // 128 requests on each of 320 ranks.
    #expect(batch.lines.limits == [.init("limit", 40_960)])
    let drawn = try #require(batch.lines.series.first { $0.isPeak })
    #expect(drawn.points.map(\.y).max() == peak)
    let queue = try lines("Requests waiting")
    // 100 at each of 6 instances.
    #expect(queue.lines.limits == [.init("queue limit", 600)])
    #expect(try lines("Memory for keys and values").lines.limits == [.init("full", 1)])
  }

  @Test("a bound has one colour in the bars and in the shares of both steps")
  func boundColours() throws {
    let section = try #require(report.stepsSection)
    var colours: [String: Set<Chart.Colour>] = [:]
    for case .charts(let charts) in section.blocks {
      for chart in charts {
        switch chart.kind {
        case .shares(let shares):
          for part in shares.wholes[0].parts {
            colours[part.name, default: []].formUnion([part.colour].compactMap { $0 })
          }
        case .bars(let bars):
          for bar in bars.bars {
            let bound = String(bar.note.split(separator: " ").last ?? "")
            colours[bound, default: []].formUnion([bar.colour].compactMap { $0 })
          }
        default: break
        }
      }
    }
    #expect(colours["memory"]?.count == 1 && colours["compute"]?.count == 1 && colours["network"]?.count == 1)
    #expect(Set(colours.values.flatMap { $0 }).count == colours.count)
  }

  /// Writes pages to look at into `REPORT_SAMPLE_FOLDER`, with the charts of the script at `ECHARTS`.
  @Test(
    "sample pages can be written for a look",
    .enabled(if: ProcessInfo.processInfo.environment["REPORT_SAMPLE_FOLDER"] != nil))
  func samplePages() throws {
    let environment = ProcessInfo.processInfo.environment
    let folder = try #require(environment["REPORT_SAMPLE_FOLDER"])
    let script = try environment["ECHARTS"].map { try String(contentsOfFile: $0, encoding: .utf8) }
    let document = report.document(context)
    try HTMLRenderer().render(document, chartScript: script)
      .write(toFile: folder + "/report.html", atomically: true, encoding: .utf8)
    try HTMLRenderer().render(document, chartScript: nil)
      .write(toFile: folder + "/report-without-charts.html", atomically: true, encoding: .utf8)
    try TerminalRenderer(width: 100).render(report.summary(context))
      .write(toFile: folder + "/summary.txt", atomically: true, encoding: .utf8)
  }
}
