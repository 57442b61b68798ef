import Reports
import Serving

extension ServingReport {
  /// The percentiles that were asked for; nil where none were.
  var percentileTable: Table? {
    let rows: [(String, Summary)] = [
      ("Time to first token", timeToFirstToken), ("Time per output token", timePerOutputToken),
      ("Time between tokens", interTokenLatency), ("End to end", endToEnd),
    ]
    let asked = rows.filter { $0.1.percentiles != nil }
    guard let first = asked.first?.1.percentiles, !first.isEmpty else { return nil }
    return Table(
      "", columns: [""] + first.map { .number("p\(Text.round($0.share * 100))") },
      rows: asked.map { name, summary in
        [Table.Cell(name)] + (summary.percentiles ?? []).map { Table.Cell($0.value.text) }
      })
  }
}
