import Units

/// A row with what its source says of the launch behind it.
struct ServedRow: Sendable {
  var row: PublishedRow
  /// Keys of `config`: the row's own, and those that only its source has.
  private var config: [String: String]
  /// What was filled in because the source hides it; nil where nothing was.
  var assumption: String?

  init(_ row: PublishedRow, _ facts: ServedFacts) {
    self.row = row
    config = Dictionary(row.configuration.map { ($0.key, $0.value) }) { first, _ in first }
    for deployment in facts.deployments where deployment.includes(row) {
      assumption = assumption ?? deployment.assumes
      for pair in deployment.config.split(separator: ";") {
        let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
        if parts.count == 2, config[parts[0]] == nil { config[parts[0]] = parts[1] }
      }
    }
  }

  subscript(key: String) -> String? { config[key] }
  func number(_ key: String) -> Double? { config[key].flatMap(Double.init) }

  /// A whole number from 1 to a million: the first of the keys that is there.
  func count(_ keys: String...) -> Int? {
    keys.lazy.compactMap { number($0) }.first.flatMap { (1...1e6).contains($0) ? Int($0) : nil }
  }

  // MARK: The plan

  /// How an instance is divided, by keys that begin with `prefix` (`prefill_`, `decode_`, or nothing).
  struct Sizes: Hashable, Sendable {
    /// Ranks that divide a request's heads, groups with requests of their own, stages.
    var tensor = 1
    var data = 1
    var pipeline = 1
    /// Groups of whole experts.
    var expert = 1

    var ranks: Int { tensor * data * pipeline }

    /// Whether tokens are sent to their experts rather than all gathered on all ranks: engines' recipes do from some
    /// eight groups of requests on, as in `RunPredictor`.
    var sendsToExperts: Bool { data > 8 && expert > 1 }
  }

  /// nil where no size is given. SGLang's `setup=tp16 dp4` counts all ranks as `tp`.
  func sizes(_ prefix: String = "") -> Sizes? {
    var sizes = Sizes()
    let words = (prefix.isEmpty ? self["setup"] ?? "" : "").split(separator: " ")
    func word(_ name: String) -> Int? {
      words.first { $0.hasPrefix(name) }.flatMap { Int($0.dropFirst(name.count)) }.flatMap { $0 > 0 ? $0 : nil }
    }
    let data = count("\(prefix)dp", "\(prefix)attn_dp")
    let tensor = count("\(prefix)tp", "\(prefix)attn_tp")
    guard data ?? tensor ?? word("tp") != nil else { return nil }
    sizes.data = data ?? word("dp") ?? 1
    sizes.tensor = tensor ?? max(1, (word("tp") ?? 1) / sizes.data)
    sizes.pipeline = count("\(prefix)pp") ?? 1
    sizes.expert = count("\(prefix)ep") ?? 1
    return sizes
  }

  // MARK: Lengths and load

  var inputTokens: Int? { count("input_tokens") ?? row.inputTokens.map { Int($0) } }
  var outputTokens: Int? { count("output_tokens") ?? row.outputTokens.map { Int($0) } }

  /// Requests in flight over all ranks of an instance that is driven offline.
  func batch(_ sizes: Sizes) -> Int? {
    count("global_batch", "batch") ?? count("batch_per_die").map { $0 * (count("dies") ?? sizes.ranks) }
  }

  // MARK: Drafts

  /// Tokens drafted for each request in a step.
  var draftTokens: Int { Int(min(16, max(0, number("mtp") ?? number("mtp_steps") ?? 0))) }

  /// Chance that a draft is accepted, given those before it, from the tokens of a step (`accept_len`), or from
  /// `accept` for one draft; nil where neither is published.
  var acceptance: Double? {
    guard let length = number("accept_len") else { return draftTokens == 1 ? number("accept") : nil }
    var (low, high) = (0.0, 1.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      var (tokens, reach) = (1.0, 1.0)
      for _ in 0..<draftTokens {
        reach *= middle
        tokens += reach
      }
      if tokens < length { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
