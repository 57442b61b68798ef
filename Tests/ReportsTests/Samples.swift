@testable import Reports

/// One chart of each kind, of few numbers, with letters that HTML and JSON must escape.
enum Samples {
  static let hostile = #"a < b & "c" </script>"#

  static let charts: [Chart] =
    [
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
    ] + timed + flows

  /// Of 2025 and 2026, with one event in between.
  static let timed: [Chart] = [
    Chart(
      "Chips", caption: "More, perhaps.",
      .fan(
        .init(
          x: .init("Year", .year), y: .init("chips a month"),
          bands: [.init("as told", slices), .init(hostile, slices)])), events: [.init("ban", at: 2025.4, hostile)]),
    Chart(
      "Sources", caption: "Most are made at home.",
      .stack(
        .init(
          x: .init("Year", .year), y: .init("chips a month"),
          layers: [
            .init("home", [.init(2025, 3), .init(2026, 5)], .init(0)),
            .init(hostile, [.init(2025, 2), .init(2026, 1)], .init(1, shade: 2)),
          ]))),
    Chart(
      "Who did what", caption: "Two acted.",
      .timeline(
        .init(
          x: .init("Year", .year), rows: ["one", hostile],
          dots: [
            .init(row: 0, x: 2025.2, date: "2025-03", label: "ban", title: "A ban", text: "sets 0", isFilled: true),
            .init(row: 0, x: 2025.201, date: "2025-03", title: hostile, isFilled: false),
            .init(row: 1, x: 2025.2, date: "2025-03", title: "A probe", isFilled: true),
          ], filled: "acts", empty: "informs"))),
  ]

  static let slices: [Chart.Fan.Slice] = [
    .init(x: 2025, p05: -1, p25: 1, p50: 2, p75: 4, p95: 8), .init(x: 2026, p05: 0, p25: 2, p50: 3, p75: 5, p95: 9),
  ]

  static let flows: [Chart] = [
    Chart(
      "From wafer to token", caption: "Half is lost.",
      .flow(
        .init(
          .init("H100 equivalents"),
          nodes: [
            .init("wafers", column: 0, note: "9 wafers", .init(0)), .init("chips", column: 1, .init(0, shade: 1)),
            .init(hostile, column: 1, .init(4)), .init("nothing", column: 1, .init(5)),
          ], links: [.init("wafers", "chips", 5), .init("wafers", hostile, 4), .init("wafers", "nothing", 0)]))),
    Chart(
      "Tornado", caption: "Yield moves it most.",
      .tornado(
        .init(
          .init("value"), base: 2,
          bars: [
            .init("yield", low: 1, high: 5, from: "0.2", to: "0.4"), .init(hostile, low: 2.5, high: 1.5),
          ]))),
    Chart(
      "Errors", caption: "Most lie within a tenth.",
      .deviations(
        .init(
          counted: "run",
          rows: [
            .init("dense", [.init("one", 0.05), .init(hostile, -0.2)]), .init(hostile, [.init("far", 1.5)]),
          ]))),
    Chart(
      "Indices", caption: "Yield alone explains half.",
      .pairs(
        .init(
          .init("share of the variance", .percent), first: "first", second: "total",
          rows: [.init("yield", 0.5, 0.6), .init(hostile, 0.1, 0.2)]))),
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
          .folded(title: "More", [.paragraph(hostile)]),
        ]),
      .init(
        "Second",
        [.table(Table("Rows", columns: ["Name", .number("Value")], rows: [["long name", "1"], ["n", "1,000"]]))]),
    ], sources: [.init(what: hostile, value: "1", source: "paper, table 1")], footer: "seed 1")
}
