extension ServingReport.BatchLimit: Codable {
  enum CodingKeys: String, CodingKey, CaseIterable { case kind, requests, tokens }
  /// What holds a batch: seats, memory, the objective for time per output token, or the tokens of a step.
  public enum Kind: String, Codable, Sendable, CaseIterable { case requests, memory, objective, stepTokens }

  private var parts: (kind: Kind, requests: Int?, tokens: Int?) {
    switch self {
    case .requests(let requests): (.requests, requests, nil)
    case .memory(let requests, let tokens): (.memory, requests, tokens)
    case .objective(let requests): (.objective, requests, nil)
    case .stepTokens(let tokens): (.stepTokens, nil, tokens)
    }
  }

  /// `{kind, requests, tokens}`, with the numbers that the kind has.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(parts.kind, forKey: .kind)
    try container.encodeIfPresent(parts.requests, forKey: .requests)
    try container.encodeIfPresent(parts.tokens, forKey: .tokens)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let kind = try container.decode(Kind.self, forKey: .kind)
    let requests = try container.decodeIfPresent(Int.self, forKey: .requests) ?? 0
    let tokens = try container.decodeIfPresent(Int.self, forKey: .tokens) ?? 0
    switch kind {
    case .requests: self = .requests(requests)
    case .memory: self = .memory(requests: requests, tokens: tokens)
    case .objective: self = .objective(requests: requests)
    case .stepTokens: self = .stepTokens(tokens)
    }
  }
}
