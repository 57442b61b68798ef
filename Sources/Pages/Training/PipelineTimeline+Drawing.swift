import Reports
import Training
import Units

extension PipelineTimeline {
  /// What the ranks do, drawn to scale, and their first steps by micro-batch.
  ///
  /// - Parameter whole: micro-batches of the step, of which a long one's pipeline has the first only.
  func blocks(of whole: Int) -> [Document.Block] {
    let count = schedule.microbatches
    let part =
      count < whole
      ? "\(count) of its \(whole) micro-batches" : count == 1 ? "1 micro-batch" : "\(count) micro-batches"
    return [
      .verbatim(
        title: "A step over time: \(part), \(Measure(duration.value, .duration)) from left to right",
        text: drawing(columns: 100).joined(separator: "\n")),
      .notes([
        "Digits are forwards and letters backwards of a micro-batch (its last digit, a for 0); w is a gradient of "
          + "weights alone, & a forward and a backward together, · idle. "
          + "\(Measure(bubble, .percent)) of the ranks' time is idle."
      ]),
      .verbatim(title: "What the ranks do first, by micro-batch", text: drawnLines.joined(separator: "\n")),
    ]
  }

  /// A line for each rank shown; each column is what runs in its middle.
  func drawing(columns: Int) -> [String] {
    let whole = duration.value
    guard whole > 0, columns > 0 else { return [] }
    return shownRanks.map { rank in
      var line = "rank \(rank)"
      line += String(repeating: " ", count: max(1, 9 - line.utf8.count))
      var step = 0
      for column in 0..<columns {
        let time = (Double(column) + 0.5) / Double(columns) * whole
        while step < spans[rank].count, spans[rank][step].end.value <= time { step += 1 }
        let runs = step < spans[rank].count && spans[rank][step].start.value <= time
        line += runs ? schedule.steps[rank][step].mark : "·"
      }
      return line
    }
  }

  /// All of a short pipeline, else both ends and the middle.
  var shownRanks: [Int] {
    let ranks = schedule.ranks
    return ranks <= 16 ? Array(0..<ranks) : [0, 1, ranks / 2, ranks - 2, ranks - 1]
  }
}

extension PipelineSchedule.Step {
  /// One letter.
  fileprivate var mark: String {
    guard together == nil else { return "&" }
    let digit = task.microbatch % 10
    switch task.work {
    case .forward: return "\(digit)"
    case .weightGradient: return "w"
    case .inputGradient, .backward: return String("abcdefghij"["abcdefghij".index("a".startIndex, offsetBy: digit)])
    }
  }
}
