import Costs
import Hardware
import Models
import Serving
import Simulation
import Units

extension RunPredictor {
  /// One kind of instance of a run, as the serving simulation takes it.
  func pool(
    _ run: ServingRun, _ role: EnginePool.Role, _ shape: EngineShape, _ flags: RunFlags.Phase, instances: Int = 1,
    concurrency: Int
  ) throws -> EnginePool {
    let model = try stepModel(run, shape, flags)
    do {
      var options = try options(run, flags, model)
      func deployed() throws -> DeployedPool {
        try DeployedPool(
          name: role.rawValue, role: role, instances: instances, model: model, options: options, place: "run")
      }
      // No more run at once than the client keeps in flight.
      let below = facts.below(run, isDense: model.architecture.mixture == nil)
      let seats = try deployed().settings?.maxRequests ?? 1
      options.maxRequests = max(1, min(seats, concurrency - below))
      let pool = try deployed()
      guard let settings = pool.settings else { throw Unsupported("\(model.engine.name) has no scheduler of steps") }
      if let shortfall = pool.memory.shortfall { throw Unsupported("\(shortfall)") }
      guard pool.memory.keyValueTokensPerRank >= settings.blockTokens else {
        throw Unsupported("no memory is left for keys and values")
      }
      return EnginePool(
        pool, settings: settings, longestContext: run.inputTokens + run.outputTokens + 64,
        launching: launching(flags))
    } catch let problem as Problem {
      throw Unsupported("\(problem)")
    } catch let problems as Problems {
      throw Unsupported("\(problems)")
    }
  }

  private func launching(_ flags: RunFlags.Phase) -> EngineDurations.Launching {
    switch flags.graph {
    case .eager: .eager
    case .fullAndPiecewise, .piecewise: .piecewise
    default: .engine
    }
  }

  /// What a launch sets of its engine's scheduling. SGLang's limits are of an instance, and shared by its ranks.
  private func options(_ run: ServingRun, _ flags: RunFlags.Phase, _ model: StepModel) throws -> SchedulingOptions {
    let share = model.engine.scheduling?.limitsAreShared?.value == true ? model.ranks : 1
    let hasChunks = model.engine.scheduling?.chunkTokens != nil
    let isTensorRT = model.engine.scheduling?.scheduler == .tensorRT
    return SchedulingOptions(
      maxRequests: flags.maxRequests.map { max(1, $0 / share) }, maxBatchedTokens: flags.maxBatchedTokens,
      chunkTokens: hasChunks ? flags.chunkTokens.map { max(1, $0 / share) } : nil,
      receiveInterval: flags.receiveInterval,
      waitSteps: isTensorRT ? flags.delaySteps : nil, waitShare: isTensorRT && flags.delaySteps != nil ? 0.5 : nil,
      balanceSteps: isTensorRT ? flags.balanceSteps : nil)
  }
}
