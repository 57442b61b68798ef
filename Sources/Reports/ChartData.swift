/// The numbers behind a chart, for those who cannot see it or want to compute with them.
struct ChartData: Sendable {
  /// Names with notations; nil marks a column of names.
  var columns: [Column]
  var rows: [[Value]]
  /// Whether rows are neighbouring ranges with a count each, to be merged where a short table has no room for all.
  private var hasRanges = false

  typealias Column = (name: String, notation: Notation?)

  enum Value: Sendable, Hashable {
    case name(String)
    case number(Double)
    case none
  }

  init(_ chart: Chart) {
    switch chart.kind {
    case .lines(let lines): (columns, rows) = Self.data(lines)
    case .distribution(let distribution):
      columns = [("From", distribution.x.notation), ("To", distribution.x.notation), (distribution.counted, .count)]
      rows = distribution.bins.map { [.number($0.from), .number($0.to), .number(Double($0.count))] }
      hasRanges = true
    case .shares(let shares):
      columns = [("Whole", nil), ("Part", nil), ("Value", shares.notation), ("Note", nil)]
      rows = shares.wholes.flatMap { whole in
        whole.parts.map { [.name(whole.name), .name($0.name), .number($0.value), .name($0.note)] }
      }
    case .bars(let bars):
      columns = [("Name", nil), (bars.axis.name, bars.axis.notation), ("Note", nil)]
      rows = bars.bars.map { [.name($0.name), .number($0.value), .name($0.note)] }
    case .scatter(let scatter):
      let (x, y) = (scatter.x, scatter.y)
      columns = [("Group", nil), ("Name", nil), (x.name, x.notation), (y.name, y.notation)]
      rows = scatter.groups.flatMap { group in
        group.dots.map { [.name(group.name), .name($0.name), .number($0.x), .number($0.y)] }
      }
    case .fan(let fan): (columns, rows) = Self.data(fan)
    case .stack(let stack):
      let series = stack.layers.map { Chart.Lines.Series($0.name, $0.points) }
      (columns, rows) = Self.data(Chart.Lines(x: stack.x, y: stack.y, series: series))
    case .timeline(let timeline):
      columns = [("Date", nil), ("Actor", nil), ("Event", nil), ("What it does", nil), ("Kind", nil)]
      rows = timeline.dots.map { dot in
        let kind = dot.isFilled ? timeline.filled : timeline.empty
        return [dot.date, timeline.rows[dot.row], dot.title, dot.text, kind].map(Value.name)
      }
    case .flow(let flow):
      columns = [("From", nil), ("To", nil), (flow.axis.name, flow.axis.notation)]
      rows = flow.links.map { [.name($0.from), .name($0.to), .number($0.value)] }
    case .tornado(let tornado):
      let notation = tornado.axis.notation
      columns = [("Input", nil), ("Low end", nil), ("High end", nil)]
      columns += [("Result at low end", notation), ("Result at high end", notation)]
      rows = tornado.bars.map {
        [.name($0.name), .name($0.from), .name($0.to), .number($0.low), .number($0.high)]
      }
    case .pairs(let pairs):
      columns = [("Name", nil), (pairs.first, pairs.axis.notation), (pairs.second, pairs.axis.notation)]
      rows = pairs.rows.map { [.name($0.name), .number($0.first), .number($0.second)] }
    case .deviations(let deviations):
      columns = [("Group", nil), ("Name", nil), ("Error", .percent)]
      rows = deviations.rows.flatMap { row in
        row.dots.map { [.name(row.name), .name($0.name), .number($0.value)] }
      }
    case .heat(let heat):
      columns = [(heat.y.name, nil)] + heat.columns.map { ($0, heat.value.notation) }
      rows = zip(heat.rows, heat.cells).map { name, cells in
        [.name(name)] + cells.map { $0.map(Value.number) ?? .none }
      }
    }
    let marks = chart.events + (chart.forecast.map { [$0] } ?? [])
    if !marks.isEmpty { add(marks) }
    if case .fan(let fan) = chart.kind { add(fan.estimates, of: fan) }
  }

  /// Five columns for each band; bands of one chart share their x.
  private static func data(_ fan: Chart.Fan) -> (columns: [Column], rows: [[Value]]) {
    let levels = ["5%", "25%", "median", "75%", "95%"]
    let columns = fan.bands.flatMap { band in
      levels.map { Column(fan.bands.count == 1 ? $0 : "\(band.name), \($0)", fan.y.notation) }
    }
    let count = fan.bands.map(\.slices.count).min() ?? 0
    let rows = (0..<count).map { index -> [Value] in
      [.number(fan.bands[0].slices[index].x)]
        + fan.bands.flatMap { band in
          let slice = band.slices[index]
          return [slice.p05, slice.p25, slice.p50, slice.p75, slice.p95].map(Value.number)
        }
    }
    return ([(fan.x.name, fan.x.notation)] + columns, rows)
  }

  /// In columns of their own, beside the row whose x is nearest.
  private mutating func add(_ estimates: [Chart.Fan.Estimate], of fan: Chart.Fan) {
    if estimates.isEmpty { return }
    let xs = fan.bands.first?.slices.map(\.x) ?? []
    var texts = [[String]](repeating: [], count: rows.count)
    for estimate in estimates {
      guard let row = xs.indices.min(by: { abs(xs[$0] - estimate.x) < abs(xs[$1] - estimate.x) }) else { continue }
      func text(_ value: Double) -> String { Measure(value, fan.y.notation).description }
      texts[row].append(
        "\(estimate.name): \(text(estimate.mid)) (\(text(estimate.low)) to \(text(estimate.high))), \(estimate.source)")
    }
    columns.append(("Published", nil))
    rows = zip(rows, texts).map { row, texts in row + [.name(texts.joined(separator: "; "))] }
  }

  /// Each event beside the row whose x, in the first column, is nearest.
  private mutating func add(_ events: [Chart.Event]) {
    let xs = rows.map { row in
      if case .number(let x)? = row.first { x } else { Double.infinity }
    }
    var names = [[String]](repeating: [], count: rows.count)
    for event in events {
      guard let row = xs.indices.min(by: { abs(xs[$0] - event.x) < abs(xs[$1] - event.x) }) else { continue }
      names[row].append(event.text.isEmpty ? event.name : event.text)
    }
    columns.append(("Events", nil))
    rows = zip(rows, names).map { row, names in row + [.name(names.joined(separator: "; "))] }
  }

  /// One row for each x; series that share their x share its rows.
  private static func data(_ lines: Chart.Lines) -> (columns: [Column], rows: [[Value]]) {
    let columns: [Column] = [(lines.x.name, lines.x.notation)] + lines.series.map { ($0.name, lines.y.notation) }
    let xs = lines.series.map { $0.points.map(\.x) }
    if let first = xs.first, xs.allSatisfy({ $0 == first }) {
      let rows = first.indices.map { index in
        [.number(first[index])] + lines.series.map { Value.number($0.points[index].y) }
      }
      return (columns, rows)
    }
    let rows = lines.series.enumerated().flatMap { index, series in
      series.points.map { point in
        [.number(point.x)] + lines.series.indices.map { $0 == index ? Value.number(point.y) : .none }
      }
    }
    return (columns, rows)
  }

  /// As printed; long series thinned to some 24 rows, and the caption says so.
  func shortTable(caption: String) -> Table {
    let stride = rows.count <= 40 ? 1 : (rows.count + 23) / 24
    let thinned = rows.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
    let shown = hasRanges ? mergedRanges(of: stride) : thinned
    return Table(
      stride == 1 || hasRanges ? caption : "\(caption), one in \(stride) of \(Text.grouped(rows.count)) rows",
      columns: columns.map { $0.notation == nil ? Table.Column($0.name) : .number($0.name) },
      rows: shown.map { row in
        zip(row, columns).map { value, column in
          switch value {
          case .name(let name): Table.Cell(name)
          case .number(let number): Table.Cell(Measure(number, column.notation ?? .plain).description)
          case .none: Table.Cell("")
          }
        }
      })
  }

  private func mergedRanges(of length: Int) -> [[Value]] {
    stride(from: 0, to: rows.count, by: length).map { start in
      let group = rows[start..<min(start + length, rows.count)]
      let count = group.reduce(0.0) { sum, row in
        if case .number(let value) = row[2] { sum + value } else { sum }
      }
      return [group.first?[0] ?? .none, group.last?[1] ?? .none, .number(count)]
    }
  }

  /// Comma-separated, numbers in SI units, quoted where a name needs it.
  var csv: String {
    let head = columns.map { Self.quoted($0.name) }.joined(separator: ",")
    let body = rows.map { row in
      row.map { value in
        switch value {
        case .name(let name): Self.quoted(name)
        case .number(let number): number.isFinite ? JSONValue.number(number) : ""
        case .none: ""
        }
      }.joined(separator: ",")
    }
    return ([head] + body).joined(separator: "\n") + "\n"
  }

  private static let unreserved: [UInt8] = Array(
    "0123456789,.-_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

  var percentEncodedCSV: String {
    let hexadecimal = Array("0123456789ABCDEF")
    var result = ""
    for byte in csv.utf8 {
      let scalar = Unicode.Scalar(byte)
      if Self.unreserved.contains(byte) {
        result.unicodeScalars.append(scalar)
      } else {
        result.append("%")
        result.append(hexadecimal[Int(byte >> 4)])
        result.append(hexadecimal[Int(byte & 15)])
      }
    }
    return result
  }

  private static func quoted(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0 == "\n" }) else { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
