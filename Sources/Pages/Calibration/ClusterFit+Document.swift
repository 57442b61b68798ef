import Reports
import Validation

extension ClusterFit {
  public func document(version: String) -> Document {
    Document(
      title: "\(engine) calibrated on \(Text.counted(points.count, "result")) of your own",
      subtitle: points.map(\.result.place).joined(separator: ", "),
      lead: lead,
      sections: [
        Document.Section("What moved", moved.isEmpty ? [.paragraph("Nothing.")] : [.table(movedTable)]),
        Document.Section("Each result", [.table(pointTable)]),
        Document.Section("How far to trust it", [.notes(notes)]),
      ], footer: "supernode \(version)")
  }

  /// The same as Markdown.
  public func markdown(version: String) -> String { tables(of: document(version: version)) }

  private var lead: [String] {
    func words(_ errors: Errors) -> String {
      "TPOT \(shown(errors.timePerOutputToken)), TTFT \(shown(errors.timeToFirstToken))"
    }
    let far = unexplained
    return [
      far.isEmpty
        ? nil
        : "Still far off: \(far.joined(separator: ", ")). Do not use this correction before you know why.",
      "Median errors of the results: \(words(before)) with the engine's own constants, \(words(after)) with the "
        + "corrected ones; each left out of the fit in turn, \(words(leftOut)).",
      moved.isEmpty
        ? "The results tell no constant apart from what was believed of it before."
        : "\(Text.counted(moved.count, "constant")) moved; \(kept.count) stay, for the results say too little of them.",
    ].compactMap { $0 }
  }

  /// Results that are still far off.
  private var unexplained: [String] { points.filter { $0.unexplained != nil }.map(\.result.place) }

  private var movedTable: Table {
    Table(
      "Before: the engine's value, and where nine of ten clusters are believed to lie; after: nine chances in ten",
      columns: [
        "constant", "what it is", .number("before"), .number("its range"), .number("after"), .number("its range"),
        .number("change"), .number("doubt left"),
      ],
      rows: moved.map { value in
        [
          Table.Cell(value.constant.rawValue), Table.Cell(value.constant.title),
          Table.Cell(quantity(value.prior.value, value.unit)), Table.Cell(range(value.prior)),
          Table.Cell(quantity(value.posterior.value, value.unit)), Table.Cell(range(value.posterior)),
          Table.Cell(shownSigned(value.posterior.value / value.prior.value - 1)), Table.Cell(shown(value.left)),
        ]
      })
  }

  private var pointTable: Table {
    func cells(_ measured: Double?, _ times: [Double?]) -> [Table.Cell] {
      [Table.Cell(measured.map { "\(Text.significant($0 * 1e3)) ms" } ?? Text.missing)]
        + times.map { time in
          guard let measured, let time else { return Table.Cell(Text.missing) }
          return Table.Cell(shownSigned(time / measured - 1))
        }
    }
    return Table(
      "Errors of the prediction: before, after, and with the result left out of the fit",
      columns: ["result", "load"]
        + ["TPOT", "TTFT"].flatMap { [.number($0), .number("before"), .number("after"), .number("left out")] },
      rows: points.map { point in
        [Table.Cell(point.result.place), Table.Cell(point.result.load)]
          + cells(
            point.result.timePerOutputToken,
            [point.before, point.after, point.leftOut].map(\.timePerOutputToken))
          + cells(point.result.timeToFirstToken, [point.before, point.after, point.leftOut].map(\.timeToFirstToken))
      })
  }

  private var notes: [String] {
    var notes = [
      "Within these loads (\(loads)) expect errors like those of results left out; beyond them the correction was not "
        + "tried."
    ]
    for point in points {
      guard let miss = point.unexplained else { continue }
      notes.append(
        "\(point.result.place) is still \(shown(miss)) off: no constant of an engine explains it. Look at how it was "
          + "measured (another model, format or launch flag, a load that was not alone), or leave it out: it pulls the "
          + "others.")
    }
    for pair in together {
      notes.append(
        "\(pair.one.rawValue) and \(pair.other.rawValue) are told only together by these results (correlation "
          + "\(Text.fixed(pair.correlation, 2))): another load may need another split.")
    }
    if !kept.isEmpty {
      notes.append(
        "Not told by these results, and left as they are: \(kept.map(\.rawValue).joined(separator: ", ")).")
    }
    if points.count == 2 {
      notes.append("Two results are few: an error left out is then of a fit to one.")
    }
    for value in moved where value.isAtEdge {
      notes.append(
        "\(value.constant.rawValue) moved beyond what nine of ten clusters have: something else may differ (launch "
          + "flags, formats, other loads on the machine).")
    }
    return notes
  }
}

extension ClusterFit.Point {
  /// The greater of its errors after the correction, where TPOT is more than a quarter off or TTFT more than a half.
  fileprivate var unexplained: Double? {
    func miss(_ time: Double?, _ measured: Double?, _ most: Double) -> Double? {
      guard let time, let measured else { return nil }
      let error = abs(time / measured - 1)
      return error > most ? error : nil
    }
    return [
      miss(after.timePerOutputToken, result.timePerOutputToken, 0.25),
      miss(after.timeToFirstToken, result.timeToFirstToken, 0.5),
    ].compactMap { $0 }.max()
  }
}

extension ClusterFit.Value {
  fileprivate var isAtEdge: Bool { posterior.value < prior.low || posterior.value > prior.high }
}

extension BenchmarkResult {
  /// `64 at once, 1,024 + 128 tokens`.
  public var load: String {
    let rate = requestRate.map { "\(Text.round($0)) requests/s" }
    let limit = concurrency.map { "\(Text.grouped($0)) at once" }
    return [rate, limit].compactMap { $0 }.joined(separator: ", ") + ", \(inputTokens.words) + \(outputTokens.words) "
      + "tokens"
  }
}

extension BenchmarkResult.Lengths {
  var words: String {
    least == most ? Text.grouped(least) : "\(Text.grouped(least)) to \(Text.grouped(most))"
  }
}

extension ClusterFit {
  /// The loads of the results in one line.
  public var loads: String {
    func span(_ values: [Double], _ unit: String) -> String? {
      guard let low = values.min(), let high = values.max() else { return nil }
      let ends = [low, high].map(Text.round)
      return (low == high ? ends[0] : "\(ends[0]) to \(ends[1])") + " \(unit)"
    }
    let results = points.map(\.result)
    return [
      span(results.compactMap(\.concurrency).map(Double.init), "requests at once"),
      span(results.compactMap(\.requestRate), "requests/s"), span(results.map(\.inputTokens.mean), "prompt tokens"),
      span(results.map(\.outputTokens.mean), "output tokens"),
    ].compactMap { $0 }.joined(separator: ", ")
  }
}
