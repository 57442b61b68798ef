import Training
import Units

/// Where a model is trained and where it is served: fleets side by side, with days, energy and money.
public struct FleetComparison: Encodable, Sendable {
  public var title: String
  public var fleets: [Fleet]

  public init(title: String, fleets: [Fleet]) {
    self.title = title
    self.fleets = fleets
  }

  public struct Fleet: Encodable, Sendable {
    public var name: String
    public var training: TrainingReport
    /// nil where no plan keeps the objectives.
    public var serving: Served?

    public init(name: String, training: TrainingReport, serving: Served?) {
      self.name = name
      self.training = training
      self.serving = serving
    }

    /// Of training and a year of serving at the rate that was asked for; nil of a plan that does not fit.
    public var joules: Joules? {
      guard training.memory.fits, let energy = training.energy, let power = serving?.power else { return nil }
      return energy + power * Self.year
    }
    public var dollars: Dollars? {
      guard training.memory.fits, let cost = training.cost, let rate = serving?.dollarsPerSecond else { return nil }
      return cost + rate * Self.year
    }

    static let year = Seconds.hours(8766)
  }

  /// The best plan of serving, as estimates see it.
  public struct Served: Encodable, Sendable {
    public var system: String
    public var engine: String
    public var chips: Int
    public var requestsPerSecond: Double
    /// A second, for each chip.
    public var outputTokensPerChip: Double
    public var timeToFirstToken: Seconds
    public var timePerOutputToken: Seconds
    public var power: Watts?
    public var dollarsPerSecond: DollarsPerSecond?
    public var joulesPerOutputToken: Joules?
    public var dollarsPerMillionTokens: Dollars?

    public init(_ candidate: PlanCandidate) {
      (system, engine, chips) = (candidate.system, candidate.engine, candidate.chips)
      requestsPerSecond = candidate.requestsPerSecond
      outputTokensPerChip = candidate.outputTokensPerChip
      (timeToFirstToken, timePerOutputToken) = (candidate.timeToFirstToken, candidate.timePerOutputToken)
      (power, dollarsPerSecond) = (candidate.power, candidate.dollarsPerSecond)
      joulesPerOutputToken = candidate.joulesPerOutputToken
      dollarsPerMillionTokens = candidate.dollarsPerMillionTokens
    }
  }
}
