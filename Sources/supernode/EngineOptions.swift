import ArgumentParser
import Formats
import Units

/// What an engine's own command line says of its scheduler and its drafts, in every pool.
struct EngineOptions: ParsableArguments {
  @Flag(
    help: """
      SGLang's and TensorRT-LLM's attention data parallelism: the data parallel groups are made of the tensor parallel \
      dies, and limits of the whole server are divided among them.
      """)
  var enableDpAttention = false
  @Option(help: "Copies of busy experts beyond one of each, over an instance.") var numRedundantExperts: Int?
  @Option(help: "Who goes first: fcfs, priority (vLLM), lpm (SGLang).") var schedulingPolicy: String?
  @Flag(inversion: .prefixedNo, help: "Whether prompts may be cut (vLLM, TensorRT-LLM).")
  var enableChunkedPrefill: Bool?
  @Flag(inversion: .prefixedNo, help: "Whether a step is planned while another runs.") var asyncScheduling: Bool?
  @Option(help: "Most tokens of one chunk (vLLM).") var longPrefillTokenThreshold: Int?
  @Flag(help: "Requests decode in steps with prompts (SGLang).") var enableMixedChunk = false
  @Option(help: "How careful SGLang is with what answers will take.") var scheduleConservativeness: Double?
  @Option(help: .hidden) var speculativeAlgorithm: String?
  @Option(help: .hidden) var speculativeNumSteps: Int?
  @Option(help: .hidden) var speculativeNumDraftTokens: Int?
  @Option(help: .hidden) var speculativeDraftModelPath: String?

  /// Fields of a pool's `scheduling:`, and what else stands in a pool.
  func fields(of place: String) -> [(String, String)] {
    var list: [(String, String)] = []
    func add(_ path: String, _ value: (some CustomStringConvertible)?) {
      if let value { list.append(("\(place).\(path)", value.description)) }
    }
    add("redundantExperts", numRedundantExperts)
    add("scheduling.policy", schedulingPolicy)
    add("scheduling.chunked", enableChunkedPrefill)
    add("scheduling.asynchronous", asyncScheduling)
    add("scheduling.longPromptThreshold", longPrefillTokenThreshold)
    add("scheduling.mixed", enableMixedChunk ? true : nil)
    add("scheduling.conservativeness", scheduleConservativeness)
    return list
  }

  /// Names of those that were given.
  var given: [String] {
    let all: [(String, Bool)] = [
      ("--enable-dp-attention", enableDpAttention), ("--num-redundant-experts", numRedundantExperts != nil),
      ("--scheduling-policy", schedulingPolicy != nil), ("--enable-chunked-prefill", enableChunkedPrefill != nil),
      ("--async-scheduling", asyncScheduling != nil),
      ("--long-prefill-token-threshold", longPrefillTokenThreshold != nil), ("--enable-mixed-chunk", enableMixedChunk),
      ("--schedule-conservativeness", scheduleConservativeness != nil),
    ]
    return all.filter(\.1).map(\.0)
  }

  /// SGLang's `--speculative-algorithm` as vLLM's `--speculative-config`; nil where there is none.
  func speculation() throws -> String? {
    guard let speculativeAlgorithm else { return nil }
    let methods = [
      "eagle": "eagle", "eagle3": "eagle", "nextn": "mtp", "mtp": "mtp", "standalone": "draft_model", "ngram": "ngram",
    ]
    guard let method = methods[speculativeAlgorithm.lowercased()] else {
      throw ValidationError(
        "--speculative-algorithm \(speculativeAlgorithm): is not known; use EAGLE, EAGLE3, NEXTN, STANDALONE or NGRAM")
    }
    // Without a model of its own EAGLE drafts by the layer that a DeepSeek has for it.
    let own = method == "eagle" && speculativeDraftModelPath == nil ? "mtp" : method
    let drafts = speculativeNumDraftTokens.map { max(1, $0 - 1) } ?? speculativeNumSteps ?? 3
    let model = speculativeDraftModelPath.map { ", \"model\": \"\($0)\"" } ?? ""
    return "{\"method\": \"\(own)\", \"num_speculative_tokens\": \(speculativeNumSteps ?? drafts)\(model)}"
  }
}
