import Reports
import Serving
import Units

extension ServingReport {
  /// The phases of the mean request, in the order in which it passes them.
  var phaseParts: [(name: String, time: Seconds)] {
    [
      ("waiting for prefill", phases.prefillQueue), ("prefill", phases.prefill),
      ("waiting for a decode slot", phases.decodeQueue), ("key-value transfer", phases.transfer),
      ("decode", phases.decode),
    ]
    .filter { !isTogether || $0.1 > .zero }
  }

  var phasesSection: Document.Section? {
    let parts = phaseParts
    let total = parts.reduce(Seconds.zero) { $0 + $1.time }
    guard total > .zero, let longest = parts.max(by: { $0.time < $1.time }) else { return nil }
    let share = Measure(longest.time / total, .percent)
    return Document.Section(
      "Where the time of a request goes",
      [
        .chart(
          Chart(
            "The mean request", caption: "Of its \(total.text), \(share) go to \(longest.name).",
            .shares(
              .init(
                .duration,
                [
                  .init(
                    "From arrival to last token",
                    parts.map { .init($0.name, $0.time.value, colour: .phase($0.name)) })
                ]))))
      ])
  }

  var stepsSection: Document.Section? {
    let charts = [
      decodeStep.chart(title: "Decode step, by operator"), prefillStep.chart(title: "Prefill step, by operator"),
    ].compactMap { $0 }
    guard !charts.isEmpty else { return nil }
    let bounds = [
      decodeStep.bounds(title: "Decode step, by what bounds it"),
      prefillStep.bounds(title: "Prefill step, by what bounds it"),
    ]
    .compactMap { $0 }
    return Document.Section(
      "Where the time of a step goes", [.paragraph(stepSentence), .charts(bounds), .charts(charts)])
  }

  /// What bounds decode, and why its steps in the run are longer than one at the mean load.
  private var stepSentence: String {
    guard !decodeStep.boundBy.isEmpty else { return "Both steps are taken apart at the run's mean load." }
    let sentence =
      "At the run's mean load a decode step takes \(decodeStep.step.text) and is bound by \(decodeStep.boundBy)."
    guard let decode = decoding, decode.role == .decode, decode.meanStep > decodeStep.step * 1.1 else {
      return sentence
    }
    return sentence
      + " Over the run the mean step took \(decode.meanStep.text): a step waits for the rank with the most work."
  }

  var objectivesSection: Document.Section? {
    let missed = requests.offered - Int((goodput.fraction * Double(requests.offered)).rounded())
    guard !goodput.objectives.isEmpty else { return nil }
    guard missed > 0, !goodput.misses.isEmpty else {
      return Document.Section("Objectives", [.paragraph("Every request met every objective.")])
    }
    let bars = Chart.Bars(
      .init("Requests"),
      goodput.misses.map { miss in
        .init(
          miss.reason, Double(miss.requests),
          note: "\(Measure(Double(miss.requests) / Double(missed), .percent)) of the misses")
      })
    let share = Measure(Double(missed) / Double(max(requests.offered, 1)), .percent)
    var blocks: [Document.Block] = [
      .chart(
        Chart(
          "What took the time of requests that missed an objective",
          caption: "\(Text.grouped(missed)) requests, \(share) of those offered, missed at least one.", .bars(bars)))
    ]
    if !requests.reasons.isEmpty {
      blocks.append(
        .table(
          Table(
            "Requests that were not served", columns: ["Reason", .number("Requests")],
            rows: requests.reasons.map { [Table.Cell($0.reason), Table.Cell(Text.grouped($0.requests))] })))
    }
    return Document.Section("Why objectives were missed", blocks)
  }
}

extension ServingReport.StepBreakdown {
  fileprivate func chart(title: String) -> Chart? {
    guard !parts.isEmpty else { return nil }
    return Chart(
      title, caption: "\(step.text) at \(conditions).",
      .bars(
        .init(
          .init("Time", .duration),
          shownParts.map { part in
            .init(
              part.name, part.time.value, note: "\(Measure(part.share, .percent)), \(part.boundBy)",
              colour: .bound(part.boundBy))
          })))
  }

  /// Operators of one name in both halves of a layer, such as an all-reduce after each, as one.
  private var namedParts: [Part] {
    var named: [Part] = []
    for part in parts {
      if let index = named.firstIndex(where: { $0.name == part.name && $0.boundBy == part.boundBy }) {
        named[index].time = named[index].time + part.time
        named[index].share += part.share
      } else {
        named.append(part)
      }
    }
    return named.sorted { ($0.time, $1.name) > ($1.time, $0.name) }
  }

  /// The twelve longest, and the rest as one.
  private var shownParts: [Part] {
    let parts = namedParts
    guard parts.count > 13 else { return parts }
    let rest = parts[12...]
    let time = rest.reduce(Seconds.zero) { $0 + $1.time }
    let share = rest.reduce(0) { $0 + $1.share }
    return parts.prefix(12) + [Part(name: "\(rest.count) others", time: time, share: share, boundBy: "various")]
  }

  /// Why the parts sum to more than the step, where they do.
  private var overlap: String {
    let sum = parts.reduce(Seconds.zero) { $0 + $1.time }
    guard sum > step * 1.01 else { return "" }
    return " \((sum - step).text) of it run beside other work, so that the step takes \(step.text)."
  }

  /// The same time grouped by compute, memory, network …, in order of first appearance.
  fileprivate func bounds(title: String) -> Chart? {
    var groups: [(name: String, time: Double, share: Double)] = []
    for part in parts {
      if let index = groups.firstIndex(where: { $0.name == part.boundBy }) {
        groups[index].time += part.time.value
        groups[index].share += part.share
      } else {
        groups.append((part.boundBy, part.time.value, part.share))
      }
    }
    groups.sort { ($0.time, $1.name) > ($1.time, $0.name) }
    guard let first = groups.first, first.time > 0 else { return nil }
    let name = first.name.prefix(1).uppercased() + first.name.dropFirst()
    return Chart(
      title, caption: "\(name) takes \(Measure(first.share, .percent)) of the work.\(overlap)",
      .shares(
        .init(.duration, [.init("At \(conditions)", groups.map { .init($0.name, $0.time, colour: .bound($0.name)) })])))
  }
}

extension Chart.Colour {
  /// The same for a bound wherever it is drawn.
  static func bound(_ name: String) -> Self {
    let bounds = ["memory", "compute", "network", "vector", "latency", "host", "wait"]
    return bounds.firstIndex(of: name).map { Self($0) } ?? Self(7, shade: 2)
  }

  /// The same for a phase of a request wherever it is drawn.
  static func phase(_ name: String) -> Self {
    switch name {
    case "waiting for prefill": Self(4)
    case "prefill": Self(0)
    case "waiting for a decode slot": Self(4, shade: 2)
    case "key-value transfer": Self(2)
    default: Self(1)
    }
  }
}
