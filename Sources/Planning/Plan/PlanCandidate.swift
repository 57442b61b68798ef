import Costs
import Serving
import Units

/// One way to serve: an engine, formats, and pools of instances with their batches, as estimates see it.
public struct PlanCandidate: Sendable, Hashable {
  public var engine: String
  /// As `PlanRequest.FormatChoice` calls them.
  public var formats: String
  public var division: PlanRequest.Division
  /// In the order in which a request passes them.
  public var pools: [Pool]
  /// Chips that may be used.
  public var budget: Int
  /// Of the whole deployment, at full batches; spare instances count nothing.
  public var requestsPerSecond: Double
  public var timeToFirstToken: Seconds
  public var timePerOutputToken: Seconds
  public var endToEnd: Seconds
  /// A second, of the whole.
  public var outputTokens: Double
  /// Input power of the chips in use with their share of the system, and what hardware and energy cost; nil where it
  /// was not asked for, or no price is known.
  public var power: Watts?
  public var dollarsPerSecond: DollarsPerSecond?

  public struct Pool: Encodable, Sendable, Hashable {
    /// The one that it stands on.
    public var system: String
    public var role: EnginePool.Role
    public var instances: Int
    /// Of one instance.
    public var chips: Int
    public var plan: ParallelPlan
    public var settings: PlanSettings
    public var estimate: InstanceEstimate
    /// New tokens of prompts in a step of a rank.
    public var promptTokensPerStep: Int
    /// Of all instances, without the spare ones.
    public var requestsPerSecond: Double
    /// What a token takes in the phases that run here; empty where that was not asked for.
    public var energy: [PhaseEnergy] = []
  }

  /// Energy of a token in one phase, with the chips' share of hosts, network and supplies.
  public struct PhaseEnergy: Codable, Sendable, Hashable {
    public var phase: Phase
    /// Of a prompt token in prefill, of an output token in decode.
    public var joulesPerToken: Joules
    /// What bounds the step most, and how well the constants are grounded on which its time rests.
    public var boundBy: Bound
    public var basis: Basis
  }

  /// `HGX H100`; `HGX H100 and HGX H20` where its pools stand on two.
  public var system: String { systems.joined(separator: " and ") }
  /// In the order of the pools, each once.
  public var systems: [String] {
    pools.map(\.system).reduce(into: []) { list, name in if !list.contains(name) { list.append(name) } }
  }
  public var chips: Int { pools.reduce(0) { $0 + $1.chips * $1.instances } }
  /// Of the instances that decode.
  public var draftTokens: Int { pools.last?.settings.draftTokens ?? 0 }
  /// A second, for each chip in use.
  public var outputTokensPerChip: Double { outputTokens / Double(chips) }
  /// Tokens a second that a user sees.
  public var speedPerUser: Double { timePerOutputToken > .zero ? 1 / timePerOutputToken.value : 0 }
  public var joulesPerOutputToken: Joules? { power.map { Joules($0.value / outputTokens) } }
  public var dollarsPerMillionTokens: Dollars? { dollarsPerSecond.map { Dollars($0.value / outputTokens * 1e6) } }
  /// Requests in flight over all instances, those that wait for or are in their prompt included.
  public var concurrency: Double { requestsPerSecond * endToEnd.value }

  /// What it is, without how many instances and which batch: two candidates of one layout differ in these alone.
  var layout: Layout {
    Layout(
      system: system, engine: engine, formats: formats, plans: pools.map(\.plan), roles: pools.map(\.role))
  }

  struct Layout: Hashable {
    var system: String
    var engine: String
    var formats: String
    var plans: [ParallelPlan]
    var roles: [EnginePool.Role]
  }
}

extension PlanCandidate {
  /// Pools whose engine is told another number of tokens than its own.
  private var changedSettings: Int { pools.filter { $0.settings.chunkTokens != nil }.count }

  /// What the weakest of its pools would complete a second: room for requests that come by chance.
  private var capacity: Double { pools.map(\.requestsPerSecond).min() ?? 0 }

  /// Whether it ranks before another; ties go to fewer chips, then to the engine's own settings, of fewest chips to the
  /// one that could serve most, then to the faster one, then by name.
  func isBetter(than other: PlanCandidate, for goal: PlanRequest.Goal) -> Bool {
    func order(_ candidate: PlanCandidate) -> [Double] {
      let value: Double
      switch goal {
      case .throughput: value = -candidate.outputTokens / Double(candidate.budget)
      case .chips: value = Double(candidate.chips)
      case .cost: value = candidate.dollarsPerMillionTokens?.value ?? .infinity
      case .energy: value = candidate.joulesPerOutputToken?.value ?? .infinity
      }
      return [
        value, Double(candidate.chips), Double(candidate.changedSettings), goal == .chips ? -candidate.capacity : 0,
        candidate.timePerOutputToken.value, candidate.timeToFirstToken.value,
      ]
    }
    let (mine, others) = (order(self), order(other))
    for (left, right) in zip(mine, others) where left != right { return left < right }
    return words < other.words
  }

  /// Names and sizes, which decide where all else is equal.
  private var words: String {
    let sizes = pools.map { "\($0.plan.tensor) \($0.plan.pipeline) \($0.plan.data) \($0.plan.expert)" }
    return "\(system) \(engine) \(formats) \(sizes.joined(separator: " "))"
  }
}
