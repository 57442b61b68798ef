import ArgumentParser
import Formats
import Units

/// What requests come, and when: flags that override `workload:`, with the names of vLLM's benchmark.
struct WorkloadOptions: ParsableArguments {
  @Option(help: "A trace file, plain or gzip, of any format that is known, a trace of the catalog, or -.")
  var trace: String?
  @OptionGroup var reader: ReaderOptions
  @Option(help: "Multiplies the trace's request rate; several, such as 1,2,4, give a load curve.")
  var rateScale: LoadList?
  @Flag(inversion: .prefixedNo, help: "Spreads arrivals that share the coarse clock of a log over its interval.")
  var spread: Bool?
  @Option(help: "Ends after this many requests, as in vLLM's benchmark.")
  var numPrompts: Int?
  @Option(
    help: """
      Generates arrivals: requests per second, or inf for all at once, as in vLLM's benchmark; several, such as \
      1,2,5,10, give a load curve.
      """)
  var requestRate: String?
  @Option(help: "Shape of the gaps between generated arrivals: 1 is Poisson, less is burstier.")
  var burstiness: String?
  @Option(
    help: """
      Closed loop: this many requests in flight, each that ends is followed by another; several, such as 1,8,64, give \
      a load curve.
      """)
  var maxConcurrency: LoadList?
  @Option(
    name: [.customLong("random-input-len"), .customLong("input-len"), .customLong("random-input")],
    help: "Prompt tokens of each generated request.")
  var randomInputLen: Int?
  @Option(
    name: [.customLong("random-output-len"), .customLong("output-len"), .customLong("random-output")],
    help: "Output tokens of each generated request.")
  var randomOutputLen: Int?
  @Option(
    help: "Lengths from (1 - ratio) to (1 + ratio) times those, as vLLM draws them; or {\"input\":r,\"output\":r}.")
  var randomRangeRatio: String?
  @Option(help: "Tokens that all prompts have in common, before their own.")
  var randomPrefixLen: Int?
  @Option(
    help: "What is sent: random, prefix_repetition, or sharegpt, custom, burstgpt, timed_trace, mooncake of a file.")
  var datasetName: String?
  @Option(help: "The file of --dataset-name.")
  var datasetPath: String?
  @Option(help: "Answer's tokens of --dataset-name sharegpt.") var sharegptOutputLen: Int?
  @Option(
    parsing: .unconditional, help: "Answer's tokens of --dataset-name custom; -1 for those of the file.")
  var customOutputLen: Int?
  @Option(help: .hidden) var prefixRepetitionPrefixLen: Int?
  @Option(help: .hidden) var prefixRepetitionSuffixLen: Int?
  @Option(help: .hidden) var prefixRepetitionNumPrefixes: Int?
  @Option(help: .hidden) var prefixRepetitionOutputLen: Int?
  @Option(help: .hidden) var timedTraceChunkHashSize: Int?
  @Option(help: .hidden) var timedTraceSecMultiplier: Double?
  @Option(help: .hidden) var timedTraceLabelTimestamp: String?
  @Option(help: .hidden) var timedTraceLabelInputLength: String?
  @Option(help: .hidden) var timedTraceLabelOutputLength: String?
  @Option(help: .hidden) var timedTraceLabelHashIds: String?
  @Flag(inversion: .prefixedNo, help: .hidden) var selfTimed: Bool?
  @Flag(help: .hidden) var useTraceTimestamps = false
  @Option(help: .hidden) var gspNumGroups: Int?
  @Option(help: .hidden) var gspPromptsPerGroup: Int?
  @Option(help: .hidden) var gspSystemPromptLen: Int?
  @Option(help: .hidden) var gspQuestionLen: Int?
  @Option(help: .hidden) var gspOutputLen: Int?
  @Option(help: "A rate that changes over the requests: linear or exponential, between the two below.")
  var rampUpStrategy: String?
  @Option(help: "Requests per second of the first request.") var rampUpStartRps: Double?
  @Option(help: "Requests per second of the last request.") var rampUpEndRps: Double?
  @Option(help: "Requests sent before the --num-prompts that are measured.") var numWarmups: Int?
  @OptionGroup var benchmark: BenchmarkOptions

  /// Defaults of vLLM's benchmark.
  static let usual = (prompts: 1000, input: 1024, output: 128, blockTokens: 16)
}
