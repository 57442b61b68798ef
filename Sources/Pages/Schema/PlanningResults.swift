import Costs
import Formats
import Planning
import Serving
import Units
import Validation

// Results of `plan`, `compare` and `calibrate` as their JSON has them: what the schema is made of. A test holds the two
// together.

/// What `plan --json` writes.
struct PlanResult: Decodable {
  /// What was asked, with what was read for it.
  var inputs: PlanRequest
  /// Best first.
  var plans: [Plan]
  /// Of each system, engine and format, the deployments that no other beats in speed per user and tokens per chip.
  var frontier: [Candidate]
  /// Batches of layouts whose steps were estimated.
  var estimates: Int
  /// Layouts that keep every objective by estimates.
  var feasible: Int
  /// Instances that cannot serve, by why.
  var refused: [Refused]
  /// At most three.
  var nearestMisses: [Refusal]
  /// What would have to be otherwise, where no plan does: each by itself.
  var remedies: [Remedy]
  /// Systems that no engine is for.
  var leftOut: [String]
  /// With --sensitivity.
  var sensitivity: Sensitivity?
  /// With --region.
  var carbon: Carbon?
  /// With --day.
  var day: Day?
  /// The program, the seed and the hash of the inputs.
  var run: ResultRunFields

  struct Plan: Decodable {
    var candidate: Candidate
    var simulated: Simulated?
  }

  /// A deployment by estimates: seconds, watts, joules, dollars.
  struct Candidate: Decodable {
    var system: String
    var engine: String
    var formats: String
    var division: PlanRequest.Division
    var pools: [Pool]
    /// In use, and that may be used.
    var chips: Int
    var budget: Int
    var requestsPerSecond: Double
    var timeToFirstToken: Double
    var timePerOutputToken: Double
    var endToEnd: Double
    var outputTokensPerSecond: Double
    var outputTokensPerChip: Double
    /// Tokens a second that a user sees.
    var speedPerUser: Double
    /// Where it was asked for.
    var power: Double?
    var joulesPerOutputToken: Double?
    var costPerMillionOutputTokens: Double?
  }

  struct Pool: Decodable {
    var system: String
    /// Whether its instances compute prompts, answers or both.
    var role: EnginePool.Role
    /// Spare ones among them.
    var instances: Int
    /// Of one instance.
    var chips: Int
    var plan: ParallelPlan
    var settings: PlanSettings
    var estimate: InstanceEstimate
    /// Of a rank.
    var promptTokensPerStep: Int
    /// Of all instances but the spare ones.
    var requestsPerSecond: Double
    /// By phase; empty where it was not asked for.
    var energy: [PlanCandidate.PhaseEnergy]
  }

  /// What became of it under requests that come by chance.
  struct Simulated: Decodable {
    /// That came, and that were served.
    var requestRate: Double
    var servedRate: Double
    /// Equal parts of which one was simulated.
    var slices: Int
    /// Of the requests, those that kept every objective.
    var share: Double
    var meets: Bool
    /// The objective that is missed most; absent where none is.
    var missed: PlanMiss?
    var outputTokensPerChip: Double
    var timeToFirstToken: Quantiles
    var timePerOutputToken: Quantiles
    var endToEnd: Quantiles
    var energy: ServingReport.Energy
    var cost: ServingReport.Cost
    var validity: Validity
    /// The whole deployment, for `simulate`.
    var scenario: String
  }

  /// Seconds.
  struct Quantiles: Decodable { var mean, p50, p90, p99, max: Double }

  struct Refused: Decodable {
    /// Why.
    var reason: PlanRefusal.Reason
    /// Instances.
    var count: Int
    /// The one that misses least, or else the first.
    var example: Refusal
  }

  struct Refusal: Decodable {
    /// Why.
    var reason: PlanRefusal.Reason
    var engine: String
    var system: String
    /// Whether its instances compute prompts, answers or both.
    var role: EnginePool.Role
    /// How its dies are divided.
    var plan: ParallelPlan
    /// Of an instance.
    var chips: Int
    /// In words, with a way out where there is one.
    var problem: String
    /// By what share; null where that has no measure.
    var misses: NumberOrNull
    /// Of objectives: the one that the batch which misses least misses most.
    var missed: PlanMiss?
    /// That batch: requests of a rank.
    var batch: Int?
  }

  struct Remedy: Decodable {
    /// Together; one alone where one is enough.
    var parts: [Part]
    var basis: PlanRemedy.Basis
    /// What then serves; absent where it is the best plan as it stands.
    var candidate: Candidate?

    struct Part: Decodable {
      /// `chips`, `requestRate`, or an objective.
      var change: String
      /// As it was asked, and as it would have to be: chips, requests per second, seconds.
      var asked, needed: Double
      /// Whose chips.
      var system: String?
    }
  }

  struct Sensitivity: Decodable {
    /// What the bars are in.
    var goal: PlanRequest.Goal
    /// Of the plan as it is.
    var base: Double
    /// The widest first.
    var bars: [Bar]
    struct Bar: Decodable {
      /// What is moved.
      var input: PlanInput
      /// Of the input, and what the goal becomes.
      var lowFactor, highFactor: Double
      var low, high: Double?
    }
  }

  struct Carbon: Decodable {
    /// Of the catalog.
    var region: String
    /// Kilograms of CO2 equivalents for a joule.
    var intensity: Double
  }

  struct Day: Decodable {
    /// Requests per second by hour.
    var traffic: DayRates
    /// The plan for the busiest hour.
    var candidate: Candidate
    /// Seconds.
    var startUp: Double
    /// To follow the traffic, each simulated.
    var ways: [Way]

    struct Way: Decodable {
      /// By which instances come and go.
      var rule: PlanDay.Rule
      /// Of all chips, times the hours that they were on.
      var chipHours: Double
      /// On at once.
      var mostChips: Int
      /// Of the requests, those that kept every objective.
      var share: Double
      /// Offered.
      var requests: Int
      /// Instances that were started.
      var starts: Int
      /// Joules.
      var energy: Double
      /// Dollars for the chip-hours; absent where no price is known.
      var hardware: Double?
      /// Dollars for the energy.
      var electricity: Double
      /// Dollars for both.
      var cost: Double?
    }
  }
}

/// What stands beside a result that says how to repeat it.
struct ResultRunFields: Decodable {
  var version: String
  var seed: Int
  var inputHash: String?
}

/// What `compare --json` writes.
struct ComparisonResult: Decodable {
  var title: String
  /// What is compared; the first is the base.
  var names: [String]
  var rows: [Row]
  /// Inputs that are not the same everywhere.
  var differences: [Difference]
  var notes: [String]
  /// Of each system but the first.
  var parity: [Parity]
  /// Where systems are of unlike size, what to compare them by.
  var unlike: String?
  /// Why systems have no plan.
  var lacking: [String]
  var run: ResultRunFields

  struct Row: Decodable {
    /// What is compared, with its unit where that is no SI unit.
    var quantity: String
    /// One for each of the names; null where it is not known.
    var values: [NumberOrNull]?
    /// To the first.
    var ratios: [NumberOrNull]?
    /// In place of numbers.
    var words: [String]?
  }

  struct Difference: Decodable {
    /// Its path in the inputs.
    var field: String
    /// One for each of the names.
    var values: [String]
  }

  struct Parity: Decodable {
    var system: String
    /// The first of the names.
    var base: String
    /// By which one input would have to change, all else as it is.
    var factors: [Factor]
    struct Factor: Decodable {
      /// In which the system would then be as good.
      var goal: PlanRequest.Goal
      /// What would change.
      var input: PlanInput
      /// Absent where nothing between a sixteenth and sixteen times is enough.
      var factor: Double?
    }
  }
}

/// What `calibrate --from` writes.
public struct ClusterResult: Codable, Sendable {
  var calibration: ClusterFit
  var version: String

  public init(calibration: ClusterFit, version: String) {
    self.calibration = calibration
    self.version = version
  }
}

/// What `calibrate` without results writes.
public struct CalibrationResult: Codable, Sendable {
  /// Of engines, found on published runs.
  var engines: RunFit
  /// Of decode steps, found on published steps.
  var decode: DecodeRefit
  var version: String

  public init(engines: RunFit, decode: DecodeRefit, version: String) {
    self.engines = engines
    self.decode = decode
    self.version = version
  }
}

/// A number, or null where there is none.
struct NumberOrNull: Decodable, HasSchema {
  static var isTransparent: Bool { true }
  static func schema(in builder: SchemaBuilder) -> SchemaValue {
    .fields([.init(name: "type", value: .list([.text("number"), .text("null")]))])
  }
}
