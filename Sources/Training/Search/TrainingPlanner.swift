import Models
import Simulation
import Units

/// Finds the best plan of a training step: every plan of a space (`TrainingSpace`) on every system that is given.
///
///     let planner = TrainingPlanner(
///       model, sequenceLength: 2048, globalBatch: 1536, chips: 512, recipe: recipe, machines: [machine])
///     try planner.plan(workers: 2).best.first?.plan.words        // "TP8 PP8×12 DP8"
///
/// Exhaustive: a plan is passed over without its pipeline only where memory is short, or where it would rank behind the
/// kept ones even if its pipeline took no longer than its busiest rank's work and the way there and back. All goals
/// grow with the time of a plan's step, so no plan that is passed over is among the best.
public struct TrainingPlanner: Sendable {
  public var architecture: Architecture
  public var sequenceLength: Int
  public var globalBatch: Int
  /// The most that a plan uses; fewer are tried where the goal is not the shortest step.
  public var chips: Int
  public var recipe: TrainingRecipe
  public var machines: [TrainingMachine]
  public var goal: Goal
  /// Sizes that every plan has.
  public var pins = TrainingSpace.Pins()
  /// How many of the best are kept.
  public var keeping = 5
  /// Whether plans that provably rank behind the kept ones are passed over; the answer is the same without.
  public var usesBounds = true

  /// By what plans are ranked: least first.
  public enum Goal: String, Codable, Sendable, CaseIterable {
    /// Time of a step.
    case time
    /// Chips × time of a step.
    case chipHours = "chip-hours"
    /// Joules of a step.
    case energy
  }

  public init(
    _ architecture: Architecture, sequenceLength: Int, globalBatch: Int, chips: Int, recipe: TrainingRecipe,
    machines: [TrainingMachine], goal: Goal = .time
  ) {
    self.architecture = architecture
    self.sequenceLength = sequenceLength
    self.globalBatch = globalBatch
    self.chips = chips
    self.recipe = recipe
    self.machines = machines
    self.goal = goal
  }

  /// The best of all systems; the same on any number of workers.
  public func plan(workers: Int = 1) -> TrainingSearch {
    let orders = PipelineOrders()
    let parts = concurrentMap(spaces, workers: workers) { space in
      var search = TrainingSpaceSearch(self, space, orders)
      search.run()
      return search.found
    }
    var all = TrainingSearch(goal: goal)
    for part in parts { all.merge(part, keeping: keeping) }
    all.finish(self)
    return all
  }

  /// Numbers of chips that are tried on each system: all, and halves of these where fewer may be better.
  var spaces: [TrainingSpace] {
    machines.indices.flatMap { index -> [TrainingSpace] in
      let machine = machines[index]
      var counts = [chips]
      while goal != .time, let last = counts.last, last % 2 == 0 { counts.append(last / 2) }
      return counts.flatMap { count in
        TrainingSpace.all(
          architecture, sequenceLength: sequenceLength, machine: index,
          ranks: count * machine.chip.dies.value, domain: machine.domain, pins: pins)
      }
    }
  }

  /// What a plan of the space amounts to, in full.
  func job(_ shape: TrainingSpace.Shape) -> TrainingJob {
    var own = recipe
    own.recompute = shape.recompute(of: architecture)
    return TrainingJob(
      fitting: architecture, sequenceLength: sequenceLength, globalBatch: globalBatch, plan: shape.plan, recipe: own)
  }
}

/// What a search found: the best, how many were tried, and why the others are not among them.
public struct TrainingSearch: Codable, Sendable {
  public var goal: TrainingPlanner.Goal
  /// Best first.
  public var best: [Candidate] = []
  public var tried = 0
  /// Whose time was found in full.
  public var estimated = 0
  /// Provably behind the best.
  public var bounded = 0
  public var rejected: [Rejection] = []

  public struct Candidate: Codable, Sendable {
    public var system: String
    /// That train.
    public var chips: Int
    public var plan: TrainingPlan
    /// The plan as in Megatron's words: `TP8 PP16×8 DP4`.
    public var planWords: String
    public var recompute: Recompute
    public var time: Seconds
    public var memory: Bytes
    /// Of one step, with hosts and switches.
    public var energy: Joules
    /// In the goal's unit: seconds, chip-seconds, joules.
    public var value: Double
    /// Which of the machines that were asked for.
    public var machine = 0
    enum CodingKeys: String, CodingKey {
      case system, chips, plan, planWords, recompute, time, memory, energy, value
    }
  }

  /// Plans that cannot be, for one reason.
  public struct Rejection: Codable, Sendable {
    public var reason: Reason
    public var plans: Int
    /// The plan that misses by least.
    public var nearest: String
    /// By what it misses, and the smallest change after which it would do.
    public var fault: String
    public var wayOut: String
    /// By which the nearest is chosen: bytes, sequences, or 0.
    var distance = 0.0
    var shape = TrainingSpace.Shape()
    enum CodingKeys: String, CodingKey { case reason, plans, nearest, fault, wayOut }
  }

  public enum Reason: String, Codable, Sendable, CaseIterable {
    case system, heads, experts, batch, schedule, memory
  }

  public init(goal: TrainingPlanner.Goal) { self.goal = goal }

  mutating func reject(_ reason: Reason, _ shape: TrainingSpace.Shape, distance: Double) {
    guard let place = rejected.firstIndex(where: { $0.reason == reason }) else {
      rejected.append(
        Rejection(reason: reason, plans: 1, nearest: "", fault: "", wayOut: "", distance: distance, shape: shape))
      return
    }
    rejected[place].plans += 1
    guard distance < rejected[place].distance else { return }
    rejected[place].distance = distance
    rejected[place].shape = shape
  }

  /// Keeps those of least value; earlier ones where they are equal.
  mutating func keep(_ candidate: Candidate, keeping: Int) {
    let place = best.firstIndex { candidate.value < $0.value } ?? best.count
    guard place < keeping else { return }
    best.insert(candidate, at: place)
    if best.count > keeping { best.removeLast() }
  }

  mutating func merge(_ other: Self, keeping: Int) {
    tried += other.tried
    estimated += other.estimated
    bounded += other.bounded
    for candidate in other.best { keep(candidate, keeping: keeping) }
    for rejection in other.rejected {
      guard let place = rejected.firstIndex(where: { $0.reason == rejection.reason }) else {
        rejected.append(rejection)
        continue
      }
      let sum = rejected[place].plans + rejection.plans
      if rejection.distance < rejected[place].distance { rejected[place] = rejection }
      rejected[place].plans = sum
    }
  }

  /// Words of the nearest misses.
  mutating func finish(_ planner: TrainingPlanner) {
    rejected.sort { $0.plans > $1.plans }
    for place in rejected.indices { rejected[place].explain(planner) }
  }
}
