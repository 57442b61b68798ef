import ArgumentParser
import Formats
import Units
import Workloads

extension WorkloadOptions {
  /// The scenario with the flags laid over its workload: a flag wins, and what the file says of the other kind of
  /// workload gives way. Remarks tell what was assumed.
  func applied(to scenario: Node, choosesEngine: Bool = false, remark: (String) -> Void) throws -> Node {
    var edit = WorkloadEdit(node: scenario)
    try replaceSource(&edit)
    for (name, value) in try reader.fields() { try edit.set(name, value) }
    try edit.set("rateScale", rateScale?.text)
    try edit.set("spread", spread)
    try edit.set("maxConcurrency", maxConcurrency?.text)
    try edit.set("burstiness", burstiness == "inf" ? nil : burstiness)
    if burstiness == "inf" {
      try edit.remove("burstiness")
      try edit.set("arrivals", "constant")
    }
    try applyDataset(&edit, remark)
    try edit.set("inputTokens", randomInputLen)
    try edit.set("outputTokens", randomOutputLen)
    try edit.set("prompts", numPrompts)
    try applyRate(&edit)
    try applyPrefix(&edit)
    try fillIn(&edit, remark)
    try applyRatio(&edit, remark)
    try applyWarmUp(&edit)
    for line in benchmark.remarks(choosesEngine: choosesEngine) { remark(line) }
    return edit.node
  }

  /// Whether generated requests are asked for.
  private var generates: Bool {
    trace == nil && dataFile == nil
      && (requestRate != nil || randomInputLen != nil || randomOutputLen != nil || randomRangeRatio != nil
        || randomPrefixLen != nil || rampUpStrategy != nil || datasetName != nil)
  }

  /// The file of a data set; SGLang names one beside random lengths, for words that nobody reads here.
  var dataFile: String? { datasetName?.hasPrefix("random") == true ? nil : datasetPath }

  private func replaceSource(_ edit: inout WorkloadEdit) throws {
    if generates {
      if requestRate == "inf", !edit.has("trace") { try edit.remove("requestRate") }
      guard edit.has("trace") else { return }
      let ofTraces = [
        "trace", "format", "clock", "columns", "sort", "bytesPerToken", "spread", "skipBad", "repeat", "sessions",
      ]
      for name in ofTraces { try edit.remove(name) }
    } else if let path = trace ?? dataFile {
      if !edit.has("trace") { for name in ["prompts", "blockTokens"] { try edit.remove(name) } }
      let ofGenerator = [
        "requestRate", "arrivals", "burstiness", "rampUp", "inputTokens", "outputTokens", "prefixes", "sessions",
      ]
      for name in ofGenerator { try edit.remove(name) }
      // The old trace's clock and columns are not the new one's.
      for name in ["format", "clock", "columns", "blockTokens"] { try edit.remove(name) }
      try edit.set("trace", literal(path, quoted: true, trace == nil ? "--dataset-path" : "--trace"))
    }
  }

  private func applyRate(_ edit: inout WorkloadEdit) throws {
    if let requestRate {
      guard Double(requestRate) != nil else {
        throw ValidationError("--request-rate \(requestRate): give requests per second, or inf for all at once")
      }
      if requestRate.lowercased() == "inf", !edit.has("trace") {
        for name in ["requestRate", "arrivals", "burstiness"] { try edit.remove(name) }
      } else {
        try edit.set("requestRate", literal(requestRate, quoted: false, "--request-rate"))
        if burstiness != nil || !edit.has("rampUp") { try edit.remove("rampUp") }
      }
    }
    guard let rampUpStrategy else { return }
    guard let from = rampUpStartRps, let to = rampUpEndRps else {
      throw ValidationError("--ramp-up-strategy: give --ramp-up-start-rps and --ramp-up-end-rps")
    }
    if let requestRate, requestRate.lowercased() != "inf" {
      throw ValidationError("--ramp-up-strategy: it has rates of its own; leave --request-rate out")
    }
    try edit.remove("requestRate")
    try edit.set("rampUp.strategy", literal(rampUpStrategy, quoted: true, "--ramp-up-strategy"))
    try edit.set("rampUp.from", from)
    try edit.set("rampUp.to", to)
  }

  private func applyPrefix(_ edit: inout WorkloadEdit) throws {
    guard let randomPrefixLen else { return }
    try edit.remove("prefixes")
    guard randomPrefixLen != 0 else { return }
    try edit.set("prefixes.groups", 1)
    try edit.set("prefixes.tokens", randomPrefixLen)
    if !edit.has("blockTokens") { try edit.set("blockTokens", Self.usual.blockTokens) }
  }

  /// What a benchmark takes where nothing is said.
  private func fillIn(_ edit: inout WorkloadEdit, _ remark: (String) -> Void) throws {
    guard generates || datasetName != nil && !isSelfTimed else { return }
    var filled: [String] = []
    if !edit.has("prompts") {
      try edit.set("prompts", Self.usual.prompts)
      filled.append("\(Self.usual.prompts) requests")
    }
    if generates {
      if !edit.has("inputTokens") {
        try edit.set("inputTokens", Self.usual.input)
        filled.append("prompts of \(Self.usual.input) tokens")
      }
      if !edit.has("outputTokens") {
        let output = benchmark.isSGLang ? Self.usual.input : Self.usual.output
        try edit.set("outputTokens", output)
        filled.append("answers of \(output)")
      }
    }
    if !filled.isEmpty { remark("as the benchmark does, where nothing is said: \(filled.joined(separator: ", "))") }
  }

  private func applyRatio(_ edit: inout WorkloadEdit, _ remark: (String) -> Void) throws {
    // SGLang draws from ratio times the length up to the length, and without a ratio from 1 on.
    let draws = benchmark.isSGLang && generates && (datasetName ?? "random").hasPrefix("random")
    guard let randomRangeRatio = randomRangeRatio ?? (draws ? "0" : nil) else { return }
    let (input, output) = try ratios(randomRangeRatio)
    // vLLM has no ratio of 1, which is how SGLang's script says that all lengths are the same.
    let isSGLang = benchmark.isSGLang || (input == 1 && output == 1)
    if isSGLang { remark("lengths are drawn as SGLang does: from \(input) times the length to the length") }
    let lengths = [
      ("inputTokens", input, "--random-input-len"), ("outputTokens", output, "--random-output-len"),
    ]
    for (name, ratio, flag) in lengths {
      guard let length = edit.number(name) else {
        throw ValidationError("--random-range-ratio: the scenario's \(name) is no number; give \(flag)")
      }
      let distribution =
        isSGLang
        ? LengthDistribution.upTo(length, ratio: ratio) : LengthDistribution.around(length, ratio: ratio)
      guard let distribution else {
        throw ValidationError(
          "--random-range-ratio \(ratio): vLLM draws from (1 - ratio) to (1 + ratio) times the length; give 0 (always "
            + "the length) to below 1, or --backend sglang for SGLang's 0 to 1")
      }
      guard case .uniform(let minimum, let maximum) = distribution else { continue }
      try edit.remove(name)
      try edit.set("\(name).minimum", Int(minimum))
      try edit.set("\(name).maximum", Int(maximum))
    }
  }

  /// One number, or vLLM's `{"input": 0.3, "output": 0.5}`.
  private func ratios(_ text: String) throws -> (Double, Double) {
    if let ratio = Double(text) { return (ratio, ratio) }
    let node = try? Node.parse(text, file: "--random-range-ratio")
    guard let input = node?.field("input")?.text.flatMap(Double.init),
      let output = node?.field("output")?.text.flatMap(Double.init)
    else {
      throw ValidationError("--random-range-ratio \(text): write 0.5, or {\"input\": 0.3, \"output\": 0.5}")
    }
    return (input, output)
  }

  private func applyWarmUp(_ edit: inout WorkloadEdit) throws {
    guard let numWarmups, numWarmups != 0 else { return }
    guard numWarmups > 0 else { throw ValidationError("--num-warmups \(numWarmups): give a number from 0 on") }
    try edit.set("statistics.warmUpRequests", numWarmups)
    if let prompts = edit.number("prompts") {
      let (sum, overflow) = prompts.addingReportingOverflow(numWarmups)
      try edit.set("prompts", overflow ? Int.max : sum)
    }
  }
}

/// A scenario whose workload is being changed.
struct WorkloadEdit {
  var node: Node

  func has(_ name: String) -> Bool { node["workload.\(name)"].map { !$0.isNull } ?? false }
  func number(_ name: String) -> Int? { node["workload.\(name)"]?.text.flatMap(Int.init) }

  mutating func set(_ name: String, _ value: Node) throws { node = try node.setting("workload.\(name)", to: value) }
  mutating func set(_ name: String, _ value: (some CustomStringConvertible)?) throws {
    if let value { node = try node.setting("workload.\(name)", to: value.description) }
  }
  mutating func remove(_ name: String) throws {
    if has(name) { node = try node.setting("workload.\(name)", to: "null") }
  }
}
