import Costs
import Units

/// What a plan is asked for: a model, its traffic, what must be kept, and the chips that there are.
public struct PlanRequest: Codable, Sendable {
  /// The catalog's name of the model, or the path of a `config.json` or of its folder.
  public var model: String
  /// The model as it was asked for, where that is a name at Hugging Face.
  public var givenModel: String?
  /// The systems that may be used: each by itself, and each for prefill with each other for decode.
  public var fleets: [Fleet]
  /// Engines by name; nil: all that the catalog offers for a chip.
  public var engines: [String]?
  public var formats: [FormatChoice]
  public var lengths: Lengths
  public var objectives: Objectives
  /// Requests per second that must be served; nil: as many as the chips can.
  public var requestRate: Double?
  public var goal = Goal.throughput
  public var divisions = Division.allCases
  /// Instances beyond those that the traffic needs, of each pool.
  public var spares = 0
  /// Numbers of draft tokens that are tried, of the model's own prediction layers; 0 drafts nothing; nil: up to three
  /// where the model has such layers.
  public var draftTokens: [Int]? = [0]
  /// New tokens of prompts in a step of a rank that are tried; empty: the engine's own number; nil: that and a usual
  /// list.
  public var chunkTokens: [Int]?
  /// Shares of a die's memory that are tried; empty: the engine's own.
  public var memoryShares: [Double] = []
  /// The chance that a draft is accepted.
  public var acceptance: Double?
  /// Requests of a trace instead of generated ones; the lengths are its means.
  public var trace: Trace?
  /// What all chips of a plan may draw at full load, with their share of hosts and network, and what they may cost.
  public var powerBudget: Watts?
  public var budget: Dollars?
  /// Of the catalog: where the electricity comes from; nil says nothing of carbon.
  public var region: String?
  /// Chinese yuan for a US dollar, where costs are told in yuan too, and of when that rate is.
  public var exchange: Exchange?
  /// Of the capacity of a pool by whole steps, what is planned for: requests that come by chance need room.
  public var utilisation = 0.9

  public init(model: String, fleets: [Fleet], formats: [FormatChoice], lengths: Lengths, objectives: Objectives) {
    self.model = model
    self.fleets = fleets
    self.formats = formats
    self.lengths = lengths
    self.objectives = objectives
  }

  /// A trace that the plans are simulated under, its times scaled to the rate.
  public struct Trace: Codable, Sendable, Hashable {
    /// A file, or a trace of the catalog.
    public var name: String
    /// Of its requests, the first so many are taken; a second of them has so many in the mean.
    public var requests: Int
    public var meanRate: Double
    /// Tokens of its longest prompt, and of its longest answer.
    public var longestPrompt: Int
    public var longestAnswer: Int
    public init(name: String, requests: Int, meanRate: Double, longestPrompt: Int, longestAnswer: Int) {
      self.name = name
      self.requests = requests
      self.meanRate = meanRate
      self.longestPrompt = longestPrompt
      self.longestAnswer = longestAnswer
    }
  }

  /// Yuan for a dollar.
  public struct Exchange: Codable, Sendable, Hashable {
    public var yuanPerDollar: Double
    public var date: String
    public init(yuanPerDollar: Double, date: String) {
      self.yuanPerDollar = yuanPerDollar
      self.date = date
    }
  }

  /// Chips of one system that may be used.
  public struct Fleet: Codable, Sendable, Hashable {
    public var system: String
    public var chips: Int
    public init(system: String, chips: Int) {
      self.system = system
      self.chips = chips
    }
  }

  /// Number formats, and what they are called; nil: those of the model's files.
  public struct FormatChoice: Codable, Sendable, Hashable {
    public var name: String
    public var precision: Precision?
    public init(name: String, precision: Precision?) {
      self.name = name
      self.precision = precision
    }
    public static let ofFiles = FormatChoice(name: "as its files", precision: nil)
  }

  /// Mean tokens of a request.
  public struct Lengths: Codable, Sendable, Hashable {
    public var prompt: Double
    public var output: Double
    /// Of the prompt, tokens at its beginning that all requests share: engines with a cache of prefixes compute and
    /// keep them once. nil: none.
    public var sharedPrefix: Double?
    public init(prompt: Double, output: Double, sharedPrefix: Double? = nil) {
      self.prompt = prompt
      self.output = output
      self.sharedPrefix = sharedPrefix
    }
    /// Tokens of context in the middle of an answer.
    var context: Double { prompt + output / 2 }
    var whole: Double { prompt + output }
    /// Tokens that decode steps make: prefill makes the first.
    var decoded: Double { max(1, output - 1) }
  }

  /// What requests must keep; nil: nothing is asked.
  public struct Objectives: Codable, Sendable, Hashable {
    public var timeToFirstToken: Seconds?
    public var timePerOutputToken: Seconds?
    public var endToEnd: Seconds?
    /// Of the requests that must keep all of them in the simulation; estimates hold the mean request to them.
    public var share: Double
    public init(
      timeToFirstToken: Seconds? = nil, timePerOutputToken: Seconds? = nil, endToEnd: Seconds? = nil,
      share: Double = 0.95
    ) {
      self.timeToFirstToken = timeToFirstToken
      self.timePerOutputToken = timePerOutputToken
      self.endToEnd = endToEnd
      self.share = share
    }
    public var isEmpty: Bool { timeToFirstToken == nil && timePerOutputToken == nil && endToEnd == nil }

    /// Of pools apart, each of which keeps its own: whether both together do.
    func keepsWhole(_ candidate: PlanCandidate) -> Bool { missesWhole(candidate) <= 0 }

    /// By what share both together miss the end-to-end objective; 0 or less where they keep it.
    func missesWhole(_ candidate: PlanCandidate) -> Double { endToEnd.map { candidate.endToEnd / $0 - 1 } ?? -1 }
  }

  /// By what plans are ranked.
  public enum Goal: String, Sendable, CaseIterable, Codable {
    /// Output tokens a second for each chip that may be used.
    case throughput
    /// Fewest chips that serve the rate that is asked for.
    case chips
    /// Dollars for a million output tokens.
    case cost
    /// Joules for an output token.
    case energy
  }

  /// Whether the same instances compute prompts and decode; mixed are apart on two systems.
  public enum Division: String, Sendable, CaseIterable, Codable { case together, apart, mixed }
}
