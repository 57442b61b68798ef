import Costs
import Formats
import Hardware
import Models
import Serving
import Units

/// Instances that a plan may use of one engine in one format on one system, and those that cannot be.
struct PlanSpace: Sendable {
  let machine: Machine
  let architecture: Architecture
  let precision: Precision
  let drafting: Drafting
  let lengths: PlanRequest.Lengths
  let chips: Int
  /// Of the requests, those that must keep every objective.
  let share: Double

  /// Instances of a role in all sizes and divisions; nothing that could serve is left out but sizes that are no power
  /// of two, nor of boards of 18, 24, 36 or 72 chips.
  func instances(_ role: EnginePool.Role) -> (models: [InstanceModel], refusals: [PlanRefusal]) {
    var found: (models: [InstanceModel], refusals: [PlanRefusal]) = ([], [])
    func add(_ plans: [ParallelPlan]) {
      for plan in plans {
        do throws(PlanRefusal) {
          found.models.append(try instance(plan, role))
        } catch { found.refusals.append(error) }
      }
    }
    add(plans(role))
    // Pipelines cost latency: they are tried where no board holds the model.
    if found.models.isEmpty, architecture.mixture == nil, machine.engine.scheduling != nil { add(pipelines) }
    return found
  }

  // MARK: sizes

  /// Chips of an instance at most.
  private var most: Int { machine.system.scales == true ? chips : min(chips, machine.system.chips.value) }

  private var sizes: [Int] {
    let powers = (0...12).map { 1 << $0 }
    let others = [18, 36, 72, 24, 48, 96, 144, 160, 192, 288, 320, 384]
    return (powers + others).filter { $0 <= most }.sorted()
  }

  /// How dies of an instance may be divided.
  func plans(_ role: EnginePool.Role) -> [ParallelPlan] {
    let dies = machine.chip.dies.value
    let board = machine.system.chipsPerNode.value * dies
    let tensors = (0...6).map { 1 << $0 }.filter { $0 <= max(board, 1) }
    guard machine.engine.scheduling != nil else { return wholeRequestPlans(role, tensors) }
    guard architecture.mixture != nil else {
      // A dense model gains nothing from groups in step with each other: copies are instances of their own.
      return tensors.filter { $0 % dies == 0 && $0 / dies <= most }.map { ParallelPlan(tensor: $0) }
    }
    let largest = role == .prefill ? min(most, 64) : most
    return sizes.filter { $0 <= largest }.flatMap { size -> [ParallelPlan] in
      let all = size * dies
      return tensors.filter { all % $0 == 0 }.flatMap { tensor -> [ParallelPlan] in
        let data = all / tensor
        let whole = ParallelPlan(tensor: tensor, data: data, expert: all)
        // Experts divided by width over more than a board would send every layer's sums between boards.
        guard all <= board else { return [whole] }
        return all > 1 ? [ParallelPlan(tensor: tensor, data: data), whole] : [ParallelPlan(tensor: tensor, data: data)]
      }
    }
  }

  /// Whole boards in a row, as many as there are chips for, up to eight.
  private var pipelines: [ParallelPlan] {
    let board = machine.system.chipsPerNode.value
    let tensor = board * machine.chip.dies.value
    guard tensor & (tensor - 1) == 0 else { return [] }
    return [2, 3, 4, 6, 8].filter { $0 * board <= most }.map { ParallelPlan(tensor: tensor, pipeline: $0) }
  }

  /// Engines that plan whole requests lay instances out themselves.
  private func wholeRequestPlans(_ role: EnginePool.Role, _ tensors: [Int]) -> [ParallelPlan] {
    guard role != .colocated else { return [] }
    let phase: Phase = role == .prefill ? .prefill : .decode
    let isPooled = phase == .prefill && machine.engine.prefill.attention == .sequenceTensorSequence
    let largest = role == .prefill ? min(most, 32) : most
    return sizes.filter { $0 <= largest }.flatMap { size -> [ParallelPlan] in
      let choices: [Int?] = isPooled ? [nil] : tensors.filter { $0 <= 8 && $0 <= size * machine.chip.dies.value }
      return choices.compactMap { tensor in
        try? ParallelPlan.instance(phase, chips: size, of: architecture, on: machine, tensorParallel: tensor)
      }
    }
  }

  // MARK: one instance

  func instance(_ plan: ParallelPlan, _ role: EnginePool.Role) throws(PlanRefusal) -> InstanceModel {
    let size = plan.chips(of: machine.chip)
    func refused(_ reason: PlanRefusal.Reason, _ problem: String, misses: Double = .infinity) -> PlanRefusal {
      PlanRefusal(
        reason: reason, engine: machine.engine.name, system: machine.system.name, role: role, plan: plan, chips: size,
        problem: problem, misses: misses)
    }
    let model: StepModel
    do {
      model = try StepModel(
        architecture: architecture, machine: machine, plan: plan, precision: precision,
        drafting: role == .prefill ? .none : drafting, place: role.rawValue)
    } catch let problem as Problem {
      throw refused(problem.place.contains("arallel") ? .divisibility : .fabric, Self.words(problem))
    } catch { throw refused(.fabric, "\(error)") }
    let pool: DeployedPool
    do {
      pool = try deployed(model, role, size)
    } catch { throw refused(.engine, "\(error)") }
    if let shortfall = pool.memory.shortfall { throw refused(.memory, Self.words(shortfall), misses: missing(pool)) }
    let found = InstanceModel(
      pool, lengths: lengths, promptBudget: Double(max(1, pool.promptTokensPerStep)),
      share: share)
    guard found.mostInMemory >= 1 else {
      throw refused(
        .memory, "a request of \(Int(lengths.whole)) tokens finds no room for its keys and values", misses: 1)
    }
    return found
  }

  private func deployed(_ model: StepModel, _ role: EnginePool.Role, _ size: Int) throws -> DeployedPool {
    guard machine.engine.scheduling == nil else {
      return try DeployedPool(
        name: role.rawValue, role: role, model: model,
        options: role == .prefill
          ? SchedulingOptions() : SchedulingOptions(maxRequests: InstanceModel.largestBatch), place: role.rawValue)
    }
    let tokens = Self.wholeRequestTokens
    let isPrefill = role == .prefill
    return DeployedPool(
      name: role.rawValue, role: role, instances: 1, chips: size, model: model,
      memory: isPrefill
        ? model.memoryPlan(requestsPerRank: 0, tokensPerRank: tokens / machine.chip.dies.value)
        : model.memoryPlan(requestsPerRank: InstanceModel.largestBatch / 8),
      maxRequestsPerRank: isPrefill ? 0 : InstanceModel.largestBatch,
      maxTokensPerRank: isPrefill ? tokens * size / model.ranks : 0)
  }

  /// New tokens of a chip's step of prompts, of engines that plan whole requests.
  static let wholeRequestTokens = 8192

  /// Without its place: the layout is told beside it.
  private static func words(_ problem: Problem) -> String {
    Problem("", problem.fault, wayOut: problem.wayOut).description
  }

  /// Memory that lacks, as a share of the die's.
  private func missing(_ pool: DeployedPool) -> Double {
    max(0, pool.memory.used / pool.memory.capacity - 1)
  }
}

/// Why an instance, or a deployment, cannot serve.
public struct PlanRefusal: Error, Encodable, Sendable, Hashable {
  public var reason: Reason
  public var engine: String
  public var system: String
  public var role: EnginePool.Role
  public var plan: ParallelPlan
  /// Of an instance.
  public var chips: Int
  /// In words, with a way out where there is one.
  public var problem: String
  /// By what share it misses; infinite where that has no measure.
  public var misses: Double

  public enum Reason: String, Sendable, Codable, CaseIterable {
    /// Weights, or one request's keys and values, do not fit.
    case memory
    /// Heads, experts or layers do not divide.
    case divisibility
    /// No plane carries what its dies exchange.
    case fabric
    /// The engine has no such mode.
    case engine
    /// An objective is missed at every batch.
    case objective
    /// More chips than there are.
    case chips
  }
}
