import Reports
import Serving
import Units

/// A quantity over runs that differ in their seed alone.
public struct ReplicatedMetric: Codable, Sendable, Hashable {
  /// `timeToFirstToken.p99`, as in the JSON of one run.
  public var name: String
  /// Of each run, in the order of the seeds; seconds, per second, shares, joules or dollars.
  public var values: [Double]
  public var mean: Double
  /// Half the width of the interval that holds the mean with 95% confidence, by Student's t; nil of one run.
  public var halfWidth: Double?

  /// - Parameter values: one of each run, at least one.
  public init(_ name: String, _ values: [Double]) {
    self.name = name
    self.values = values
    let count = Double(values.count)
    mean = values.reduce(0, +) / count
    guard values.count > 1 else { return }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    halfWidth = Self.student(values.count - 1) * (squares / (count - 1) / count).squareRoot()
  }

  /// The 97.5% quantile of Student's t; Cornish and Fisher's expansion from 11 degrees of freedom on (to 0.01%).
  static func student(_ degrees: Int) -> Double {
    let exact = [12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.306, 2.26216, 2.22814]
    guard degrees > exact.count else { return exact[max(1, degrees) - 1] }
    let normal = 1.959964
    let n = Double(degrees)
    let cube = normal * normal * normal
    let fifth = cube * normal * normal
    let first = (cube + normal) / (4 * n)
    let second = (5 * fifth + 16 * cube + 3 * normal) / (96 * n * n)
    let seventh = fifth * normal * normal
    let third = (3 * seventh + 19 * fifth + 17 * cube - 15 * normal) / (384 * n * n * n)
    return normal + first + second + third
  }

  /// `412 ± 17 ms`: as many digits as the interval supports.
  public func text(_ notation: Notation) -> String {
    let (scale, unit) = Self.unit(of: mean, notation)
    guard let halfWidth, halfWidth > 0 else {
      return notation == .dollars ? Text.dollars(mean) : "\(Measure(mean, notation))"
    }
    let half = halfWidth / scale
    var decimals = 0
    var shown = half
    while shown < 9.95, decimals < 6 {
      shown *= 10
      decimals += 1
    }
    let number = Text.fixed(mean / scale, decimals)
    let interval = Text.fixed(half, decimals)
    switch notation {
    case .dollars: return "$\(number) ± \(interval)"
    case .percent: return "\(number) ± \(interval)%"
    default: return "\(number) ± \(interval)\(unit.isEmpty ? "" : " \(unit)")"
    }
  }

  private static func unit(of value: Double, _ notation: Notation) -> (scale: Double, unit: String) {
    switch notation {
    case .duration: value < 1 ? (1e-3, "ms") : (1, "s")
    case .percent: (0.01, "%")
    case .joules: (1, "J")
    default: (1, "")
    }
  }
}

/// One deployment run with several seeds: means, and how far seeds alone move them.
public struct ReplicatedAnswer: Codable, Sendable {
  public var seeds: [UInt64]
  public var metrics: [ReplicatedMetric]
  /// Runs in which more came than was served.
  public var overloadedRuns: Int
  /// Runs that met their objectives.
  public var runsThatMeet: Int
  /// Of the first run.
  public var objectives: [ServingReport.Goodput.Objective]
  public var wanted: Double
  public var validity: Validity

  /// - Parameter reports: one of each seed, at least one.
  public init(_ reports: [ServingReport]) {
    let first = reports[0]
    seeds = reports.map(\.run.seed)
    metrics = Self.kinds.map { kind in ReplicatedMetric(kind.name, reports.map(kind.value)) }
    overloadedRuns = reports.count { $0.balance.overload != nil }
    runsThatMeet = reports.count { !$0.isMissed }
    objectives = first.goodput.objectives
    wanted = first.goodput.wanted
    validity = first.validity
    validity.intervals = first.validity.intervals?.around(
      each: Seconds(self["timePerOutputToken.mean"].mean), first: Seconds(self["timeToFirstToken.mean"].mean))
  }

  public subscript(name: String) -> ReplicatedMetric { metrics.first { $0.name == name } ?? metrics[0] }

  struct Kind: Sendable {
    var name: String
    var label: String
    var notation: Notation
    var value: @Sendable (ServingReport) -> Double
  }

  static let kinds: [Kind] =
    latency("timeToFirstToken", "TTFT") { $0.timeToFirstToken }
    + latency("timePerOutputToken", "TPOT") { $0.timePerOutputToken }
    + latency("interTokenLatency", "ITL") { $0.interTokenLatency } + latency("endToEnd", "E2E") { $0.endToEnd } + totals

  private static func latency(
    _ name: String, _ label: String, _ summary: @escaping @Sendable (ServingReport) -> ServingReport.Summary
  ) -> [Kind] {
    [
      Kind(name: "\(name).mean", label: "\(label) mean", notation: .duration) { summary($0).mean.value },
      Kind(name: "\(name).p50", label: "\(label) p50", notation: .duration) { summary($0).p50.value },
      Kind(name: "\(name).p90", label: "\(label) p90", notation: .duration) { summary($0).p90.value },
      Kind(name: "\(name).p99", label: "\(label) p99", notation: .duration) { summary($0).p99.value },
    ]
  }

  private static let totals: [Kind] = [
    Kind(name: "throughput.requests", label: "Requests/s", notation: .count) { $0.throughput.requests },
    Kind(name: "throughput.outputTokens", label: "Output tokens/s", notation: .count) { $0.throughput.outputTokens },
    Kind(name: "goodput.requests", label: "Goodput, requests/s", notation: .count) { $0.goodput.requests },
    Kind(name: "goodput.fraction", label: "Meet every objective", notation: .percent) { $0.goodput.fraction },
    Kind(name: "energy.joulesPerOutputToken", label: "Energy per output token", notation: .joules) {
      $0.energy.joulesPerOutputToken.value
    },
    Kind(name: "cost.perMillionOutputTokens", label: "Per million output tokens", notation: .dollars) {
      $0.cost.perMillionOutputTokens.value
    },
  ]
}

extension ReplicatedAnswer {
  /// Means with their intervals, and the lowest and highest run.
  public func document(_ context: ReportContext) -> Document {
    let count = seeds.count
    let met =
      objectives.isEmpty
      ? []
      : [
        Document.Badge(
          "\(runsThatMeet) of \(Text.counted(count, "run")) meet the objectives",
          tone: runsThatMeet == count ? .good : runsThatMeet == 0 ? .bad : .caution)
      ]
    let overloaded =
      overloadedRuns > 0 ? [Document.Badge("\(overloadedRuns) of \(count) overloaded", tone: .bad)] : []
    let table = Table(
      "", columns: ["", .number("mean ± 95%"), .number("lowest"), .number("highest")],
      rows: zip(Self.kinds, metrics).map { kind, metric in
        [
          Table.Cell(kind.label), Table.Cell(metric.text(kind.notation)),
          Table.Cell("\(Measure(metric.values.min() ?? 0, kind.notation))"),
          Table.Cell("\(Measure(metric.values.max() ?? 0, kind.notation))"),
        ]
      })
    return Document(
      title: context.title, subtitle: context.system, mark: validity.badge, badges: met + overloaded,
      lead: validity.sentences + [
        "\(count) runs that differ in their seed alone (\(seeds[0]) to \(seeds[count - 1])): the mean, the half width "
          + "of its 95% interval, and the runs at either end."
      ], sections: [Document.Section("Over \(count) seeds", [.table(table)])], sources: [])
  }
}
