import Reports
import Testing
import Units

@testable import Pages
@testable import Serving

@Suite struct ReplicationTests {
  @Test("the interval is Student's: of 1, 2 and 3 it is 2 ± 4.30265 / √3")
  func interval() {
    let metric = ReplicatedMetric("x", [1, 2, 3])
    #expect(metric.mean == 2 && abs((metric.halfWidth ?? 0) - 4.30265 / 3.0.squareRoot()) < 1e-9)
    #expect(ReplicatedMetric("x", [5]).halfWidth == nil)
    // Of tables: 2.2010 at 11, 2.0423 at 30, 1.9840 at 99 degrees of freedom.
    for (degrees, value) in [(11, 2.2010), (30, 2.0423), (99, 1.9842)] {
      #expect(abs(ReplicatedMetric.student(degrees) - value) < 3e-4)
    }
  }

  @Test("as many digits are printed as the interval supports")
  func digits() {
    var metric = ReplicatedMetric("x", [0.4123])
    metric.halfWidth = 0.0168
    #expect(metric.text(.duration) == "412 ± 17 ms")
    metric.halfWidth = 0.00016
    #expect(metric.text(.duration) == "412.30 ± 0.16 ms")
    metric.halfWidth = 0.25
    #expect(metric.text(.percent) == "41 ± 25%")
  }
}

@Suite struct LoadCurveTests {
  private func report(_ overload: Bool, fraction: Double, first: Double = 0.1) -> ServingReport {
    var report = SampleReport.dayTime
    report.goodput.fraction = fraction
    // An hour of arrivals.
    report.timeline.interval = Seconds(3600 / Double(report.timeline.arrivals.count))
    report.timeToFirstToken.p99 = Seconds(first)
    report.balance.overload =
      overload ? .init(waitingBefore: 1, waitingAfter: 100, offered: 10, completed: 5) : nil
    return report
  }

  private func curve(_ points: [(Double, Bool, Double)]) -> LoadCurve {
    LoadCurve(.requestRate, points.map { ($0.0, [report($0.1, fraction: $0.2)]) })
  }

  @Test("the knee is the last load up to which all are sustained and meet the objectives, in whatever order they came")
  func knee() {
    #expect(curve([(5, false, 0.995), (1, false, 1), (10, false, 0.6)]).knee == 5)
    #expect(curve([(1, false, 1), (5, true, 1), (10, false, 1)]).knee == 1)
    #expect(curve([(1, true, 1)]).knee == nil)
    #expect(curve([(1, false, 1), (2, false, 1)]).knee == 2)
  }

  @Test("a load whose requests came for too short a time is never the knee")
  func short() {
    var brief = report(false, fraction: 1)
    brief.timeline.interval = Seconds(1e-3)
    let long = report(false, fraction: 1)
    let curve = LoadCurve(.requestRate, [(1, [long]), (5, [brief])])
    #expect(curve.knee == 1 && curve.points[1].isShort)
    // In a closed loop no queue grows, but three times as many requests as are in flight must come.
    #expect(LoadCurve(.maxConcurrency, [(1, [long]), (1e9, [long])]).knee == 1)
    #expect(LoadCurve(.maxConcurrency, [(1, [long]), (5, [brief])]).knee == 5)
    #expect(LoadCurve(.requestRate, [(5, [brief])]).knee == nil)
  }

  @Test("the table marks the knee, what is missed and what is overloaded")
  func table() {
    let page = curve([(1, false, 1), (5, false, 0.6), (10, true, 0)]).summary(SampleReport.context)
    let text = TerminalRenderer(width: 120, usesColour: false).render(page)
    #expect(text.contains("◂ knee") && text.contains("misses") && text.contains("overloaded"))
    #expect(text.contains("At 5 requests/s objectives are missed."))
  }

  @Test("the CSV has one line a load, and as many columns in each")
  func csv() {
    let lines = curve([(1, false, 1), (5, false, 0.6)]).csv.split(separator: "\n").map { $0.split(separator: ",") }
    #expect(lines.count == 3 && Set(lines.map(\.count)).count == 1)
    #expect(lines[0][0] == "request_rate" && lines[0].contains("time_to_first_token_p99"))
    #expect(lines[1].last == "true" && lines[2].last == "false")
  }
}
