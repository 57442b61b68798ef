import Formats
import Serving
import Units

/// The models that a fleet serves, by their share of its tokens, and the lengths of their requests.
public struct TokenMix: Sendable {
  /// The catalog's name; that of a scenario's own list is the scenario's.
  public var name: String
  public var models: [Entry]
  /// Where each model stands in its file.
  private var places: [String]

  public struct Entry: Decodable, Sendable {
    /// The catalog's name.
    public var model: String
    /// Share of all tokens, input and output counted; what the shares sum to is the whole.
    public var share: Double
    /// The share where large models, and where small ones, have as much as may be; as `share` where absent.
    public var heavyShare: Double?
    public var lightShare: Double?
    /// Tokens of a request's prompt and of its answer.
    public var promptTokens: Double
    public var outputTokens: Double
    /// Share of the prompt that the prefix cache holds; none where absent.
    public var prefixHits: Double?
    public var timePerOutputToken: Seconds
    public var timeToFirstToken: Seconds
    public var speculation: Scenario.Speculation?
    public var source: String
    /// A, B, C, D or M, as everywhere in the catalog.
    public var grade: String

    /// Tokens of a request that are counted.
    public var tokens: Double { promptTokens + outputTokens }
  }

  private struct File: Decodable {
    var name: String?
    var models: [Entry]
  }

  /// A mapping with `models`, the list itself, or the name of a mix of the catalog; every fault is collected.
  public init(_ node: Node, catalog: Catalog) throws {
    if let name = node.text {
      try self.init(catalog.node("supply", name))
    } else {
      try self.init(node)
    }
  }

  init(_ node: Node) throws {
    if node.field("models") == nil {
      models = try node.decode([Entry].self)
      name = "this scenario"
    } else {
      let file = try node.decode(File.self)
      models = file.models
      name = file.name ?? "this scenario"
    }
    let list = node.field("models") ?? node
    places = list.elements.map(\.place.description)
    var problems: [Problem] = []
    for (index, entry) in models.enumerated() {
      func demand(_ isGood: Bool, _ field: String, _ fault: String, _ wayOut: String) {
        guard !isGood else { return }
        problems.append(Problem(place(of: index), "\(field) of \(entry.model) \(fault)", wayOut: wayOut))
      }
      demand(entry.share > 0 && entry.share.isFinite, "the share", "is not above 0", "leave the model out instead")
      demand(
        [entry.heavyShare, entry.lightShare].allSatisfy { $0 ?? 0 >= 0 && ($0 ?? 0).isFinite }, "a share",
        "is below 0", "give 0 or more")
      demand(entry.promptTokens >= 1, "promptTokens", "is below 1", "give tokens of a mean request")
      demand(entry.outputTokens >= 2, "outputTokens", "is below 2", "give tokens of a mean answer")
      demand((0..<1).contains(entry.prefixHits ?? 0), "prefixHits", "is no share below 1", "give 0 to 0.95")
      demand(entry.timePerOutputToken > .zero, "timePerOutputToken", "is not above 0", "such as 50 ms")
      demand(entry.timeToFirstToken > .zero, "timeToFirstToken", "is not above 0", "such as 5 s")
    }
    for shares in [models.map { $0.heavyShare ?? $0.share }, models.map { $0.lightShare ?? $0.share }]
    where problems.isEmpty && !models.isEmpty && !(shares.reduce(0, +) > 0) {
      problems.append(Problem(list.place.description, "the shares of all models are 0", wayOut: "give one above 0"))
    }
    if models.isEmpty {
      problems.append(Problem(list.place.description, "the mix names no model", wayOut: "give at least one"))
    }
    guard problems.isEmpty else { throw Problems(problems) }
  }

  /// The model's line in its file.
  func place(of index: Int) -> String { places.indices.contains(index) ? places[index] : "mix" }

  /// Which models make up the whole.
  enum Variant: Sendable, CaseIterable { case middle, heavy, light }

  /// Shares that sum to 1.
  func shares(_ variant: Variant) -> [Double] {
    let shares = models.map { entry in
      switch variant {
      case .middle: entry.share
      case .heavy: entry.heavyShare ?? entry.share
      case .light: entry.lightShare ?? entry.share
      }
    }
    let total = shares.reduce(0, +)
    return shares.map { $0 / total }
  }
}
