import Formats
import Units

extension ServingRun {
  /// Columns by which a file of runs is recognised.
  public static let signature = ["engine", "system", "concurrency", "input_tokens", "output_tokens"]

  /// Whether a file with this header has runs of engines.
  public static func isHeader(_ header: [String]) -> Bool {
    signature.allSatisfy(header.contains) && ["ttft_ms", "tpot_ms"].contains { header.contains($0) }
  }

  /// Reads every row; all faults of all rows are collected.
  public static func read(path: String) throws -> [ServingRun] {
    let table = try CSVTable.read(path: path)
    return try read(table, file: path.split(separator: "/").last.map(String.init) ?? path)
  }

  static func read(_ table: CSVTable, file: String) throws -> [ServingRun] {
    let columns = Dictionary(uniqueKeysWithValues: table.header.enumerated().map { ($1, $0) })
    var runs: [ServingRun] = []
    var problems: [Problem] = []
    var seen = Set<String>()
    for row in table.rows {
      let record = RunRecord(row: row, columns: columns, file: file)
      do {
        let run = try ServingRun(record)
        runs.append(run)
        if !seen.insert(run.id).inserted {
          problems.append(Problem(run.place, "the id '\(run.id)' stands twice", wayOut: "give each row its own id"))
        }
      } catch let problem as Problem { problems.append(problem) }
    }
    guard problems.isEmpty else { throw Problems(problems) }
    return runs
  }

  init(_ record: RunRecord) throws {
    id = record["id"] ?? "line \(record.row.line)"
    engine = try record.text("engine")
    engineVersion = record["engine_version"] ?? ""
    model = try record.text("model")
    system = try record.text("system")
    precision = record["precision"] ?? ""
    productFormat = record["gemm_precision"]
    expertFormat = record["moe_precision"]
    mode = try record.word(record["mode"] ?? "agg", "mode")
    inputTokens = try record.count(record.text("input_tokens"), "input_tokens")
    outputTokens = try record.count(record.text("output_tokens"), "output_tokens")
    concurrency = try record.count(record.text("concurrency"), "concurrency", most: 100_000)
    timeToFirstToken = try record.measurement("ttft")
    timePerOutputToken = try record.measurement("tpot")
    guard timeToFirstToken != nil || timePerOutputToken != nil else {
      throw record.problem("tpot_ms", "neither it nor ttft_ms is given", wayOut: "give at least one")
    }
    if timePerOutputToken != nil, outputTokens < 2 {
      throw record.problem(
        "tpot_ms", "an answer of one token has no time for each further one", wayOut: "leave it empty")
    }
    // No chip reads the weights of any model, nor does a front end answer, in so short a time.
    for (name, measured, least) in [("ttft_ms", timeToFirstToken, 0.1), ("tpot_ms", timePerOutputToken, 0.05)] {
      guard let measured, measured.value.milliseconds < least else { continue }
      throw record.problem(
        name, "\(measured.value.milliseconds) ms is too short for any engine", wayOut: "give milliseconds, not seconds")
    }
    repeats = try record.optionalCount("repeats") ?? 1
    measuredOn = record["measured"] ?? ""
    flags = try RunFlags(record)
    flagsBasis = record["flags_basis"] ?? "unknown"
    reading = try record.word(record["reading"] ?? "as-is", "reading")
    role = try record.word(record["role"] ?? "validate", "role")
    place = record.place
    file = record.file
    engineShape = mode == .aggregated ? try record.engineShape() : nil
    prefill = mode == .disaggregated ? try record.workers("prefill") : nil
    decode = mode == .disaggregated ? try record.workers("decode") : nil
    isComplete =
      mode == .aggregated || record["complete"] ?? "yes" == "yes" || (repeats == 1 && record.namesEveryWorker)
  }

  /// Chips of the whole deployment; nil where a number of workers is not published.
  public var chips: Int? {
    switch mode {
    case .aggregated: engineShape?.chips
    case .disaggregated: prefill?.chips.flatMap { first in decode?.chips.map { first + $0 } }
    }
  }

  /// Output tokens per second and chip of a closed loop with these means: every request takes TTFT and then a TPOT for
  /// each further token.
  public func throughputPerChip(first: Seconds, each: Seconds) -> Double? {
    chips.map {
      let whole = first + each * Double(outputTokens - 1)
      return Double(concurrency) * Double(outputTokens) / whole.value / Double($0)
    }
  }
}

extension RunRecord {
  func measurement(_ name: String) throws -> RunMeasurement? {
    guard let value = try milliseconds("\(name)_ms") else { return nil }
    return RunMeasurement(
      value: value, low: try milliseconds("\(name)_low") ?? value, high: try milliseconds("\(name)_high") ?? value)
  }

  func columns(_ prefix: String) throws -> ParallelColumns {
    ParallelColumns(
      tensor: try optionalCount("\(prefix)tp"), pipeline: try optionalCount("\(prefix)pp"),
      attentionData: try optionalCount("\(prefix)attention_dp"), expertTensor: try optionalCount("\(prefix)moe_tp"),
      expert: try optionalCount("\(prefix)moe_ep"))
  }

  /// By the rule on columns; where the launch script decides, by what the file says of it.
  func engineShape() throws -> EngineShape {
    let columns = try columns("")
    guard self["engine_shape_basis"] == "script", let chips = try optionalCount("engine_gpus") else {
      return EngineShape(aggregated: columns)
    }
    return EngineShape(
      chips: chips, tensor: try optionalCount("engine_tp") ?? 1,
      attentionData: try optionalCount("engine_attention_dp") ?? 1,
      expertTensor: try optionalCount("engine_moe_tp") ?? 1, expert: try optionalCount("engine_moe_ep") ?? 1,
      pipeline: columns.pipeline ?? 1)
  }

  /// Whether the benchmark's own configuration gives every worker count and shape.
  var namesEveryWorker: Bool {
    ["prefill", "decode"].allSatisfy { phase in
      ["workers", "gpus", "attention_dp", "moe_ep"].allSatisfy { self["launch_\(phase)_\($0)"] != nil }
    }
  }

  /// Workers of a phase: what the benchmark's configuration of that day says goes before the published columns.
  func workers(_ phase: String) throws -> RunWorkers {
    let published = EngineShape(worker: try columns("\(phase)_"))
    let count = try optionalCount("launch_\(phase)_workers") ?? optionalCount("\(phase)_workers")
    guard let chips = try optionalCount("launch_\(phase)_gpus") else {
      return RunWorkers(count: count, shape: published, isShapeKnown: true)
    }
    let data = try optionalCount("launch_\(phase)_attention_dp")
    let expert = try optionalCount("launch_\(phase)_moe_ep")
    let agrees = published.chips == chips
    let groups = data ?? (agrees ? published.attentionData : chips)
    let spread = expert ?? (agrees ? published.expert : chips)
    let shape = EngineShape(
      chips: chips, tensor: max(1, chips / groups), attentionData: groups, expertTensor: max(1, chips / spread),
      expert: spread)
    return RunWorkers(count: count, shape: shape, isShapeKnown: agrees || (data != nil && expert != nil))
  }
}
