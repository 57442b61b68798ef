import Reports
import Serving
import Units

extension ServingReport {
  var latencySection: Document.Section {
    Document.Section(
      "Latency",
      [
        .table(latencyTable),
        .charts([
          distribution("Time to first token", timeToFirstToken, objective: "timeToFirstToken"),
          distribution("Time per output token", timePerOutputToken, objective: "timePerOutputToken"),
          distribution("End-to-end time", endToEnd, objective: "endToEnd"),
          distribution("Time between tokens", interTokenLatency, objective: "interTokenLatency", counted: "tokens"),
        ]),
      ])
  }

  /// The percentiles of each time, with its objective and the share that kept it.
  var latencyTable: Table {
    let rows: [(String, Summary, String)] = [
      ("Time to first token", timeToFirstToken, "timeToFirstToken"),
      ("Time per output token", timePerOutputToken, "timePerOutputToken"),
      ("Time between tokens", interTokenLatency, "interTokenLatency"), ("End to end", endToEnd, "endToEnd"),
    ]
    return Table(
      "Over completed requests; the share within an objective is of all offered requests",
      columns: [
        "", .number("mean"), .number("p50"), .number("p90"), .number("p99"), .number("max"), .number("objective"),
        .number("within"),
      ],
      rows: rows.map { name, summary, field in
        let objective = goodput.objectives.first { $0.name == field }
        let times = [summary.mean, summary.p50, summary.p90, summary.p99, summary.max].map { Table.Cell($0.text) }
        // Of what no request had there is no time.
        guard !summary.histogram.isEmpty || requests.completed == 0 else {
          return [Table.Cell(name)] + times.map { _ in Table.Cell(Text.missing) } + ["", ""]
        }
        guard let objective else { return [Table.Cell(name)] + times + ["", ""] }
        return [Table.Cell(name)] + times + [
          Table.Cell(objective.limit.round),
          Table.Cell(
            Measure(objective.fraction, .percent).description,
            tone: objective.fraction >= goodput.wanted ? .good : .bad),
        ]
      })
  }

  private func distribution(
    _ title: String, _ summary: Summary, objective name: String, counted: String = "requests"
  ) -> Chart {
    let objective = goodput.objectives.first { $0.name == name }
    let spread = summary.p50 > .zero ? summary.p99 / summary.p50 : 1
    let shape =
      spread < 1.2
      ? "Nearly the same for all: the 99th percentile is \(Text.fixed(spread, 2)) times the median."
      : "The slowest 1% take \(Text.significant(spread, digits: 2)) times the median or more."
    let kept =
      objective.map { " \(Measure($0.fraction, .percent)) of requests keep the objective of \($0.limit.round)." } ?? ""
    return Chart(
      title, caption: shape + kept,
      .distribution(
        .init(
          x: .init(title, .duration), counted: counted,
          bins: summary.histogram.map { .init(from: $0.from.value, to: $0.to.value, count: $0.count) },
          percentiles: [
            .init("p50", summary.p50.value), .init("p90", summary.p90.value), .init("p99", summary.p99.value),
          ],
          limit: objective.map { .init("objective", $0.limit.value) })))
  }
}
