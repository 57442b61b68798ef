import Training
import Units

/// A pipeline of one training step as Chrome's trace events for ui.perfetto.dev: a lane for each rank, whole
/// nanoseconds from the first forward on.
public struct PipelineTrace: Sendable {
  let timeline: PipelineTimeline
  let commandLine: String

  public init(_ timeline: PipelineTimeline, commandLine: String = "") {
    self.timeline = timeline
    self.commandLine = commandLine
  }

  /// The file's text; each line is an event.
  public var text: String {
    let schedule = timeline.schedule
    var events = ["{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\",\"args\":{\"name\":\"pipeline\"}}"]
    for rank in schedule.steps.indices {
      events.append(
        "{\"ph\":\"M\",\"pid\":1,\"tid\":\(rank),\"name\":\"thread_name\",\"args\":{\"name\":\"rank \(rank)\"}}")
      for (step, span) in zip(schedule.steps[rank], timeline.spans[rank]) {
        let start = Int(span.start.value * 1e9), end = Int(span.end.value * 1e9)
        events.append(
          "{\"ph\":\"X\",\"pid\":1,\"tid\":\(rank),\"name\":\"\(step.drawn)\",\"cat\":\"\(step.kind)\","
            + "\"ts\":\(Self.microseconds(start)),\"dur\":\(Self.microseconds(end - start)),"
            + "\"args\":{\"stage\":\(step.task.stage),\"microbatch\":\(step.task.microbatch)}}")
      }
    }
    let quoted = commandLine.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n" + events.joined(separator: ",\n")
      + "\n],\"otherData\":{\"command\":\"\(quoted)\"}}\n"
  }

  /// Nanoseconds as the format's microseconds, exactly.
  private static func microseconds(_ nanoseconds: Int) -> String {
    let rest = nanoseconds % 1000
    let digits = String(1000 + rest).dropFirst()
    return "\(nanoseconds / 1000).\(digits)"
  }
}

extension PipelineSchedule.Step {
  public var drawn: String { ([task] + (together.map { [$0] } ?? [])).map(\.drawn).joined(separator: "&") }
  /// `forward`, `backward` …, for colours.
  var kind: String { together == nil ? "\(task.work)" : "together" }
}

extension PipelineTimeline {
  /// The first steps of some ranks as text.
  var drawnLines: [String] {
    let ranks = schedule.ranks
    let shown = ranks <= 8 ? Array(0..<ranks) : [0, 1, ranks / 2, ranks - 2, ranks - 1]
    return shown.map { rank in
      let steps = schedule.steps[rank].prefix(24).map(\.drawn).joined(separator: " ")
      return "rank \(rank): \(steps)\(schedule.steps[rank].count > 24 ? " …" : "")"
    }
  }
}
