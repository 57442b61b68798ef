import Units

/// What `train` answers: a step, its memory, and the run over all tokens. Seconds, bytes, joules; fractions of 1.
public struct TrainingReport: Codable, Sendable {
  public var model: String
  public var system: String
  public var chip: String
  public var chips: Int
  public var plan: TrainingPlan
  public var planWords: String
  public var precision: TrainingRecipe.Products
  public var sequenceLength: Int
  public var globalBatch: Int
  public var step: Step
  public var memory: TrainingMemory
  /// Where memory is short: the smallest changes that make it fit, in words.
  public var changesThatFit: [String]
  /// Absent without a number of tokens.
  public var wholeRun: TrainingRunReport?
  /// The catalog's rates of stops that the run was drawn from, and what these leave open.
  public var failures: String
  public var unknown: [String]
  /// Mean power of the whole system's part, and energy and cost of the run.
  public var power: Watts
  public var energy: Joules?
  public var chipHours: Double?
  public var cost: Dollars?
  public var validity: TrainingValidity
  /// How the plan was found, where it was searched for.
  public var search: TrainingSearch?

  /// One step.
  public struct Step: Codable, Sendable {
    public var time: Seconds
    public var parts: TrainingStep.Parts
    public var microbatches: Int
    /// Idle share of the pipeline; 0 without one.
    public var bubble: Double
    public var tokensPerSecond: Double
    public var tokensPerSecondAndChip: Double
    public var flopsPerToken: FLOPs
    /// Useful work over the chips' dense BF16 peak: causal attention, the head, no embedding, no recompute.
    public var modelUtilisation: Double
  }
}

/// How an answer about training stands to what was compared with measurements.
public struct TrainingValidity: Codable, Hashable, Sendable {
  /// Rows of the chip and kind of model that no constant was fitted to; 0 where none was published.
  public var rows: Int
  public var medianAbsoluteError: Double?
  public var p90AbsoluteError: Double?
  /// What lies outside of these rows, a sentence each.
  public var outside: [String]
  public var isCompared: Bool { rows > 0 }
}

/// What was compared with measurements, by chip and kind of model; the catalog's `published/training-compared.yaml`.
public struct TrainingCompared: Decodable, Sendable {
  public var groups: [Group]
  enum CodingKeys: String, CodingKey, CaseIterable { case groups }

  public struct Group: Decodable, Sendable {
    public var chip: String
    public var mixture: Bool
    public var rows: Int
    public var median: Double
    public var p90: Double
    public var mostChips: Int
    public var longestSequence: Int
    public var products: [TrainingRecipe.Products]
    enum CodingKeys: String, CodingKey, CaseIterable {
      case chip, mixture, rows, median, p90, mostChips, longestSequence, products
    }
  }

  public init(groups: [Group]) { self.groups = groups }

  /// - Parameter platform: whose constants the chip has.
  public func validity(of job: TrainingJob, chip: String, chips: Int, platform: String) -> TrainingValidity {
    let isMixture = job.architecture.isMixture
    let kind = isMixture ? "mixtures of experts" : "dense models"
    guard let group = groups.first(where: { $0.chip == chip && $0.mixture == isMixture }) else {
      let whose = platform == TrainingPlatform.generic ? "priors" : "those of \(platform)"
      return TrainingValidity(
        rows: 0, outside: ["No published training of \(kind) on \(chip) was compared: its constants are \(whose)."])
    }
    var outside: [String] = []
    if chips > group.mostChips { outside.append("\(chips) chips are more than the \(group.mostChips) compared.") }
    if job.sequenceLength > group.longestSequence {
      outside.append("\(job.sequenceLength) tokens are more than the \(group.longestSequence) compared.")
    }
    if !group.products.contains(job.recipe.products) {
      outside.append("No \(kind) with \(job.recipe.products.rawValue) products on \(chip) was compared.")
    }
    return TrainingValidity(
      rows: group.rows, medianAbsoluteError: group.median, p90AbsoluteError: group.p90, outside: outside)
  }
}
