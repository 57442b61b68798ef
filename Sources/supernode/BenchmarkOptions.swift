import ArgumentParser

/// Options of `vllm bench serve` and of SGLang's `bench_serving` that say how a client talks to a server, so that a
/// pasted command runs; here they have no effect, and are named.
struct BenchmarkOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: .hidden) var backend: String?
  @Option(parsing: .unconditional, help: .hidden) var baseUrl: String?
  @Option(parsing: .unconditional, help: .hidden) var host: String?
  @Option(parsing: .unconditional, help: .hidden) var port: String?
  @Option(parsing: .unconditional, help: .hidden) var endpoint: String?
  @Option(parsing: .unconditional, help: .hidden) var tokenizer: String?
  @Option(parsing: .unconditional, help: .hidden) var tokenizerMode: String?
  @Option(parsing: .unconditional, help: .hidden) var label: String?
  @Option(parsing: .unconditional, help: .hidden) var logprobs: String?
  @Option(parsing: .unconditional, help: .hidden) var requestIdPrefix: String?
  @Option(parsing: .unconditional, help: .hidden) var topP: String?
  @Option(parsing: .unconditional, help: .hidden) var topK: String?
  @Option(parsing: .unconditional, help: .hidden) var minP: String?
  @Option(parsing: .unconditional, help: .hidden) var temperature: String?
  @Option(parsing: .unconditional, help: .hidden) var frequencyPenalty: String?
  @Option(parsing: .unconditional, help: .hidden) var presencePenalty: String?
  @Option(parsing: .unconditional, help: .hidden) var repetitionPenalty: String?
  @Option(parsing: .unconditional, help: .hidden) var loraAssignment: String?
  @Option(parsing: .unconditional, help: .hidden) var readyCheckTimeoutSec: String?
  @Option(parsing: .unconditional, help: .hidden) var chatTemplateKwargs: String?
  @Option(parsing: .unconditional, help: .hidden) var extraBody: String?
  @Option(parsing: .unconditional, help: .hidden) var extraRequestBody: String?
  @Option(parsing: .unconditional, help: .hidden) var timelineItlThresholds: String?
  @Option(parsing: .unconditional, help: .hidden) var randomBatchSize: String?
  @Option(parsing: .unconditional, help: .hidden) var probeRequestRate: String?
  @Option(parsing: .unconditional, help: .hidden) var resultDir: String?
  @Option(parsing: .unconditional, help: .hidden) var resultFilename: String?
  @Option(parsing: .unconditional, help: .hidden) var outputFile: String?
  @Option(parsing: .unconditional, help: .hidden) var flushCacheTimeout: String?
  @Option(parsing: .unconditional, help: .hidden) var warmupRequests: String?
  @Option(parsing: .upToNextOption, help: .hidden) var header: [String] = []
  @Option(parsing: .upToNextOption, help: .hidden) var metadata: [String] = []
  @Option(parsing: .upToNextOption, help: .hidden) var loraModules: [String] = []
  @Flag(help: .hidden) var ignoreEos = false
  @Flag(help: .hidden) var disableIgnoreEos = false
  @Flag(help: .hidden) var disableTqdm = false
  @Flag(help: .hidden) var disableStream = false
  @Flag(help: .hidden) var disableShuffle = false
  @Flag(help: .hidden) var trustRemoteCode = false
  @Flag(help: .hidden) var saveResult = false
  @Flag(help: .hidden) var saveDetailed = false
  @Flag(help: .hidden) var appendResult = false
  @Flag(help: .hidden) var useBeamSearch = false
  @Flag(help: .hidden) var profile = false
  @Flag(help: .hidden) var skipTokenizerInit = false
  @Flag(help: .hidden) var insecure = false
  @Flag(help: .hidden) var plotTimeline = false
  @Flag(help: .hidden) var plotDatasetStats = false
  @Flag(help: .hidden) var noStream = false
  @Flag(help: .hidden) var noOversample = false
  @Flag(help: .hidden) var skipChatTemplate = false
  @Flag(help: .hidden) var enableMultimodalChat = false
  @Flag(help: .hidden) var noReranker = false
  @Flag(help: .hidden) var flushCache = false
  @Flag(help: .hidden) var outputDetails = false
  @Flag(help: .hidden) var printRequests = false
  @Flag(help: .hidden) var returnLogprob = false
  @Flag(help: .hidden) var applyChatTemplate = false
  @Flag(help: .hidden) var tokenizePrompt = false
  @Flag(help: .hidden) var pdSeparated = false
  @Flag(help: .hidden) var plotThroughput = false

  /// Whether the command is one of SGLang's, which draws lengths otherwise.
  var isSGLang: Bool { backend?.hasPrefix("sglang") == true }

  /// Where `--save-result` writes; nil where no name is given.
  var resultPath: String? {
    guard saveResult, let name = resultFilename else { return nil }
    return resultDir.map { "\($0)/\(name)" } ?? name
  }

  /// One line that names what was given and changes nothing; nil if nothing was.
  var remark: String? {
    let options: [(String, Bool)] = [
      ("backend", backend != nil), ("base-url", baseUrl != nil), ("host", host != nil), ("port", port != nil),
      ("endpoint", endpoint != nil), ("tokenizer", tokenizer != nil), ("tokenizer-mode", tokenizerMode != nil),
      ("label", label != nil), ("logprobs", logprobs != nil), ("request-id-prefix", requestIdPrefix != nil),
      ("top-p", topP != nil), ("top-k", topK != nil), ("min-p", minP != nil), ("temperature", temperature != nil),
      ("frequency-penalty", frequencyPenalty != nil), ("presence-penalty", presencePenalty != nil),
      ("repetition-penalty", repetitionPenalty != nil), ("lora-assignment", loraAssignment != nil),
      ("ready-check-timeout-sec", readyCheckTimeoutSec != nil), ("chat-template-kwargs", chatTemplateKwargs != nil),
      ("extra-body", extraBody != nil), ("extra-request-body", extraRequestBody != nil),
      ("timeline-itl-thresholds", timelineItlThresholds != nil), ("random-batch-size", randomBatchSize != nil),
      ("probe-request-rate", probeRequestRate != nil), ("output-file", outputFile != nil),
      ("flush-cache-timeout", flushCacheTimeout != nil), ("warmup-requests", warmupRequests != nil),
    ]
    let flags: [(String, Bool)] = [
      ("header", !header.isEmpty), ("metadata", !metadata.isEmpty), ("lora-modules", !loraModules.isEmpty),
      ("ignore-eos", ignoreEos), ("disable-ignore-eos", disableIgnoreEos), ("disable-tqdm", disableTqdm),
      ("disable-stream", disableStream), ("disable-shuffle", disableShuffle), ("trust-remote-code", trustRemoteCode),
      ("save-result", saveResult && resultFilename == nil), ("save-detailed", saveDetailed),
      ("append-result", appendResult), ("use-beam-search", useBeamSearch), ("profile", profile),
      ("skip-tokenizer-init", skipTokenizerInit), ("insecure", insecure), ("plot-timeline", plotTimeline),
      ("plot-dataset-stats", plotDatasetStats), ("no-stream", noStream), ("no-oversample", noOversample),
      ("skip-chat-template", skipChatTemplate), ("enable-multimodal-chat", enableMultimodalChat),
      ("no-reranker", noReranker), ("flush-cache", flushCache),
      ("output-details", outputDetails), ("print-requests", printRequests), ("return-logprob", returnLogprob),
      ("apply-chat-template", applyChatTemplate), ("tokenize-prompt", tokenizePrompt), ("pd-separated", pdSeparated),
      ("plot-throughput", plotThroughput),
    ]
    let given = (options + flags).filter(\.1).map { "--\($0.0)" }
    guard !given.isEmpty else { return nil }
    let save = saveResult && resultFilename == nil ? "; --json FILE --output-format vllm saves the result" : ""
    return "no effect on a simulation: \(given.joined(separator: ", "))\(save)"
  }
}
