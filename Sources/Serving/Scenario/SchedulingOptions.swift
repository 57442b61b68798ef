import Hardware
import Units

/// What a deployment sets of its engine's scheduling; what it leaves out is the engine's default.
public struct SchedulingOptions: Decodable, Sendable, Hashable {
  /// Requests that run on a rank at once: `--max-num-seqs`, `--max-running-requests`, `max_batch_size`.
  public var maxRequests: Int?
  /// New tokens of a step on a rank: `--max-num-batched-tokens`, `--max-prefill-tokens`, `max_num_tokens`.
  public var maxBatchedTokens: Int?
  /// New tokens of prompts in a step of a rank: SGLang's `--chunked-prefill-size`, over its ranks.
  public var chunkTokens: Int?
  /// Tokens in a block of memory: `--block-size`, `--page-size`, `tokens_per_block`.
  public var blockTokens: Int?
  /// Whether prefixes stay in memory to be found again.
  public var prefixCaching: Bool?
  /// Whether a step is planned while another runs: `--async-scheduling`, the overlap scheduler.
  public var asynchronous: Bool?
  /// Who goes first: `fcfs`, `priority` (vLLM) or `lpm`, the longest prefix found (SGLang).
  public var policy: Policy?
  /// Whether prompts may be cut: `--enable-chunked-prefill` (vLLM, TensorRT-LLM).
  public var chunked: Bool?
  /// Most tokens of one chunk: vLLM's `--long-prefill-token-threshold`.
  public var longPromptThreshold: Int?
  /// Share of the blocks that stays free when prompts are admitted: vLLM's `watermark`.
  public var freeShare: Double?
  /// Whether running requests decode in steps with prompts: SGLang's `--enable-mixed-chunk`.
  public var mixed: Bool?
  /// SGLang's `--schedule-conservativeness`.
  public var conservativeness: Double?
  /// Steps between two looks at what has arrived: SGLang's `--scheduler-recv-interval`.
  public var receiveInterval: Int?
  /// Whether memory for whole answers is kept: TensorRT-LLM's guaranteed no evict, or maximum utilisation.
  public var reservesOutput: Bool?
  /// TensorRT-LLM's `batch_wait_timeout_iters` and `batch_wait_max_tokens_ratio`.
  public var waitSteps: Int?
  /// Share of a step's tokens for which TensorRT-LLM waits: `batch_wait_max_tokens_ratio`.
  public var waitShare: Double?
  /// TensorRT-LLM's balance of attention data parallelism: its `timeout_iters`; absent does not wait.
  public var balanceSteps: Int?
  /// MindIE's `maxPrefillBatchSize`.
  public var maxPrompts: Int?
  /// MindIE's `maxQueueDelayMicroseconds`.
  public var queueDelay: Seconds?

  public enum Policy: String, Codable, Sendable, CaseIterable { case fcfs, priority, lpm }

  public init(
    maxRequests: Int? = nil, maxBatchedTokens: Int? = nil, chunkTokens: Int? = nil, blockTokens: Int? = nil,
    receiveInterval: Int? = nil, waitSteps: Int? = nil, waitShare: Double? = nil, balanceSteps: Int? = nil
  ) {
    self.maxRequests = maxRequests
    self.maxBatchedTokens = maxBatchedTokens
    self.chunkTokens = chunkTokens
    self.blockTokens = blockTokens
    self.receiveInterval = receiveInterval
    self.waitSteps = waitSteps
    self.waitShare = waitShare
    self.balanceSteps = balanceSteps
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case maxRequests, maxBatchedTokens, chunkTokens, blockTokens, prefixCaching, asynchronous, policy, chunked
    case longPromptThreshold, freeShare, mixed, conservativeness, receiveInterval, reservesOutput, waitSteps, waitShare
    case balanceSteps, maxPrompts, queueDelay
  }
}

extension SchedulingOptions {
  /// Fields that are set and that a scheduler does not know.
  func strangers(to scheduler: Engine.Scheduler) -> [String] {
    let fields: [(CodingKeys, Bool, Set<Engine.Scheduler>)] = [
      (.chunkTokens, chunkTokens != nil, [.sgLang]), (.policy, policy == .priority, [.vLLM]),
      (.policy, policy == .lpm, [.sgLang]), (.policy, policy == .fcfs, [.vLLM, .sgLang]),
      (.chunked, chunked != nil, [.vLLM, .tensorRT]), (.longPromptThreshold, longPromptThreshold != nil, [.vLLM]),
      (.freeShare, freeShare != nil, [.vLLM, .ascend, .mindIE]), (.mixed, mixed != nil, [.sgLang]),
      (.conservativeness, conservativeness != nil, [.sgLang]), (.reservesOutput, reservesOutput != nil, [.tensorRT]),
      (.waitSteps, waitSteps != nil, [.tensorRT]), (.waitShare, waitShare != nil, [.tensorRT]),
      (.balanceSteps, balanceSteps != nil, [.tensorRT]), (.maxPrompts, maxPrompts != nil, [.mindIE]),
      (.queueDelay, queueDelay != nil, [.mindIE]),
    ]
    return fields.filter { $0.1 && !$0.2.contains(scheduler) }.map(\.0.rawValue)
  }

  /// Values that no engine takes.
  func faults(at place: String) -> [Problem] {
    var faults: [Problem] = []
    let counts: [(CodingKeys, Int?)] = [
      (.maxRequests, maxRequests), (.maxBatchedTokens, maxBatchedTokens), (.chunkTokens, chunkTokens),
      (.blockTokens, blockTokens), (.longPromptThreshold, longPromptThreshold), (.receiveInterval, receiveInterval),
      (.maxPrompts, maxPrompts),
    ]
    for (key, count) in counts {
      // Times of steps are kept for every number of requests.
      let most = key == .maxRequests ? Engine.mostRequests : Engine.mostOfAnything
      guard let count, count < 1 || count > most else { continue }
      faults.append(
        Problem(
          "\(place).\(key.rawValue)", "\(count) is no number from 1 to \(most)",
          wayOut: "give one in between"))
    }
    for (key, share) in [(CodingKeys.freeShare, freeShare), (.waitShare, waitShare)] {
      guard let share, !(0..<1).contains(share) else { continue }
      faults.append(Problem("\(place).\(key.rawValue)", "\(share) is no share", wayOut: "give 0 or more, below 1"))
    }
    if let conservativeness, !(conservativeness > 0 && conservativeness <= 10) {
      faults.append(
        Problem(
          "\(place).conservativeness", "\(conservativeness) is out of range", wayOut: "give more than 0, at most 10"))
    }
    return faults
  }
}
