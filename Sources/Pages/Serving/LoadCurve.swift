import Reports
import Serving
import Units

/// One deployment under several loads: latency and goodput against the load, and the last load that it takes.
public struct LoadCurve: Codable, Sendable {
  /// What is varied.
  public var axis: Axis
  /// In ascending order of the load.
  public var points: [Point]
  /// The highest load up to which every load is sustained, and every objective met where there are any; nil where even
  /// the lowest is not.
  public var knee: Double?

  public enum Axis: String, Codable, Sendable, CaseIterable {
    case requestRate, rateScale, load, maxConcurrency
  }

  public struct Point: Codable, Sendable {
    /// In the unit of the axis.
    public var load: Double
    /// Over its seeds, one or more.
    public var answer: ReplicatedAnswer
    /// Requests per second that arrived.
    public var offered: Double
    /// Share of the time in which the busiest pool was stepping.
    public var utilisation: Double
    public var batchPerRank: Double
    public var isOverloaded: Bool
    /// Whether the objectives are met by at least half of the seeds.
    public var isMet: Bool
    /// Whether requests came for less than five times as long as one takes: queues had no time to grow, and what such a
    /// run sustains is not known. In a closed loop: whether fewer than three times as many came as are in flight.
    public var isShort: Bool
  }

  /// - Parameter reports: of each load, one for each seed.
  public init(_ axis: Axis, _ reports: [(load: Double, reports: [ServingReport])]) {
    self.axis = axis
    points = reports.sorted { $0.load < $1.load }.map { Point(axis, load: $0.load, $0.reports) }
    let firstBad =
      points.firstIndex { $0.isOverloaded || !$0.isMet || $0.isShort } ?? points.count
    knee = firstBad > 0 ? points[firstBad - 1].load : nil
  }

  var hasObjectives: Bool { points.contains { !$0.answer.objectives.isEmpty } }
}

extension LoadCurve.Point {
  init(_ axis: LoadCurve.Axis, load: Double, _ reports: [ServingReport]) {
    let answer = ReplicatedAnswer(reports)
    let first = reports[0]
    let intervals = (first.timeline.arrivals.lastIndex { $0 > 0 } ?? 0) + 1
    self.init(
      load: load, answer: answer,
      offered: Double(first.requests.offered) / max(1e-12, first.timeline.interval.value * Double(intervals)),
      utilisation: first.pools.map(\.utilisation).max() ?? 0,
      batchPerRank: first.pools.last { $0.role != .prefill }?.meanBatchPerRank ?? 0,
      isOverloaded: 2 * answer.overloadedRuns >= reports.count || 2 * reports.count(where: \.queues) >= reports.count,
      isMet: 2 * answer.runsThatMeet >= reports.count,
      isShort: axis == .maxConcurrency
        ? Double(first.requests.offered) < 3 * load
        : first.timeline.interval * Double(intervals) < first.endToEnd.p50 * 5)
  }
}

extension ServingReport {
  /// Whether requests that come by the clock wait for longer than they are served.
  fileprivate var queues: Bool { validity.outside.contains { $0.name == .queue } }
}

extension LoadCurve {
  public func document(_ context: ReportContext) -> Document {
    Document(
      title: context.title, subtitle: context.system, mark: worst.badge, badges: badges,
      lead: [verdict] + validitySentences,
      sections: [
        Document.Section("Latency and goodput by load", [.table(table)]),
        Document.Section("Load curves", [.charts(charts)]),
      ],
      sources: context.sources)
  }

  /// The same for a terminal.
  public func summary(_ context: ReportContext) -> Document {
    var document = document(context)
    document.sections = [document.sections[0]]
    document.sources = []
    return document
  }

  private var badges: [Document.Badge] {
    let last = knee.map { Document.Badge("takes \(text($0))", tone: .good) }
    return [last ?? Document.Badge(points[0].isShort ? "too short to tell" : "takes none of these loads", tone: .bad)]
  }

  /// The validity of the point that is farthest from what was measured.
  private var worst: Validity {
    func rank(_ validity: Validity) -> Int { Validity.Grade.allCases.firstIndex(of: validity.grade) ?? 0 }
    func far(_ validity: Validity) -> Double { validity.outside.map(\.factor).max() ?? 0 }
    return points.map(\.answer.validity)
      .max { (rank($0), $0.outside.count, far($0)) < (rank($1), $1.outside.count, far($1)) }
      ?? points[0].answer.validity
  }

  private var validitySentences: [String] {
    let validated = points.filter { $0.answer.validity.grade == .validated }
    guard !validated.isEmpty, validated.count < points.count else { return [worst.sentence] }
    let loads = validated.map { text($0.load) }
    return [
      "\(worst.sentence) Within the validated range: \(loads.joined(separator: ", "))."
    ]
  }

  private var verdict: String {
    let wish = hasObjectives ? "that is sustained and meets the objectives" : "that is sustained"
    guard let knee else {
      return points[0].isShort
        ? "Requests came for too short a time to tell what the deployment takes: send more of them (--num-prompts)."
        : points[0].isOverloaded
          ? "Even the lowest load, \(text(points[0].load)), is more than the deployment takes."
          : "The objectives are missed even at the lowest load, \(text(points[0].load))."
    }
    let index = points.lastIndex { $0.load == knee } ?? 0
    let point = points[index]
    let goodput = "goodput \(point.answer["goodput.requests"].text(.count)) requests/s"
    let here =
      "At \(text(knee)), the highest load here \(wish): "
      + "TTFT p99 \(point.answer["timeToFirstToken.p99"].text(.duration)), "
      + "TPOT p99 \(point.answer["timePerOutputToken.p99"].text(.duration)), \(goodput)."
    guard index + 1 < points.count else { return here + " Higher loads were not tried." }
    let next = points[index + 1]
    if next.isShort, !next.isOverloaded, next.isMet {
      return here
        + " At \(text(next.load)) requests came for too short a time to tell; send more of them (--num-prompts)."
    }
    return here + " At \(text(next.load)) \(next.isOverloaded ? "more comes than is served" : "objectives are missed")."
  }

  private func text(_ load: Double) -> String {
    switch axis {
    case .requestRate: "\(Text.round(load)) requests/s"
    case .rateScale: "\(Text.round(load)) times the rate"
    case .load: "a load of \(Measure(load, .percent).trimmed)"
    case .maxConcurrency: "\(Int(load)) in flight"
    }
  }

  private var columnName: String {
    switch axis {
    case .requestRate: "requests/s"
    case .rateScale: "rate ×"
    case .load: "load"
    case .maxConcurrency: "in flight"
    }
  }

  private var table: Table {
    let latencies = [
      ("TTFT p50", "timeToFirstToken.p50"), ("TTFT p99", "timeToFirstToken.p99"),
      ("TPOT p50", "timePerOutputToken.p50"), ("TPOT p99", "timePerOutputToken.p99"),
    ]
    let columns =
      [Table.Column.number(columnName), .number("served/s")] + latencies.map { .number($0.0) }
      + [.number("good/s"), .number("within"), .number("tokens/s"), ""]
    return Table(
      "", columns: columns,
      rows: points.map { point in
        let times = latencies.map { Table.Cell(point.answer[$0.1].text(.duration)) }
        let within =
          hasObjectives ? "\(Measure(point.answer["goodput.fraction"].mean, .percent))" : ""
        return [
          Table.Cell(axis == .load ? "\(Measure(point.load, .percent).trimmed)" : Text.round(point.load)),
          Table.Cell(point.answer["throughput.requests"].text(.count)),
        ] + times + [
          Table.Cell(point.answer["goodput.requests"].text(.count)),
          Table.Cell(within, tone: hasObjectives ? (point.isMet ? .good : .bad) : .plain),
          Table.Cell(point.answer["throughput.outputTokens"].text(.count)),
          Table.Cell(mark(point), tone: point.load == knee ? .good : .bad),
        ]
      })
  }

  private func mark(_ point: Point) -> String {
    if point.load == knee { return "◂ knee" }
    return point.isOverloaded ? "overloaded" : !point.isMet ? "misses" : point.isShort ? "too short" : ""
  }

  private var charts: [Chart] {
    func series(_ name: String, _ metric: String) -> Chart.Lines.Series {
      .init(name, points.map { Chart.Point($0.load, $0.answer[metric].mean) })
    }
    func limits(_ name: String) -> [Chart.Marker] {
      points[0].answer.objectives.filter { $0.name == name }.map { .init("objective", $0.limit.value) }
    }
    let x = Chart.Axis(axisName, .count)
    let events = knee.map { [Chart.Event("knee", at: $0, "The highest load that is sustained: \(text($0)).")] } ?? []
    return [
      Chart(
        "Time to first token", caption: "It grows without bound where more comes than is served.",
        .lines(
          .init(
            x: x, y: .init("Time to first token", .duration, isLogarithmic: true),
            series: [series("p50", "timeToFirstToken.p50"), series("p99", "timeToFirstToken.p99")],
            limits: limits("timeToFirstToken"))), events: events),
      Chart(
        "Time per output token", caption: "It grows with the batch.",
        .lines(
          .init(
            x: x, y: .init("Time per output token", .duration),
            series: [series("p50", "timePerOutputToken.p50"), series("p99", "timePerOutputToken.p99")],
            limits: limits("timePerOutputToken"))), events: events),
      Chart(
        "Requests served and good", caption: "Goodput counts requests that kept every objective.",
        .lines(
          .init(
            x: x, y: .init("Requests per second"),
            series: [series("served", "throughput.requests"), series("good", "goodput.requests")])), events: events),
      Chart(
        "Output tokens", caption: "Tokens a second over the whole deployment.",
        .lines(
          .init(
            x: x, y: .init("Output tokens per second"), series: [series("output tokens", "throughput.outputTokens")])),
        events: events),
    ]
  }

  private var axisName: String {
    switch axis {
    case .requestRate: "Requests per second asked for"
    case .rateScale: "Times the trace's rate"
    case .load: "Load asked for"
    case .maxConcurrency: "Requests in flight at most"
    }
  }

  /// One line a load, for a spreadsheet: means over the seeds, SI units.
  public var csv: String {
    let names = ReplicatedAnswer.kinds.map { Self.column($0.name) }
    let header = ([Self.column(axis.rawValue), "offered"] + names + ["utilisation", "overloaded", "knee"])
    let lines = points.map { point in
      let values = [point.load, point.offered] + point.answer.metrics.map(\.mean) + [point.utilisation]
      return (values.map { "\($0)" } + ["\(point.isOverloaded)", "\(point.load == knee)"]).joined(separator: ",")
    }
    return ([header.joined(separator: ",")] + lines).joined(separator: "\n") + "\n"
  }

  /// `timeToFirstToken.p99` as `time_to_first_token_p99`.
  private static func column(_ name: String) -> String {
    name.reduce(into: "") { text, letter in
      if letter.isUppercase { text += "_\(letter.lowercased())" } else { text.append(letter == "." ? "_" : letter) }
    }
  }
}
