import Training
import Units

/// A training step as Chrome's trace events for ui.perfetto.dev, in whole nanoseconds: a lane for each pipeline rank
/// from the first forward on, and the parts of the step on its slowest rank, one after the other.
public struct PipelineTrace: Sendable {
  let step: TrainingStep
  let commandLine: String

  public init(_ step: TrainingStep, commandLine: String = "") {
    self.step = step
    self.commandLine = commandLine
  }

  /// The file's text; each line is an event.
  public var text: String {
    let events = (step.pipeline.map { Self.lanes(of: $0.timeline) } ?? []) + parts
    let quoted = commandLine.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n" + events.joined(separator: ",\n")
      + "\n],\"otherData\":{\"command\":\"\(quoted)\"}}\n"
  }

  /// Times by cause, which add up to the step's; what runs side by side stands one after the other.
  private var parts: [String] {
    var events = [
      Self.name("process_name", 2, "parts of the step, in sum"), Self.name("thread_name", 2, "slowest rank"),
    ]
    var start = 0
    for (name, time) in step.parts.named where time > .zero {
      let span = Int(time.value * 1e9)
      events.append(Self.span(name, "part", 2, 0, start, span, arguments: ""))
      start += span
    }
    return events
  }

  private static func lanes(of timeline: PipelineTimeline) -> [String] {
    let schedule = timeline.schedule
    var events = [name("process_name", 1, "pipeline")]
    for rank in schedule.steps.indices {
      events.append(name("thread_name", 1, thread: rank, "rank \(rank)"))
      for (step, span) in zip(schedule.steps[rank], timeline.spans[rank]) {
        let start = Int(span.start.value * 1e9), end = Int(span.end.value * 1e9)
        events.append(
          self.span(
            step.drawn, step.kind, 1, rank, start, end - start,
            arguments: "\"stage\":\(step.task.stage),\"microbatch\":\(step.task.microbatch)"))
      }
    }
    return events
  }

  private static func name(_ kind: String, _ process: Int, thread: Int? = nil, _ text: String) -> String {
    let lane = kind == "thread_name" ? ",\"tid\":\(thread ?? 0)" : ""
    return "{\"ph\":\"M\",\"pid\":\(process)\(lane),\"name\":\"\(kind)\",\"args\":{\"name\":\"\(text)\"}}"
  }

  private static func span(
    _ name: String, _ category: String, _ process: Int, _ thread: Int, _ start: Int, _ length: Int, arguments: String
  ) -> String {
    "{\"ph\":\"X\",\"pid\":\(process),\"tid\":\(thread),\"name\":\"\(name)\",\"cat\":\"\(category)\","
      + "\"ts\":\(microseconds(start)),\"dur\":\(microseconds(length)),\"args\":{\(arguments)}}"
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
    shownRanks.map { rank in
      let steps = schedule.steps[rank].prefix(24).map(\.drawn).joined(separator: " ")
      return "rank \(rank): \(steps)\(schedule.steps[rank].count > 24 ? " …" : "")"
    }
  }
}
