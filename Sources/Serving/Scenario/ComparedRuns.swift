import Formats
import Units

/// Published measurements of an engine on a chip that the models were held against, and how far they were off.
public struct ComparedRuns: Codable, Sendable, Hashable {
  /// What the measurements have in common.
  public var group: Group
  /// Measured runs, or rows of a paper.
  public var runs: Int
  /// Medians of absolute errors, as shares; nil where it was not measured.
  public var timePerOutputToken: Double?
  public var timeToFirstToken: Double?
  public var prefillThroughput: Double?
  /// Measured over predicted times; nil where too few runs were measured.
  public var ratios: MeasuredRatios?
  /// What the measurements span.
  public var span: Span
  /// Of each model.
  public var models: [Model]

  public struct Group: Codable, Hashable, Sendable {
    /// Of the catalog.
    public var engine: String
    /// Of the catalog.
    public var chip: String
    /// Whether all layers of the model are dense.
    public var dense: Bool
    /// Whether prefill and decode have instances of their own.
    public var apart: Bool
    public init(engine: String, chip: String, dense: Bool, apart: Bool) {
      self.engine = engine
      self.chip = chip
      self.dense = dense
      self.apart = apart
    }
  }

  /// The measurements of one model.
  public struct Model: Codable, Hashable, Sendable {
    public var model: String
    public var runs: Int
    public var timePerOutputToken: Double?
    public var timeToFirstToken: Double?
    public var prefillThroughput: Double?
    /// True where constants were fitted to all of its runs; they are not among those of the group.
    public var fitted: Bool?
    /// Measured over predicted times of its runs; nil where too few were measured.
    public var ratios: MeasuredRatios?
    public init(
      model: String, runs: Int, timePerOutputToken: Double? = nil, timeToFirstToken: Double? = nil,
      prefillThroughput: Double? = nil, fitted: Bool? = nil, ratios: MeasuredRatios? = nil
    ) {
      self.ratios = ratios
      self.fitted = fitted
      self.model = model
      self.runs = runs
      self.timePerOutputToken = timePerOutputToken
      self.timeToFirstToken = timeToFirstToken
      self.prefillThroughput = prefillThroughput
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
      case model, runs, timePerOutputToken, timeToFirstToken, prefillThroughput, fitted, ratios
    }
  }

  /// From the least to the most of each; nil where no measurement says it.
  public struct Span: Codable, Hashable, Sendable {
    /// Of the catalog.
    public var systems: [String]
    public var attention: [String]
    /// Formats of most of the weights.
    public var weights: [String]
    /// Formats of keys and values.
    public var cache: [String]
    /// Parameters that work on one token.
    public var activeParameters: [Double]?
    /// Packages in an instance that decodes, or that computes prompts where only prompts were measured.
    public var chips: [Double]?
    /// Of a pipeline.
    public var stages: [Double]?
    public var promptTokens: [Double]?
    /// Of a request in the middle of its answer.
    public var contextTokens: [Double]?
    /// Requests in flight on a chip that decodes.
    public var requestsPerChip: [Double]?
    public var draftTokens: [Double]?

    public init(
      systems: [String] = [], attention: [String] = [], weights: [String] = [], cache: [String] = [],
      activeParameters: [Double]? = nil, chips: [Double]? = nil, stages: [Double]? = nil, promptTokens: [Double]? = nil,
      contextTokens: [Double]? = nil,
      requestsPerChip: [Double]? = nil,
      draftTokens: [Double]? = nil
    ) {
      self.systems = systems
      self.attention = attention
      self.weights = weights
      self.cache = cache
      self.stages = stages
      self.activeParameters = activeParameters
      self.chips = chips
      self.promptTokens = promptTokens
      self.contextTokens = contextTokens
      self.requestsPerChip = requestsPerChip
      self.draftTokens = draftTokens
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
      case systems, attention, weights, cache, activeParameters, chips, stages, promptTokens, contextTokens,
        requestsPerChip, draftTokens
    }
  }

  public init(
    group: Group, runs: Int, timePerOutputToken: Double? = nil, timeToFirstToken: Double? = nil,
    prefillThroughput: Double? = nil, ratios: MeasuredRatios? = nil, span: Span = Span(), models: [Model] = []
  ) {
    self.ratios = ratios
    self.group = group
    self.runs = runs
    self.timePerOutputToken = timePerOutputToken
    self.timeToFirstToken = timeToFirstToken
    self.prefillThroughput = prefillThroughput
    self.span = span
    self.models = models
  }

  /// `runs` is the engine on the chip by the catalog's names, fields of `Group` and of `ComparedRuns`.
  enum CodingKeys: String, CodingKey, CaseIterable {
    case engine, chip, dense, apart, runs, timePerOutputToken, timeToFirstToken, prefillThroughput, ratios, span, models
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func error(_ key: CodingKeys) throws -> Double? { try fields.decodeIfPresent(Double.self, forKey: key) }
    self.init(
      group: Group(
        engine: try fields.decode(String.self, forKey: .engine), chip: try fields.decode(String.self, forKey: .chip),
        dense: try fields.decode(Bool.self, forKey: .dense), apart: try fields.decode(Bool.self, forKey: .apart)),
      runs: try fields.decode(Int.self, forKey: .runs), timePerOutputToken: try error(.timePerOutputToken),
      timeToFirstToken: try error(.timeToFirstToken), prefillThroughput: try error(.prefillThroughput),
      ratios: try fields.decodeIfPresent(MeasuredRatios.self, forKey: .ratios),
      span: try fields.decode(Span.self, forKey: .span), models: try fields.decode([Model].self, forKey: .models))
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(group.engine, forKey: .engine)
    try fields.encode(group.chip, forKey: .chip)
    try fields.encode(group.dense, forKey: .dense)
    try fields.encode(group.apart, forKey: .apart)
    try fields.encode(runs, forKey: .runs)
    try fields.encodeIfPresent(timePerOutputToken, forKey: .timePerOutputToken)
    try fields.encodeIfPresent(timeToFirstToken, forKey: .timeToFirstToken)
    try fields.encodeIfPresent(prefillThroughput, forKey: .prefillThroughput)
    try fields.encodeIfPresent(ratios, forKey: .ratios)
    try fields.encode(span, forKey: .span)
    try fields.encode(models, forKey: .models)
  }

  /// All of the catalog; none where its file is not beside the program.
  public static func read(_ catalog: Catalog) throws -> [ComparedRuns] { try ComparedFile.read(catalog).groups }
}
