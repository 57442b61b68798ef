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
  let choices: PlanChoices
  let lengths: PlanRequest.Lengths
  let chips: Int
  /// Of the requests, those that must keep every objective.
  let share: Double
  /// Nothing else is tried; nil: all that there are.
  var only: [ParallelPlan]?
  /// Tokens of the longest prompt and answer that come; nil: none is longer than the mean.
  var longest: (prompt: Int, answer: Int)?
  /// Copies of busy experts beyond one of each, of engines that lay instances out themselves.
  var redundantExperts = 0

  /// One way to divide an instance, with every setting that it may have.
  typealias Layout = [InstanceModel]

  /// Instances of a role in all sizes, divisions and settings; nothing that could serve is left out but sizes that are
  /// no power of two, nor of boards of 18, 24, 36 or 72 chips.
  func instances(_ role: EnginePool.Role) -> (layouts: [Layout], refusals: [PlanRefusal]) {
    var found: (layouts: [Layout], refusals: [PlanRefusal]) = ([], [])
    func add(_ plans: [ParallelPlan]) {
      for plan in plans where only?.contains(plan) ?? true {
        do throws(PlanRefusal) {
          found.layouts.append(try layout(plan, role))
        } catch { found.refusals.append(error) }
      }
    }
    add(plans(role))
    // Pipelines cost latency: they are tried where no board holds the model.
    if found.layouts.isEmpty, architecture.mixture == nil, machine.engine.scheduling != nil { add(pipelines) }
    return found
  }

  /// All settings of a division that can be, or why none can. Settings that differ in prompts alone share a step.
  private func layout(_ plan: ParallelPlan, _ role: EnginePool.Role) throws(PlanRefusal) -> Layout {
    var models: Layout = []
    var refusal: PlanRefusal?
    var last: (settings: PlanSettings, step: StepModel)?
    for settings in choices.settings(role) {
      do throws(PlanRefusal) {
        let model: StepModel
        if let last, last.settings.draftTokens == settings.draftTokens,
          last.settings.memoryShare == settings.memoryShare
        {
          model = last.step
        } else {
          model = try step(plan, role, settings)
        }
        last = (settings, model)
        models.append(try instance(model, role, settings))
      } catch { refusal = refusal ?? error }
    }
    if models.isEmpty, let refusal { throw refusal }
    return models
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
        return expertGroups(all, data: data, board: board).map {
          ParallelPlan(tensor: tensor, data: data, expert: $0)
        }
      }
    }
  }

  /// Groups among which whole experts may be divided, each group's dies dividing the width of its experts.
  ///
  /// vLLM and what is made of it know one group or as many as dies (`--enable-expert-parallel`); SGLang (`--ep-size`)
  /// and TensorRT-LLM (`--ep_size`) all between, where tokens are not sent to their experts one by one.
  private func expertGroups(_ dies: Int, data: Int, board: Int) -> [Int] {
    let rule = machine.engine.execution?.exchange
    let kinds = rule.map { data == 1 ? [$0.shared] : [$0.split, $0.prompts ?? $0.split] } ?? [.lowLatency]
    let isFree = [.sgLang, .tensorRT].contains(machine.engine.scheduling?.scheduler)
    let mayMix = isFree && !kinds.contains(.lowLatency) && !kinds.contains(.bulk)
    return (0...12).map { 1 << $0 }.filter { groups in
      // Experts divided by width over more than a board would send every layer's sums between boards.
      groups < dies && dies % groups == 0 && dies / groups <= board && (groups == 1 || mayMix)
    }.filter { $0 > 1 || dies <= board } + [dies]
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
    let dies = machine.chip.dies.value
    func plan(_ size: Int, _ tensor: Int?) -> ParallelPlan? {
      try? ParallelPlan.instance(
        phase, chips: size, of: architecture, on: machine, tensorParallel: tensor, redundantExperts: redundantExperts)
    }
    guard architecture.mixture != nil || isPooled else {
      // A dense model gains nothing from groups in step with each other.
      return tensors.filter { max(1, $0 / dies) <= most }.compactMap { plan(max(1, $0 / dies), $0) }
    }
    let largest = role == .prefill ? min(most, 32) : most
    return sizes.filter { $0 <= largest }.flatMap { size -> [ParallelPlan] in
      let choices: [Int?] = isPooled ? [nil] : tensors.filter { $0 <= 8 && $0 <= size * dies }
      return choices.compactMap { plan(size, $0) }
    }
  }

  // MARK: one instance

  func instance(
    _ plan: ParallelPlan, _ role: EnginePool.Role, _ settings: PlanSettings
  ) throws(PlanRefusal) -> InstanceModel {
    try instance(step(plan, role, settings), role, settings)
  }

  private func refused(
    _ plan: ParallelPlan, _ role: EnginePool.Role, _ reason: PlanRefusal.Reason, _ problem: String,
    misses: Double = .infinity
  ) -> PlanRefusal {
    PlanRefusal(
      reason: reason, engine: machine.engine.name, system: machine.system.name, role: role, plan: plan,
      chips: plan.chips(of: machine.chip), problem: problem, misses: misses)
  }

  private func step(
    _ plan: ParallelPlan, _ role: EnginePool.Role, _ settings: PlanSettings
  ) throws(PlanRefusal) -> StepModel {
    var machine = machine
    if let share = settings.memoryShare { machine.engine.execution?.memory.share.value = share }
    let drafting = Drafting(tokens: settings.draftTokens, acceptance: choices.acceptance.map { [$0] } ?? [])
    do {
      return try StepModel(
        architecture: architecture, machine: machine, plan: plan, precision: precision,
        drafting: settings.draftTokens > 0 ? drafting : .none, place: role.rawValue)
    } catch let problem as Problem {
      let reason = problem.place.contains("arallel") ? PlanRefusal.Reason.divisibility : .fabric
      throw refused(plan, role, reason, Self.words(problem))
    } catch { throw refused(plan, role, .fabric, "\(error)") }
  }

  private func instance(
    _ model: StepModel, _ role: EnginePool.Role, _ settings: PlanSettings
  ) throws(PlanRefusal) -> InstanceModel {
    let plan = model.plan
    let pool: DeployedPool
    do {
      pool = try deployed(model, role, plan.chips(of: machine.chip), settings)
    } catch { throw refused(plan, role, .engine, "\(error)") }
    if let shortfall = pool.memory.shortfall {
      throw refused(plan, role, .memory, Self.words(shortfall), misses: missing(pool))
    }
    let (prompt, answer) = longest ?? (Int(lengths.prompt), Int(lengths.output))
    let room = mostDecoding(beside: prompt, answer, pool)
    let found = InstanceModel(
      pool, settings: settings, lengths: lengths, promptBudget: Double(max(1, pool.promptTokensPerStep)),
      share: share, mostDecoding: room)
    let whole = longest.map { $0.prompt + $0.answer } ?? Int(lengths.whole)
    if let room, room < 1 {
      let step = pool.settings?.maxBatchedTokens ?? prompt
      throw refused(
        plan, role, .engine,
        "a prompt of \(prompt) tokens fills a step of \(step), so that none enters while a request decodes, and the "
          + "engine cuts none", misses: Double(prompt + 1) / Double(step) - 1)
    }
    guard found.mostInMemory >= 1, pool.memory.requests(of: Double(whole)) >= 1 else {
      throw refused(
        plan, role, .memory, "a request of \(whole) tokens finds no room for its keys and values", misses: 1)
    }
    if let most = pool.longestPrompt(answering: answer), prompt > most {
      throw refused(
        plan, role, .engine,
        "a prompt of \(prompt) tokens is longer than the \(most) that a step takes, and the engine cuts none",
        misses: Double(prompt) / Double(max(1, most)) - 1)
    }
    return found
  }

  /// Where prompts enter whole among requests that decode: at most so many decode, that one finds room in a step; nil
  /// where that is no limit.
  private func mostDecoding(beside prompt: Int, _ answer: Int, _ pool: DeployedPool) -> Int? {
    guard pool.role == .colocated, let most = pool.longestPrompt(answering: answer), prompt <= most else { return nil }
    return pool.settings.map { ($0.maxBatchedTokens - prompt) / (1 + pool.model.drafting.tokens) }
  }

  private func deployed(
    _ model: StepModel, _ role: EnginePool.Role, _ size: Int, _ settings: PlanSettings
  ) throws -> DeployedPool {
    guard machine.engine.scheduling == nil else {
      return try DeployedPool(
        name: role.rawValue, role: role, model: model,
        options: settings.options(
          machine.engine, maxRequests: role == .prefill ? nil : InstanceModel.largestBatch), place: role.rawValue)
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
  /// Of objectives: the one that the batch which misses least misses most, and that batch: requests of a rank.
  public var missed: PlanMiss?
  public var batch: Int?

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
