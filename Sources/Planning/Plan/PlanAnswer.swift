import Serving
import Units

/// The plans that were found, best first, and what was not.
public struct PlanAnswer: Encodable, Sendable {
  public var request: PlanRequest
  /// Each layout once, at its best batch and number of instances.
  public var plans: [Plan]
  /// Of each system, engine and format: no other point of it is faster for a user and makes as much of a chip.
  public var frontier: [PlanCandidate]
  /// Candidates whose steps were estimated.
  public var estimates: Int
  /// Layouts that keep every objective.
  public var feasible: Int
  /// Instances that cannot serve, counted by why.
  public var refused: [Refused]
  public var nearestMisses: [PlanRefusal]
  /// What would have to be otherwise, where no plan does.
  public var remedies: [PlanRemedy] = []
  /// Systems that no engine is for.
  public var leftOut: [String]
  /// What moves the best plan, where it was asked for.
  public var sensitivity: PlanSensitivity?
  /// What its energy brings into the air, where a region was named.
  public var carbon: Carbon?
  /// The best plan under a day's traffic, where it was asked for.
  public var day: PlanDay?

  enum CodingKeys: String, CodingKey {
    case request = "inputs"
    case plans, frontier, estimates, feasible, refused, nearestMisses, remedies, leftOut, sensitivity, carbon, day
  }

  public struct Refused: Encodable, Sendable, Hashable {
    public var reason: PlanRefusal.Reason
    public var count: Int
    /// The one that misses least, or else the first.
    public var example: PlanRefusal
  }

  /// Of a region's electricity.
  public struct Carbon: Encodable, Sendable, Hashable {
    public var region: String
    /// Kilograms of carbon dioxide and its equivalents for a joule.
    public var intensity: KilogramsPerJoule

    /// For a million output tokens, with what the building draws beside the system.
    public func ofMillionTokens(_ each: Joules) -> Kilograms {
      Kilograms(each.value * 1e6 * Scenario.CostAssumptions.usualEffectiveness * intensity.value)
    }
  }

  /// A plan, and what became of it in a simulation.
  public struct Plan: Encodable, Sendable {
    public var candidate: PlanCandidate
    public var simulated: PlanSimulation?
  }

  /// The first that may be recommended: where any was simulated, one that kept its objectives there, or else the first
  /// of those that were.
  public var best: Plan? {
    guard plans.contains(where: { $0.simulated != nil }) else { return plans.first }
    return plans.first { $0.simulated?.meets == true } ?? plans.first { $0.simulated != nil }
  }

  /// Puts the best plan of each system among the first so many, so that it is simulated with them: with several systems
  /// the best by one measure may all stand on one.
  mutating func bringForward(_ count: Int) {
    guard count > 1, plans.count > count else { return }
    let systems = Set(plans.prefix(count).map(\.candidate.system))
    var missing: [Int] = []
    for (index, plan) in plans.enumerated().dropFirst(count) {
      let name = plan.candidate.system
      if !systems.contains(name), !missing.contains(where: { plans[$0].candidate.system == name }) {
        missing.append(index)
      }
    }
    let chosen = missing.prefix(count - 1)
    let moved = chosen.map { plans[$0] }
    for index in chosen.reversed() { plans.remove(at: index) }
    plans.insert(contentsOf: moved, at: count - moved.count)
  }

  init(_ request: PlanRequest, outcomes: [PlanSearch.Outcome], searches: [PlanSearch], leftOut: [String]) {
    self.request = request
    self.leftOut = leftOut
    estimates = outcomes.reduce(0) { $0 + $1.estimates }
    var best: [PlanCandidate.Layout: PlanCandidate] = [:]
    for candidate in outcomes.flatMap(\.candidates) {
      let layout = candidate.layout
      if best[layout].map({ candidate.isBetter(than: $0, for: request.goal) }) ?? true { best[layout] = candidate }
    }
    feasible = best.count
    let ranked = best.values.sorted { $0.isBetter(than: $1, for: request.goal) }
    // The first of each system stays, however many of another are better.
    var seen: Set<String> = []
    let kept = ranked.enumerated().filter { place, candidate in
      seen.insert(candidate.system).inserted || place < Self.kept
    }.map(\.element)
    plans = kept.map { candidate in
      let found = candidate.systems.compactMap { system in
        searches.first { search in
          search.fleet.system == system && search.space.machine.engine.name == candidate.engine
            && search.formats.name == candidate.formats
        }
      }
      return Plan(candidate: found.first?.priced(candidate, on: found.dropFirst().first) ?? candidate)
    }
    frontier = Self.frontier(of: outcomes.flatMap(\.points))
    let refusals = outcomes.flatMap(\.refusals)
    refused = PlanRefusal.Reason.allCases.compactMap { reason in
      let all = refusals.filter { $0.reason == reason }
      guard let example = all.min(by: { $0.misses < $1.misses }) else { return nil }
      return Refused(reason: reason, count: all.count, example: example)
    }
    // What fits and is too slow or too little is nearer than what does not fit.
    let fitting = refusals.filter { [.objective, .chips].contains($0.reason) && $0.misses.isFinite }
    nearestMisses = (fitting.isEmpty ? refusals.filter { $0.misses.isFinite } : fitting)
      .sorted { ($0.misses, $0.chips) < ($1.misses, $1.chips) }.prefix(3).map { $0 }
  }

  /// Plans that are kept.
  private static let kept = 20

  /// Of each system, engine and format, or of all together, the points that no other beats in both speed per user and
  /// tokens per chip; from the fastest for a user down.
  public static func frontier(of points: [PlanCandidate], grouped: Bool = true) -> [PlanCandidate] {
    var groups: [String: [PlanCandidate]] = [:]
    for point in points where point.speedPerUser > 0 {
      let name = grouped ? "\(point.system)\n\(point.engine)\n\(point.formats)" : ""
      groups[name, default: []].append(point)
    }
    return groups.keys.sorted().flatMap { name -> [PlanCandidate] in
      let sorted = (groups[name] ?? []).sorted {
        ($0.speedPerUser, $0.outputTokensPerChip, -Double($0.chips))
          > ($1.speedPerUser, $1.outputTokensPerChip, -Double($1.chips))
      }
      var best = 0.0
      return sorted.filter { point in
        guard point.outputTokensPerChip > best else { return false }
        best = point.outputTokensPerChip
        return true
      }
    }
  }
}
