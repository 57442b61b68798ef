import Formats
import Hardware
import Models
import Pages
import Reports
import Training
import Units

#if canImport(Glibc)
  import Glibc
#endif

extension TrainCommand {
  /// Searches on every system that was named, and says how, on standard error.
  func searched(
    _ architecture: Architecture, _ settings: TrainingRecipe, _ catalog: Catalog
  ) throws -> TrainingSearch {
    let isAll = system.contains("all")
    let machines = try (isAll ? catalog.names("systems") : system).compactMap { name -> TrainingMachine? in
      let own = try placed("system") { try catalog.system(name) }
      let chip = try catalog.chip(own.chip)
      if isAll, !settings.products.runs(on: chip) { return nil }
      try settings.products.check(on: chip)
      return try TrainingMachine(own, chip: chip, platform: try catalog.trainingPlatform(of: chip.name))
    }
    var planner = TrainingPlanner(
      architecture, sequenceLength: sequenceLength, globalBatch: globalBatch, chips: ranked, recipe: settings,
      machines: machines, goal: optimise ?? .time)
    planner.usesBounds = bounds
    planner.pins = try plan.pins()
    planner.pins.microbatch = microbatch
    planner.pins.again = try recipe.again()
    let start = (clock(), ContinuousClock.now)
    let answer = planner.plan(workers: processorCount())
    let busy = Double(clock() - start.0) / Double(CLOCKS_PER_SEC)
    tell(answer, seconds: (ContinuousClock.now - start.1) / .seconds(1), busy: busy)
    return answer
  }

  private func tell(_ answer: TrainingSearch, seconds: Double, busy: Double) {
    let rate = busy > 0 ? Double(answer.tried) / busy : 0
    Terminal.writeError(
      "supernode: \(Text.grouped(answer.tried)) plans in \(Measure(seconds, .duration)), "
        + "\(Text.grouped(Int(rate))) a second of one core: \(Text.grouped(answer.estimated)) estimated in full, "
        + "\(Text.grouped(answer.bounded)) cannot win, "
        + "\(Text.grouped(answer.rejected.reduce(0) { $0 + $1.plans })) cannot be")
    for rejection in answer.rejected {
      Terminal.writeError(
        "  \(Text.grouped(rejection.plans)) for their \(rejection.reason.rawValue); nearest \(rejection.nearest): "
          + "\(rejection.fault); try \(Self.asNoun(rejection.wayOut))")
    }
    for candidate in answer.best {
      Terminal.writeError(
        "  \(candidate.planWords) on \(candidate.chips) chips of \(candidate.system), micro-batch "
          + "\(candidate.plan.microbatch), \(candidate.plan.sharding.level), recompute "
          + "\(candidate.recompute.words): "
          + "\(Measure(candidate.time.value, .duration)), \(Measure(candidate.energy.value, .joules)), "
          + "\(Measure(candidate.memory.value, .bytes))")
    }
  }

  private static func asNoun(_ way: String) -> String { way.hasPrefix("use ") ? String(way.dropFirst(4)) : way }

  /// Why no plan is left, by the reason that most plans have.
  func nothing(_ answer: TrainingSearch) -> Problem {
    let nearest = answer.rejected.first { $0.reason == .memory } ?? answer.rejected.first
    let fault = nearest.map { "; the nearest, \($0.nearest): \($0.fault)" } ?? ""
    return Problem(
      "--plan", answer.tried == 0 ? "no plan has these sizes" : "none of \(answer.tried) plans fits" + fault,
      wayOut: nearest.map { "use \(Self.asNoun($0.wayOut))" }
        ?? (answer.tried == 0 ? "use others, or leave them out" : "use more chips, or a batch with more divisors"))
  }
}
