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
  /// When it is done; absent without a day on which it starts.
  public var finish: TrainingFinish?
  /// The catalog's profile of a young platform; absent for a settled one.
  public var maturity: String?
  /// Deviation of the logarithm of a step's time in the draws of the run: how far such estimates were off.
  public var stepSpread: Double
  /// The catalog's rates of stops that the run was drawn from, and what these leave open.
  public var failures: String
  public var unknown: [String]
  /// Mean power of the whole system's part while it trains, and energy, chip hours (with those of spare nodes) and cost
  /// of the median run.
  public var power: Watts
  public var energy: Joules?
  public var chipHours: Double?
  public var cost: Dollars?
  public var validity: TrainingValidity
  /// How the plan was found, where it was searched for.
  public var search: TrainingSearch?
  /// Whether the fleet of a month has room for it, where that was asked.
  public var fleet: Fleet?

  /// Chips of a country's fleet, and what a run needs of them.
  public struct Fleet: Codable, Sendable {
    /// Of supply.
    public var scenario: String
    public var month: String
    public var chip: String
    /// What the supply world calls it.
    public var supplyChips: [String]
    /// Sold until the month's end, at 5, 50 and 95% of the draws.
    public var chips: Band
    /// Of these, the median of what trains models.
    public var trainingShare: Double
    /// By the run, spare nodes included.
    public var needed: Int
    /// That training's share is at least what the run needs.
    public var probability: Double

    public struct Band: Codable, Sendable {
      /// Chips in 5, 50 and 95% of the draws.
      public var p05: Double
      /// The median.
      public var p50: Double
      /// In 95% of the draws at most.
      public var p95: Double
      public init(p05: Double, p50: Double, p95: Double) { (self.p05, self.p50, self.p95) = (p05, p50, p95) }
    }

    public init(
      scenario: String, month: String, chip: String, supplyChips: [String], chips: Band, trainingShare: Double,
      needed: Int, probability: Double
    ) {
      self.scenario = scenario
      self.month = month
      self.chip = chip
      self.supplyChips = supplyChips
      self.chips = chips
      self.trainingShare = trainingShare
      self.needed = needed
      self.probability = probability
    }
  }

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
