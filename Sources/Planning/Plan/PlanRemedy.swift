import Hardware
import Simulation
import Units

/// What would have to be otherwise of what is asked, all else as it is, for a plan to do: the least that was found.
public struct PlanRemedy: Encodable, Sendable, Hashable {
  /// Together; one alone where one is enough.
  public var parts: [Part]
  public var basis: Basis
  /// What then serves; nil where it is the best plan as it stands.
  public var candidate: PlanCandidate?

  public struct Part: Encodable, Sendable, Hashable {
    public var change: Change
    /// As it was asked, and as it would have to be: chips, requests per second, or seconds of an objective.
    public var asked, needed: Double
    /// Whose chips; nil of other changes.
    public var system: String?
  }

  init(
    _ change: Change, asked: Double, needed: Double, system: String? = nil, basis: Basis,
    candidate: PlanCandidate? = nil
  ) {
    parts = [Part(change: change, asked: asked, needed: needed, system: system)]
    self.basis = basis
    self.candidate = candidate
  }

  public enum Change: Codable, Sendable, Hashable {
    case chips, requestRate
    case objective(PlanObjective)
  }

  /// Whether estimates keep the objectives then, or a simulation does.
  public enum Basis: String, Codable, Sendable, CaseIterable { case estimated, simulated }
}

extension PlanRemedy.Change: RawRepresentable {
  public init?(rawValue: String) {
    switch rawValue {
    case "chips": self = .chips
    case "requestRate": self = .requestRate
    default:
      guard let objective = PlanObjective(rawValue: rawValue) else { return nil }
      self = .objective(objective)
    }
  }
  public var rawValue: String {
    switch self {
    case .chips: "chips"
    case .requestRate: "requestRate"
    case .objective(let objective): objective.rawValue
    }
  }
}

/// The least number that does, where every greater one does too.
enum Least {
  /// Of whole numbers above one that does not, up to `most`: twice as many as before until one does, then halves of
  /// what lies between. nil where `most` does not.
  static func whole<T>(above low: Int, upTo most: Int, _ found: (Int) -> T?) -> (number: Int, result: T)? {
    var (fails, step) = (low, 1)
    while fails < most {
      let next = min(most, fails + step)
      if var best = found(next).map({ (number: next, result: $0) }) {
        while best.number - fails > 1 {
          let middle = (fails + best.number) / 2
          if let result = found(middle) { best = (middle, result) } else { fails = middle }
        }
        return best
      }
      (fails, step) = (next, step * 2)
    }
    return nil
  }

  /// Of numbers with two digits above one that does not, up to about a thousand times as much.
  static func ofTwoDigits<T>(above low: Double, _ found: (Double) -> T?) -> (number: Double, result: T)? {
    // 10, 11, … 99, 100, 110, …: 90 to a power of ten.
    let power = Int((logarithm(low) / logarithm(10)).rounded(.down)) - 1
    func number(_ index: Int) -> Double {
      let (tens, digits) = index.quotientAndRemainder(dividingBy: 90)
      let power = power + tens
      return power < 0 ? Double(10 + digits) / tenToThe(-power) : Double(10 + digits) * tenToThe(power)
    }
    guard let first = (0...180).first(where: { number($0) > low * (1 + 1e-9) }) else { return nil }
    return whole(above: first - 1, upTo: first + 270) { found(number($0)) }.map { (number($0.number), $0.result) }
  }

  private static func tenToThe(_ power: Int) -> Double { (0..<power).reduce(1) { product, _ in product * 10 } }
}

extension Planner {
  /// What would have to be otherwise where no plan keeps what is asked, one thing at a time, by the same search.
  ///
  /// Estimates alone; with budgets of power or money the chips are those beyond them.
  ///
  /// - Parameter estimates: of the search that found none; where it was long, two changes at once are not looked for.
  public func remedies(after estimates: Int = 0) -> [PlanRemedy] {
    let chips = moreChips().map { [$0] } ?? []
    let objectives = PlanObjective.allCases.compactMap { looser($0) }
    let rate = lowerRate().map { [$0] } ?? []
    let found = chips + objectives + rate
    guard found.isEmpty, estimates <= Self.longSearch else { return found }
    return PlanObjective.allCases.compactMap(looserWithMoreChips)
  }

  /// Where neither alone is enough: an objective a tenth looser than what all chips that there could be would keep, and
  /// the chips that then are enough.
  private func looserWithMoreChips(_ objective: PlanObjective) -> PlanRemedy? {
    guard let chips = searches.first?.fleet.chips, let most = mostChips, most > chips else { return nil }
    guard let value = looser(objective, times: Double(most) / Double(chips))?.parts[0].needed,
      let rounded = Least.ofTwoDigits(above: value * 1100, { $0 })?.number
    else { return nil }
    var planner = self
    planner.request.objectives[objective] = .milliseconds(rounded)
    guard var remedy = planner.moreChips() else { return nil }
    remedy.parts.append(
      PlanRemedy.Part(
        change: .objective(objective), asked: request.objectives[objective]?.value ?? 0, needed: rounded / 1000))
    return remedy
  }

  /// The best by estimates of the same question changed.
  private func best(_ change: (inout PlanRequest) -> Void = { _ in }, times more: Double = 1) -> PlanCandidate? {
    var planner = self
    change(&planner.request)
    planner.searches = searches.map { search in
      var fleet = search.fleet
      fleet.chips = Int((Double(fleet.chips) * more).rounded())
      return search.with(planner.request, search.space.machine, fleet: fleet)
    }
    return planner.plan().plans.first?.candidate
  }

  /// Of the one system that there is, what is looked through; nil of several.
  private var mostChips: Int? {
    guard let first = searches.first, searches.allSatisfy({ $0.fleet == first.fleet }) else { return nil }
    let system = first.space.machine.system
    let most = Self.mostMore * max(first.fleet.chips, system.chipsPerNode.value)
    return min(system.scales == true ? most : system.chips.value, PlanRequest.mostChips)
  }

  /// Whole boards where there is more than one.
  private func moreChips() -> PlanRemedy? {
    guard let fleet = searches.first?.fleet, let most = mostChips else { return nil }
    let board = searches[0].space.machine.system.chipsPerNode.value
    let unit = fleet.chips < board ? 1 : board
    let found = Least.whole(above: fleet.chips / unit, upTo: most / unit) { count in
      best(times: Double(count * unit) / Double(fleet.chips))
    }
    return found.map { found in
      PlanRemedy(
        .chips, asked: Double(fleet.chips), needed: Double(found.number * unit), system: fleet.system,
        basis: .estimated, candidate: found.result)
    }
  }

  /// Times the chips that there are, in which more are looked for.
  private static let mostMore = 16
  /// Estimates of a search that takes half a second and more.
  private static let longSearch = 10_000

  /// - Parameter more: with so many times the chips.
  private func looser(_ objective: PlanObjective, times more: Double = 1) -> PlanRemedy? {
    guard let limit = request.objectives[objective] else { return nil }
    guard best({ $0.objectives[objective] = nil }, times: more) != nil else { return nil }
    let found = Least.ofTwoDigits(above: limit.milliseconds) { value in
      best({ $0.objectives[objective] = .milliseconds(value) }, times: more)
    }
    return found.map {
      PlanRemedy(
        .objective(objective), asked: limit.value, needed: $0.number / 1000, basis: .estimated,
        candidate: $0.result)
    }
  }

  /// The greatest that is served: the least time between two requests.
  private func lowerRate() -> PlanRemedy? {
    guard let rate = request.requestRate, best({ $0.requestRate = rate * Self.least }) != nil else { return nil }
    // In steps of a hundredth, from what is asked down.
    var (serves, fails) = (rate * Self.least, rate)
    var candidate: PlanCandidate?
    while fails / serves > 1.02 {
      let middle = (serves * fails).squareRoot()
      if let found = best({ $0.requestRate = middle }) { (serves, candidate) = (middle, found) } else { fails = middle }
    }
    return candidate.map {
      PlanRemedy(.requestRate, asked: rate, needed: serves, basis: .estimated, candidate: $0)
    }
  }

  /// Of the rate that is asked for, what is tried at least.
  private static let least = 1.0 / 256
}

extension Planner {
  /// What would have to be otherwise where the best plan does not keep in a simulation what estimates say it keeps:
  /// more of its instances, looser objectives, fewer requests. Without a rate that is asked for, objectives alone.
  func remedies(of answer: PlanAnswer, seed: UInt64) throws -> [PlanRemedy] {
    guard let best = answer.best, let run = best.simulated, !run.meets else { return [] }
    var found: [PlanRemedy] = []
    if let rate = request.requestRate, let more = try moreInstances(best.candidate, rate: rate, seed: seed) {
      found.append(
        PlanRemedy(
          .chips, asked: Double(best.candidate.budget), needed: Double(more.chips),
          system: best.candidate.system, basis: .simulated, candidate: more))
    }
    if let missed = run.missed, missed.share > 0 {
      found.append(
        PlanRemedy(
          .objective(missed.objective), asked: missed.limit.value, needed: missed.time.value,
          basis: .simulated))
    }
    if let rate = request.requestRate, let less = try greatest(best.candidate, upTo: rate, seed: seed), less.meets {
      found.append(
        PlanRemedy(.requestRate, asked: rate, needed: less.requestRate, basis: .simulated))
    }
    return found
  }

  /// The same layout with as many times its instances as keep the objectives, where one system has the chips.
  private func moreInstances(_ candidate: PlanCandidate, rate: Double, seed: UInt64) throws -> PlanCandidate? {
    let used = searches.filter { candidate.systems.contains($0.fleet.system) }
    guard candidate.division != .mixed, let system = used.first?.space.machine.system else { return nil }
    for eighths in [10, 12, 16, 24, 32] {
      var larger = candidate
      for index in larger.pools.indices {
        larger.pools[index].instances = (larger.pools[index].instances * eighths + 7) / 8
      }
      guard system.scales == true || larger.chips <= system.chips.value, larger.chips <= PlanRequest.mostChips else {
        return nil
      }
      if larger.chips > candidate.budget, try run(larger, rate: rate, seed: seed).meets { return larger }
    }
    return nil
  }
}
