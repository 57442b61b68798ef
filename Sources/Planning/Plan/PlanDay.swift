import Costs
import Formats
import Hardware
import Serving
import Simulation
import Units
import Workloads

/// The best plan under traffic that changes by the hour: instances fixed for the peak, planned anew by hour, or scaled
/// by what is seen.
public struct PlanDay: Encodable, Sendable {
  public var traffic: DayRates
  public var candidate: PlanCandidate
  /// From the decision to start an instance to its first request.
  public var startUp: Seconds
  public var ways: [Way]

  /// One way to follow the traffic, simulated over all hours.
  public struct Way: Encodable, Sendable {
    public var rule: Rule
    /// Of all chips, times the hours that they were on.
    public var chipHours: Double
    public var mostChips: Int
    /// Offered requests that kept every objective, as a share.
    public var share: Double
    public var requests: Int
    /// Instances that were started.
    public var starts: Int
    public var energy: Joules
    /// What the chip-hours cost by the catalog's prices, and the energy; nil of the chips where no price is known.
    public var hardware: Dollars?
    public var electricity: Dollars
    public var cost: Dollars? { hardware.map { $0 + electricity } }

    enum CodingKeys: String, CodingKey {
      case rule, chipHours, mostChips, share, requests, starts, energy, hardware, electricity, cost
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(rule, forKey: .rule)
      try container.encode(chipHours, forKey: .chipHours)
      try container.encode(mostChips, forKey: .mostChips)
      try container.encode(share, forKey: .share)
      try container.encode(requests, forKey: .requests)
      try container.encode(starts, forKey: .starts)
      try container.encode(energy.value, forKey: .energy)
      try container.encodeIfPresent(hardware?.value, forKey: .hardware)
      try container.encode(electricity.value, forKey: .electricity)
      try container.encodeIfPresent(cost?.value, forKey: .cost)
    }
  }

  public enum Rule: String, Sendable, Codable, CaseIterable {
    /// As many as the busiest hour needs, all the time.
    case fixed
    /// As many as each hour needs, known in advance.
    case hourly
    /// Requests in flight are kept at a share of full instances.
    case utilisation
    /// More where objectives are missed, fewer where one less would do.
    case objectives
  }

  public func way(_ rule: Rule) -> Way? { ways.first { $0.rule == rule } }

  /// Dollars that instances for the peak cost beyond those planned by hour, and that as a share of the former.
  public var costOfPeaks: (dollars: Dollars, share: Double)? {
    guard let fixed = way(.fixed)?.cost, let hourly = way(.hourly)?.cost, fixed > .zero else { return nil }
    return (fixed - hourly, 1 - hourly / fixed)
  }
}

/// How a plan is to follow a day's traffic.
public struct DayRequest: Sendable {
  public var traffic: DayRates
  public var startUp: Seconds
  /// Of full instances, how many requests are to be in flight.
  public var utilisation: Double

  public init(traffic: DayRates, startUp: Seconds, utilisation: Double) {
    self.traffic = traffic
    self.startUp = startUp
    self.utilisation = utilisation
  }
}

extension Planner {
  /// The best plan of an answer over a day; nil where there is none.
  ///
  /// The answer's rate is the peak's. All hours are simulated, with mean lengths; of a large deployment an equal part.
  public func day(_ wanted: DayRequest, of answer: PlanAnswer, seed: UInt64 = 1) throws -> PlanDay? {
    guard let candidate = answer.best?.candidate else { return nil }
    guard searches.first(where: { $0.space.machine.engine.name == candidate.engine })?.isStepped == true else {
      throw Problem(
        "day", "instances of \(candidate.engine) cannot come and go in the simulation yet",
        wayOut: "name an engine with a scheduler of steps, such as --engine vLLM")
    }
    let parts = dayParts(candidate, wanted.traffic)
    let part = candidate.divided(by: parts)
    let rates = wanted.traffic.rates.map { $0 / Double(parts) }
    let text = scenarioText(part, rate: max(rates.max() ?? 0, 1e-6), seed: seed)
    let deployment = try Deployment(Node.parse(text, file: "plan").decode(Scenario.self), catalog: catalog)
    var whole = deployment.configuration
    // Of the day every hour counts.
    whole.window = nil
    let configuration = whole
    let counts = part.pools.map { pool in rates.map { instances(of: pool, at: $0, peak: rates.max() ?? 0) } }
    let full = part.pools.map { pool in max(1, Double(pool.estimate.requestsPerRank * pool.plan.data)) }
    let rules: [(PlanDay.Rule, Autoscaler.Rule)] = [
      (.fixed, .hourly(part.pools.map { pool in rates.map { _ in pool.instances } })), (.hourly, .hourly(counts)),
      (.utilisation, .utilisation(wanted.utilisation)), (.objectives, .objectives(request.objectives.share)),
    ]
    let asked = rules.filter { $0.0 != .objectives || !request.objectives.isEmpty }
    let ways = concurrentMap(asked, workers: workers) { rule, scaling in
      Result { () throws -> PlanDay.Way in
        let source = HourlySource(
          rates: rates, promptTokens: Int(request.lengths.prompt.rounded()),
          outputTokens: Int(request.lengths.output.rounded()), seed: Seed(seed))
        let first = rule == .fixed ? part.pools.map(\.instances) : counts.map { $0[0] }
        let outcome = try serve(
          source, under: configuration, scaling: Autoscaler(scaling, startUp: wanted.startUp), first: first, full: full)
        return way(rule, outcome, part, parts)
      }
    }
    return PlanDay(
      traffic: wanted.traffic, candidate: candidate, startUp: wanted.startUp, ways: try ways.map { try $0.get() })
  }

  /// Instances of a pool that a rate needs where so many serve the peak; spare ones stay.
  private func instances(of pool: PlanCandidate.Pool, at rate: Double, peak: Double) -> Int {
    let working = pool.instances - request.spares
    guard peak > 0 else { return pool.instances }
    return min(pool.instances, max(1, Int((Double(working) * rate / peak).rounded(.up))) + request.spares)
  }

  /// Equal parts of a large deployment of which one is simulated: parts of four instances of each pool at least.
  private func dayParts(_ candidate: PlanCandidate, _ traffic: DayRates) -> Int {
    let wanted = Int((traffic.requests / Self.mostOfDay).rounded(.up))
    return max(1, min(wanted, (candidate.pools.map(\.instances).min() ?? 1) / 4))
  }

  /// Requests of a day that are simulated, about.
  private static let mostOfDay = 500_000.0

  private func way(_ rule: PlanDay.Rule, _ run: ScaledOutcome, _ part: PlanCandidate, _ parts: Int) -> PlanDay.Way {
    var chipHours = 0.0
    var most = 0
    var hardware: Dollars? = .zero
    for (index, pool) in part.pools.enumerated() {
      let hours = run.instanceTime[index].value / 3600 * Double(pool.chips * parts)
      chipHours += hours
      most += run.mostInstances[index] * pool.chips * parts
      let system = searches.first { $0.fleet.system == pool.system }?.space.machine.system
      hardware = hardware.flatMap { sum in
        system?.price.map { price in
          let each = price.value * (1 / Double(system?.chips.value ?? 1)) / Scenario.CostAssumptions.usualAmortization
          return sum + Dollars(each.value * hours * 3600)
        }
      }
    }
    let energy = run.outcome.energy * Double(parts)
    let electricity =
      energy.value * Scenario.CostAssumptions.usualElectricity.value * Scenario.CostAssumptions.usualEffectiveness
    return PlanDay.Way(
      rule: rule, chipHours: chipHours, mostChips: most, share: request.objectives.isEmpty ? 1 : run.share,
      requests: run.outcome.statistics.offered * parts, starts: run.starts * parts, energy: energy, hardware: hardware,
      electricity: Dollars(electricity))
  }
}

extension PlanCandidate {
  /// An equal part of it.
  fileprivate func divided(by parts: Int) -> PlanCandidate {
    var part = self
    for index in part.pools.indices { part.pools[index].instances = max(1, part.pools[index].instances / parts) }
    return part
  }
}

extension PlanSearch {
  /// Whether its engine has a scheduler of steps.
  fileprivate var isStepped: Bool { space.machine.engine.scheduling != nil }
}
