@testable import Reports

/// One chart of each kind, of few numbers, with letters that HTML and JSON must escape.
enum Samples {
  static let hostile = #"a < b & "c" </script>"#

  static let charts: [Chart] = [
    Chart(
      "Load", caption: "Arrivals rise.",
      .lines(
        .init(
          x: .init("Time", .duration), y: .init("Requests per second"),
          series: [.init(hostile, every: 10, [1, 2, 3]), .init("done", every: 10, [1, 1.5, 2], isFilled: true)],
          limits: [.init("limit", 4)]))),
    Chart(
      "Scaling", caption: "Steps grow with the batch.",
      .lines(
        .init(
          x: .init("Batch", .plain, isLogarithmic: true), y: .init("Time", .duration, isLogarithmic: true),
          series: [.init("one", [.init(1, 0.1), .init(2, 0.3)]), .init("two", [.init(4, 0.2)])]))),
    Chart("Latency", caption: "Most wait little.", .distribution(latency(.density))),
    Chart("Latency so far", caption: "Most wait little.", .distribution(latency(.cumulative))),
    Chart(
      "Phases", caption: "Decode takes most.",
      .shares(.init(.duration, [.init("Request", [.init("prefill", 1), .init("decode", 3, note: hostile)])]))),
    Chart(
      "Misses", caption: "Queues cause most.",
      .bars(.init(.init("Requests"), [.init("queue", 30), .init("step", 10)]))),
    Chart(
      "Truth", caption: "Predictions lie near the diagonal.",
      .scatter(
        .init(
          x: .init("Published", .duration), y: .init("Predicted", .duration),
          groups: [
            .init("network", [.init("row 1", x: 1e-5, y: 1.1e-5)]), .init("serving", [.init("row 2", x: 1, y: 0.9)]),
          ],
          bands: [0.1, 0.25]))),
    Chart(
      "Plan", caption: "Best in the middle.",
      .heat(
        .init(
          x: .init("Batch"), y: .init("Chips"), columns: ["8", "16"], rows: ["a", "b"], cells: [[1, 2], [nil, 4]],
          value: .init("Tokens")))),
  ]

  static func latency(_ form: Chart.Distribution.Form) -> Chart.Distribution {
    Chart.Distribution(
      x: .init("Time", .duration), counted: "requests",
      bins: [
        .init(from: 0.1, to: 0.2, count: 30), .init(from: 0.2, to: 0.4, count: 60),
        .init(from: 0.4, to: 0.8, count: 10),
      ],
      percentiles: [.init("p50", 0.26), .init("p90", 0.4), .init("p99", 0.75)], limit: .init("objective", 1), form: form
    )
  }

  static let document = Document(
    title: hostile, subtitle: "one run", badges: [.init("meets", tone: .good)], lead: ["The answer is \(hostile)."],
    headlines: [.init("TTFT, p99", Measure(0.75, .duration), note: "of 1 s", tone: .good)],
    sections: [
      .init(
        "First",
        [
          .paragraph("Words."), .charts(charts), .notes(["Mind \(hostile)."]), .verbatim(title: "Input", text: hostile),
        ]),
      .init(
        "Second",
        [.table(Table("Rows", columns: ["Name", .number("Value")], rows: [["long name", "1"], ["n", "1,000"]]))]),
    ], sources: [.init(what: hostile, value: "1", source: "paper, table 1")], footer: "seed 1")
}
