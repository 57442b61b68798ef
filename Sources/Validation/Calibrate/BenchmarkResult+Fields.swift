import Formats
import Units

/// The fields of one result, with what is wrong with them.
struct ResultFields {
  let node: Node
  let place: String

  func problem(_ field: String, _ fault: String, _ wayOut: String) -> Problem {
    Problem("\(place): \(field)", fault, wayOut: wayOut)
  }

  func has(_ path: String) -> Bool { node[path].map { !$0.isNull } ?? false }

  func text(_ paths: String...) -> String? {
    for path in paths { if let text = node[path]?.text, !text.isEmpty, has(path) { return text } }
    return nil
  }

  /// A number from zero on; nil where the field is absent or null.
  func number(_ path: String) throws -> Double? {
    guard has(path), let text = node[path]?.text else { return nil }
    guard let value = Double(text), value.isFinite, value >= 0 else {
      throw problem(path, "'\(text)' is not a number from zero on", "correct it")
    }
    return value
  }

  func count(_ path: String) throws -> Int? {
    guard let value = try number(path) else { return nil }
    guard value == value.rounded(), value <= 1e9 else {
      throw problem(path, "\(value) is no number of things", "give a whole number to 1,000,000,000")
    }
    return Int(value)
  }

  /// Seconds of a mean in milliseconds; nil where it is absent or zero, as for answers of one token.
  func milliseconds(_ path: String) throws -> Double? {
    guard let value = try number(path), value > 0 else { return nil }
    guard value <= 86_400_000 else {
      throw problem(path, "\(value) ms is more than a day", "correct it, or leave the result out")
    }
    return value / 1000
  }

  /// Requests that were answered; none may have failed, since a mean is of the others alone.
  func answered(_ completed: String, asked: String, failed: String...) throws -> Int {
    guard let answered = try count(completed), answered > 0 else {
      throw problem(completed, "no request was answered", "repeat the benchmark")
    }
    var lost = 0
    for path in failed { lost = max(lost, try count(path) ?? 0) }
    if let all = try count(asked) { lost = max(lost, all - answered) }
    guard lost == 0 else {
      throw problem(
        completed, "\(lost) of \(answered + lost) requests failed, and the others were served in their stead",
        "repeat the benchmark without failures, or leave the result out")
    }
    return answered
  }

  /// A rate of `inf` is none.
  func rate(_ path: String) throws -> Double? {
    guard let text = text(path), !["inf", "infinity", ".inf", "trace"].contains(text.lowercased()) else { return nil }
    return try number(path).flatMap { $0 > 0 ? $0 : nil }
  }
}

extension BenchmarkResult {
  /// vLLM's client, and SGLang's, which is made like it.
  init(client fields: ResultFields) throws {
    let isSGLang = ["mean_e2e_latency_ms", "total_output_tokens_retokenized", "random_range_ratio", "server_info"]
      .contains { fields.node.field($0) != nil }
    place = fields.place
    format = isSGLang ? .sglang : .vllm
    model = fields.text("model_id", "server_info.model_path", "model")
    requests = try fields.answered("completed", asked: "num_prompts", failed: "failed")
    requestRate = try fields.rate("request_rate")
    burstiness = try fields.number("burstiness").flatMap { $0 > 0 && $0 != 1 ? $0 : nil }
    concurrency = try fields.count("max_concurrency")
    if concurrency == 0 {
      throw fields.problem("max_concurrency", "0 requests in flight serve nothing", "correct it, or leave it out")
    }
    if concurrency == nil, requestRate == nil {
      guard fields.node.field("request_rate") != nil else {
        throw fields.problem(
          "max_concurrency", "neither it nor request_rate is given, so the load is not known",
          "give a result with one of the two")
      }
      // All at once.
      concurrency = requests
    }
    if let asked = concurrency { concurrency = max(1, min(asked, requests)) }
    inputTokens = try Self.lengths(fields, "input", requests)
    outputTokens = try Self.lengths(fields, "output", requests)
    timeToFirstToken = try fields.milliseconds("mean_ttft_ms")
    timePerOutputToken = try fields.milliseconds("mean_tpot_ms")
    try check(fields)
  }

  /// By the requests' own lengths where they were saved, by SGLang's ratio, or all alike.
  private static func lengths(_ fields: ResultFields, _ kind: String, _ requests: Int) throws -> Lengths {
    let each = (fields.node.field("\(kind)_lens")?.elements ?? []).compactMap { $0.text.flatMap(Int.init) }
      .filter { $0 > 0 }
    let total = "total_\(kind)_tokens"
    guard let sum = try fields.number(total), sum >= Double(requests) else {
      throw fields.problem(total, "is missing, so lengths are not known", "give a result that has it")
    }
    let mean = sum / Double(requests)
    if each.count == requests, let least = each.min(), let most = each.max(), least < most {
      // Evenly between two lengths, of the same mean and spread.
      let square = each.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(requests)
      let half = min((3 * square).squareRoot(), mean - 1)
      return Lengths(least: Int((mean - half).rounded()), most: Int((mean + half).rounded()))
    }
    if let ratio = try fields.number("random_range_ratio"), ratio < 1,
      let most = try fields.count("random_\(kind)_len"), most > 0
    {
      return Lengths(least: max(1, Int(Double(most) * ratio)), most: most)
    }
    return Lengths(mean)
  }

  /// AIPerf's, and genai-perf's before it.
  init(aiperf fields: ResultFields) throws {
    place = fields.place
    format = .aiperf
    model = fields.text(
      "input_config.endpoint.model_names[0]", "input_config.models.items[0].name", "input_config.model_names[0]",
      "input_config.model[0]", "input_config.model")
    requests = try fields.answered(
      "request_count.avg", asked: "input_config.loadgen.request_count", failed: "error_request_count.avg")
    requestRate = try fields.rate("input_config.loadgen.request_rate")
    burstiness = nil
    concurrency = try ["input_config.loadgen.concurrency", "input_config.perf_analyzer.stimulus.concurrency"]
      .compactMap { try fields.count($0) }.first
    guard concurrency != nil || requestRate != nil else {
      throw fields.problem(
        "input_config.loadgen", "has neither concurrency nor request_rate, so the load is not known",
        "give a result with one of the two")
    }
    if let asked = concurrency { concurrency = max(1, min(asked, requests)) }
    func lengths(_ path: String) throws -> Lengths {
      guard let mean = try fields.number("\(path).avg"), mean >= 1 else {
        throw fields.problem(path, "is missing, so lengths are not known", "give a result that has it")
      }
      let half = min((try fields.number("\(path).std") ?? 0) * 3.0.squareRoot(), mean - 1)
      return Lengths(least: Int((mean - half).rounded()), most: Int((mean + half).rounded()))
    }
    inputTokens = try lengths("input_sequence_length")
    outputTokens = try lengths("output_sequence_length")
    func time(_ path: String) throws -> Double? {
      guard let value = try fields.number("\(path).avg"), value > 0 else { return nil }
      let unit = fields.text("\(path).unit") ?? "ms"
      guard let scale = ["ms": 1e-3, "s": 1, "sec": 1, "us": 1e-6, "ns": 1e-9][unit] else {
        throw fields.problem("\(path).unit", "'\(unit)' is no unit of time", "give ms")
      }
      return value * scale
    }
    timeToFirstToken = try time("time_to_first_token")
    timePerOutputToken = try time("inter_token_latency")
    try check(fields)
  }

  private func check(_ fields: ResultFields) throws {
    guard timeToFirstToken != nil || timePerOutputToken != nil else {
      throw fields.problem(
        "mean_tpot_ms", "neither TTFT nor TPOT was measured", "give a result of a streaming endpoint")
    }
    guard requests <= Self.mostRequests else {
      throw fields.problem(
        "completed", "\(requests) requests are too many to simulate many times",
        "give a result of at most \(Self.mostRequests)")
    }
  }

  /// That are simulated some dozens of times within seconds.
  static let mostRequests = 20_000
}
