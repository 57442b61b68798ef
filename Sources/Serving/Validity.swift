/// How far an answer can be trusted: what measurements of the same engine on the same chip the models were held
/// against, and where the answer leaves what they span.
public struct Validity: Codable, Sendable, Hashable {
  /// Of the whole answer.
  public var grade: Grade
  /// What was run.
  public var group: ComparedRuns.Group
  /// The measurements of this group; where there are none, of the nearest: the same engine on another chip, or else
  /// another engine on the same chip. Nil where nothing is near.
  public var nearest: Nearest?
  /// Where the answer leaves them, the farthest first.
  public var outside: [Axis]
  /// Where nine of ten such runs lie, by how measured times lay to predicted ones; nil where nothing was served, or no
  /// run can tell.
  public var intervals: Intervals? = nil
  /// Where the chip's efficiencies are other chips'; nil where its own kernels were measured.
  public var transfer: Transfer? = nil

  public enum Grade: String, Codable, Sendable, CaseIterable {
    /// Within what was measured, by the same engine on the same chip.
    case validated
    /// Within what was measured, but such runs were predicted badly: the median error of the time per output token is
    /// above a quarter, or that of the time to the first above a half.
    case inaccurate
    /// Within what was measured, but constants were fitted to all such runs of the model, and it has no others.
    case fitted
    /// The same engine on the same chip, but beyond what was measured on some axis.
    case outsideRange
    /// No measurement of this engine on this chip with this kind of model.
    case neverCompared
  }

  /// Measurements and the median of their absolute errors.
  public struct Nearest: Codable, Sendable, Hashable {
    /// What they have in common.
    public var group: ComparedRuns.Group
    /// The model whose measurements these are; nil where they are of all models of the group.
    public var model: String?
    /// Of all models of the group.
    public var runs: Int
    /// Medians of absolute errors, as shares, of the model where it is named; nil where it was not measured.
    public var timePerOutputToken: Double?
    /// As `timePerOutputToken`.
    public var timeToFirstToken: Double?
    /// As `timePerOutputToken`.
    public var prefillThroughput: Double?
    /// Runs of this model alone; nil where none are.
    public var modelRuns: Int?
    /// Whether constants were fitted to all of these.
    public var isFitted: Bool? = nil
  }

  /// One quantity that lies outside.
  public struct Axis: Codable, Sendable, Hashable {
    /// Which quantity.
    public var name: Name
    /// Of numbers: the value of this run, and the least and the most that was compared.
    public var value: Double?
    public var low: Double?
    public var high: Double?
    /// Of words: what this run has, and what was compared.
    public var word: String?
    /// Words that were compared.
    public var compared: [String]?

    public enum Name: String, Codable, Sendable, CaseIterable {
      case system, attention, weights, activeParameters, chips, promptTokens, contextTokens, requestsPerChip,
        draftTokens,
        cachedPromptShare, cache, stages
      /// Parts of the model's config, or options, that are not modelled.
      case leftOut
      /// Requests that wait for longer than they are served; measured runs keep a number in flight.
      case queue
    }

    /// How many times as much as the most, or as little as the least; 1 for words.
    public var factor: Double {
      guard let value, let low, let high else { return 1 }
      if value > high { return high > 0 ? value / high : .infinity }
      return value > 0 ? low / value : .infinity
    }
  }
}

extension Validity {
  /// Values of a run along the axes; nil leaves an axis out.
  struct Values {
    var system: String
    var attention: [String]
    var weights: String
    var activeParameters: Double
    var chips: Double
    var promptTokens: Double?
    var contextTokens: Double?
    var requestsPerChip: Double?
    var draftTokens: Double
    var cachedPromptShare: Double?
    var cache: String
    var stages: Double
    /// Sentences on what of the config is not modelled.
    var leftOut: [String] = []
  }

  /// Errors of the time per output token, and of that to the first, above which runs like this were predicted badly.
  private static let badErrors = (each: 0.25, first: 0.5)

  /// - Parameter catalog: all groups that were compared.
  init(_ values: Values, of model: String, in group: ComparedRuns.Group, compared catalog: [ComparedRuns]) {
    self.group = group
    guard let own = catalog.first(where: { $0.group == group }) else {
      grade = .neverCompared
      nearest = catalog.nearest(to: group).map { Nearest($0, model: model) }
      outside = []
      return
    }
    nearest = Nearest(own, model: model)
    outside = own.span.left(by: values).sorted { ($0.factor, $1.name.rawValue) > ($1.factor, $0.name.rawValue) }
    // What of a config was left out when its own runs were predicted is in their error.
    if nearest?.model == nil, !values.leftOut.isEmpty {
      outside.insert(.init(name: .leftOut, word: values.leftOut.joined(separator: " "), compared: []), at: 0)
    }
    let isBad =
      (nearest?.timePerOutputToken ?? 0) > Self.badErrors.each
      || (nearest?.timeToFirstToken ?? 0) > Self.badErrors.first
    let inside = isBad ? Grade.inaccurate : nearest?.isFitted == true ? .fitted : .validated
    grade = outside.isEmpty ? inside : .outsideRange
  }

  /// A queue beyond what measured runs have.
  mutating func leaveQueue() {
    outside.append(.init(name: .queue, word: "requests wait for longer than they are served", compared: []))
    leave()
  }

  /// Options that a real engine would feel and that are not modelled: the answer is outside what was compared.
  public mutating func leaveOut(_ options: [String]) {
    guard !options.isEmpty else { return }
    outside.insert(.init(name: .leftOut, word: options.joined(separator: ", "), compared: []), at: 0)
    leave()
  }

  /// Errors of runs that were compared say the least of an answer outside of them.
  private mutating func leave() {
    if grade != .neverCompared { grade = .outsideRange }
    intervals?.isLowerBound = true
  }
}

extension Validity.Nearest {
  init(_ compared: ComparedRuns, model: String) {
    let own = compared.models.first { $0.model.lowercased() == model.lowercased() }
    self.init(
      group: compared.group, model: own?.model, runs: compared.runs,
      timePerOutputToken: own.map { $0.timePerOutputToken } ?? compared.timePerOutputToken,
      timeToFirstToken: own.map { $0.timeToFirstToken } ?? compared.timeToFirstToken,
      prefillThroughput: own.map { $0.prefillThroughput } ?? compared.prefillThroughput, modelRuns: own?.runs,
      isFitted: own?.fitted)
  }
}

extension ComparedRuns.Span {
  /// Fractions of a range by which a mean may leave it and still count as inside.
  private static let slack = 0.05
  /// Shares of prompts found in a cache from which it counts: published runs send prompts of random tokens.
  private static let noticedCache = 0.02

  fileprivate func left(by values: Validity.Values) -> [Validity.Axis] {
    var axes: [Validity.Axis] = []
    func compare(_ name: Validity.Axis.Name, _ word: String, _ compared: [String]) {
      guard !compared.isEmpty, !compared.contains(word) else { return }
      axes.append(.init(name: name, word: word, compared: compared))
    }
    func compare(_ name: Validity.Axis.Name, _ value: Double?, _ range: [Double]?, slack: Double = Self.slack) {
      guard let value, let low = range?.first, let high = range?.last,
        value < low * (1 - slack) || value > high * (1 + slack)
      else { return }
      axes.append(.init(name: name, value: value, low: low, high: high))
    }
    compare(.system, values.system, systems)
    for word in values.attention { compare(.attention, word, attention) }
    compare(.weights, values.weights, weights)
    compare(.cache, values.cache, cache)
    compare(.stages, values.stages, stages, slack: 0)
    compare(.activeParameters, values.activeParameters, activeParameters)
    compare(.chips, values.chips, chips)
    compare(.promptTokens, values.promptTokens, promptTokens)
    compare(.contextTokens, values.contextTokens, contextTokens)
    compare(.requestsPerChip, values.requestsPerChip, requestsPerChip)
    compare(.draftTokens, values.draftTokens, draftTokens, slack: 0)
    if let share = values.cachedPromptShare, share > Self.noticedCache {
      axes.append(.init(name: .cachedPromptShare, value: share, low: 0, high: 0))
    }
    return axes
  }
}

extension [ComparedRuns] {
  /// The group that shares most with one that was never compared: engine first, then chip, then class of model, then
  /// mode; nil where neither engine nor chip is shared. Among equals the one that was predicted worst.
  fileprivate func nearest(to group: ComparedRuns.Group) -> ComparedRuns? {
    func likeness(_ other: ComparedRuns.Group) -> Int {
      (other.engine == group.engine ? 8 : 0) + (other.chip == group.chip ? 4 : 0) + (other.dense == group.dense ? 2 : 0)
        + (other.apart == group.apart ? 1 : 0)
    }
    let near = filter { likeness($0.group) >= 4 }
    func error(_ one: ComparedRuns) -> Double { one.timePerOutputToken ?? one.prefillThroughput ?? 0 }
    return near.max { (likeness($0.group), error($0), $0.runs) < (likeness($1.group), error($1), $1.runs) }
  }
}
