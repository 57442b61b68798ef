import Units

/// What a run's launch script sets; nil where the engine's default holds or nothing is known.
public struct RunFlags: Sendable, Hashable {
  /// Of the one engine, or of the workers of each phase.
  public var prefill = Phase()
  public var decode = Phase()
  /// Draft tokens a step by the model's own drafting layers; nil where nobody knows.
  public var draftTokens: Int? = 0
  /// Lower end of the draw of lengths, as a share of the nominal ones.
  public var shortestShare = 0.8
  /// Requests sent and counted, and sent before and not counted, for each of `concurrency`.
  public var promptsPerConcurrency = 10
  public var warmUpsPerConcurrency = 0

  public init() {}

  /// Flags of the workers of one phase.
  public struct Phase: Sendable, Hashable {
    /// `fp8`, or `auto` where the checkpoint decides.
    public var cacheFormat: String?
    /// Tokens of a step.
    public var maxBatchedTokens: Int?
    /// Requests of a rank.
    public var maxRequests: Int?
    /// New tokens of a prompt step.
    public var chunkTokens: Int?
    /// Steps between two looks at the inbox.
    public var receiveInterval: Int?
    /// Of all memory, or with TensorRT-LLM of what is free after the weights.
    public var memoryShare: Double?
    /// Steps that prompts wait until every rank has one.
    public var balanceSteps: Int?
    /// Steps that prompts wait to be batched.
    public var delaySteps: Int?
    public var graph: Graph?
    public var expertBackend: String?

    public init() {}
  }

  /// Which steps replay captured graphs.
  public enum Graph: String, Sendable, CaseIterable {
    case full
    case fullAndPiecewise = "full+piecewise"
    case piecewise
    case eager
  }
}

extension RunFlags {
  /// Reads the flags of a row; `prefill/decode` in one cell gives each phase its own.
  init(_ record: RunRecord) throws {
    self.init()
    func pair(_ column: String) throws -> (String?, String?) {
      guard let text = record[column] else { return (nil, nil) }
      let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      guard parts.count <= 2 else {
        throw record.problem(column, "'\(text)' has more than two parts", wayOut: "write prefill/decode")
      }
      guard parts.count == 2 else { return (text, text) }
      return (parts[0].isEmpty ? nil : parts[0], parts[1].isEmpty ? nil : parts[1])
    }
    func counts(_ column: String, _ path: WritableKeyPath<Phase, Int?>) throws {
      let (first, second) = try pair(column)
      prefill[keyPath: path] = try first.map { try record.count($0, column) }
      decode[keyPath: path] = try second.map { try record.count($0, column) }
    }
    (prefill.cacheFormat, decode.cacheFormat) = try pair("kv_cache_dtype")
    try counts("max_num_batched_tokens", \.maxBatchedTokens)
    try counts("max_num_seqs", \.maxRequests)
    try counts("chunked_prefill_size", \.chunkTokens)
    try counts("scheduler_recv_interval", \.receiveInterval)
    try counts("attention_dp_balance_iters", \.balanceSteps)
    try counts("delay_batching_iters", \.delaySteps)
    (prefill.expertBackend, decode.expertBackend) = try pair("moe_backend")
    let shares = try pair("memory_fraction")
    prefill.memoryShare = try shares.0.map { try record.number($0, "memory_fraction") }
    decode.memoryShare = try shares.1.map { try record.number($0, "memory_fraction") }
    let graphs = try pair("cuda_graph")
    prefill.graph = try graphs.0.map { try record.word($0, "cuda_graph") }
    decode.graph = try graphs.1.map { try record.word($0, "cuda_graph") }
    draftTokens = try Self.draftTokens(record)
    if let share = record["random_range_ratio"] { shortestShare = try record.number(share, "random_range_ratio") }
    if let many = record["num_prompts_per_concurrency"] {
      promptsPerConcurrency = try record.count(many, "num_prompts_per_concurrency")
    }
    if let many = record["warmup_prompts_per_concurrency"] {
      warmUpsPerConcurrency =
        try record.number(many, "warmup_prompts_per_concurrency") == 0
        ? 0
        : record.count(
          many, "warmup_prompts_per_concurrency")
    }
  }

  /// `none`, `mtp-2` or `unknown`; nothing is off.
  private static func draftTokens(_ record: RunRecord) throws -> Int? {
    switch record["speculation"] {
    case nil, "none": return 0
    case "unknown": return nil
    case .some(let text):
      guard text.hasPrefix("mtp-"), let drafts = Int(text.dropFirst(4)), drafts > 0 else {
        throw record.problem("speculation", "'\(text)' is not known", wayOut: "use none, unknown or mtp-N")
      }
      return drafts
    }
  }
}
