import ArgumentParser
import Formats
import Units

extension WorkloadOptions {
  /// Whether a data set's own times are kept.
  var isSelfTimed: Bool {
    datasetName == "timed_trace" && selfTimed != false || selfTimed == true || useTraceTimestamps
  }

  /// vLLM's `--dataset-name`.
  func applyDataset(_ edit: inout WorkloadEdit, _ remark: (String) -> Void) throws {
    guard let datasetName else {
      guard datasetPath == nil else {
        throw ValidationError("--dataset-path: say what it is with --dataset-name, or give --trace")
      }
      return
    }
    let needsPath = ["sharegpt", "custom", "burstgpt", "timed_trace", "mooncake"].contains(datasetName)
    guard !needsPath || datasetPath != nil || trace != nil else {
      throw ValidationError("--dataset-name \(datasetName): give its file with --dataset-path")
    }
    switch datasetName {
    case "random", "random-ids", "mooncake": break
    case "generated-shared-prefix": try applySharedPrefixes(&edit)
    case "prefix_repetition": try applyPrefixRepetition(&edit)
    case "sharegpt", "custom":
      if !edit.has("bytesPerToken") {
        try edit.set("bytesPerToken", 4)
        remark("\(datasetName): no tokenizer is here, so 4 bytes of text count as a token (--bytes-per-token)")
      }
      let output = datasetName == "custom" ? customOutputLen ?? 256 : sharegptOutputLen
      if let output, output != -1 { try edit.set("outputTokens", output) }
    case "burstgpt":
      try edit.set("skipBad", true)
      remark("burstgpt: rows of every model are sent in their order; failed ones are left out")
    case "timed_trace": try applyTimedTrace(&edit)
    default:
      throw ValidationError(
        "--dataset-name \(datasetName): its texts or images are not here; give random with lengths, or --trace FILE")
    }
    if needsPath, !isSelfTimed { try edit.set("requestRate", literal("inf", quoted: false, "--dataset-name")) }
  }

  private func applyPrefixRepetition(_ edit: inout WorkloadEdit) throws {
    try edit.set("prefixes.groups", prefixRepetitionNumPrefixes ?? 10)
    try edit.set("prefixes.tokens", prefixRepetitionPrefixLen ?? 256)
    try edit.set("inputTokens", prefixRepetitionSuffixLen ?? 256)
    try edit.set("outputTokens", prefixRepetitionOutputLen ?? 128)
    if !edit.has("blockTokens") { try edit.set("blockTokens", Self.usual.blockTokens) }
  }

  /// SGLang's: each of so many groups has a system prompt, before questions of one length.
  private func applySharedPrefixes(_ edit: inout WorkloadEdit) throws {
    let groups = gspNumGroups ?? 64
    let (prompts, overflow) = groups.multipliedReportingOverflow(by: gspPromptsPerGroup ?? 16)
    if overflow { throw ValidationError("--gsp-num-groups \(groups): give fewer") }
    try edit.set("prefixes.groups", groups)
    try edit.set("prefixes.tokens", gspSystemPromptLen ?? 2048)
    try edit.set("inputTokens", gspQuestionLen ?? 128)
    try edit.set("outputTokens", gspOutputLen ?? 256)
    try edit.set("prompts", prompts)
    if !edit.has("blockTokens") { try edit.set("blockTokens", Self.usual.blockTokens) }
  }

  private func applyTimedTrace(_ edit: inout WorkloadEdit) throws {
    if !edit.has("blockTokens") { try edit.set("blockTokens", timedTraceChunkHashSize ?? 16) }
    let units = [(1.0, "s"), (0.001, "ms"), (1e-6, "us"), (1e-9, "ns")]
    let multiplier = timedTraceSecMultiplier ?? 1
    guard let unit = units.first(where: { $0.0 == multiplier })?.1 else {
      throw ValidationError("--timed-trace-sec-multiplier \(multiplier): give 1, 0.001, 1e-6 or 1e-9")
    }
    if !edit.has("clock") { try edit.set("clock", literal(unit, quoted: true, "--timed-trace-sec-multiplier")) }
    let labels = [
      ("arrival", timedTraceLabelTimestamp), ("prompt", timedTraceLabelInputLength),
      ("output", timedTraceLabelOutputLength), ("hashes", timedTraceLabelHashIds),
    ]
    for (name, label) in labels {
      if let label { try edit.set("columns.\(name)", literal(label, quoted: true, "--timed-trace-label")) }
    }
  }
}
