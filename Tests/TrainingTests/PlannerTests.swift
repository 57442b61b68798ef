import Formats
import Hardware
import Models
import Testing
import Units

@testable import Training

/// The search against a look at every plan of its space, one by one and in full.
struct PlannerTests {
  private typealias Draw = PlainSimulatorTests.Draw

  private func machine(_ name: String) throws -> TrainingMachine {
    let catalog = Catalog()
    let system = try catalog.system(name)
    let chip = try catalog.chip(system.chip)
    return try TrainingMachine(system, chip: chip, platform: try catalog.trainingPlatform(of: chip.name))
  }

  private func model(_ draw: inout Draw) -> Architecture {
    let hidden = 1024 << draw.next(4), heads = hidden / 128
    let layers = [6, 8, 12, 13, 24][draw.next(5)]
    let attention = Attention.grouped(
      GroupedQueryAttention(
        heads: heads, keyValueHeads: max(1, heads >> draw.next(3)), headDimension: 128, hasInputBias: false))
    var groups = [LayerGroup(count: layers, attention: attention, feedForward: .dense(intermediateSize: 3 * hidden))]
    if draw.next(3) == 0 {
      let mixture = MixtureOfExperts(
        experts: 16 << draw.next(3), expertsPerToken: 4, intermediateSize: hidden / 2, sharedExperts: draw.next(2),
        sharedIntermediateSize: hidden / 2)
      groups = [
        LayerGroup(count: 2, attention: attention, feedForward: .dense(intermediateSize: 3 * hidden)),
        LayerGroup(count: layers - 2, attention: attention, feedForward: .mixture(mixture)),
      ]
    }
    return Architecture(
      name: "random", architectureClass: "", hiddenSize: hidden, vocabularySize: 32_000 << draw.next(3),
      tiedEmbeddings: draw.next(2) == 0, maximumPositions: 1 << 20, layers: groups, multiTokenPredictionLayers: 0)
  }

  /// The least value of every plan of the planner's spaces, each checked and estimated by itself.
  private func least(_ planner: TrainingPlanner) throws -> (value: Double?, plans: Int, fitting: Int) {
    var best: Double?
    var plans = 0, fitting = 0
    for space in planner.spaces {
      let machine = planner.machines[space.machine]
      let chips = Double(space.ranks / machine.chip.dies.value)
      for shape in space.shapes {
        plans += 1
        let wanted = planner.job(shape)
        guard machine.mostRanks.map({ space.ranks <= $0 }) ?? true,
          let job = try? TrainingJob(
            wanted.architecture, sequenceLength: wanted.sequenceLength, globalBatch: wanted.globalBatch,
            plan: wanted.plan, recipe: wanted.recipe)
        else { continue }
        let memory = TrainingMemory(of: job, capacity: machine.capacity, platform: machine.platform)
        guard memory.fits else { continue }
        fitting += 1
        let step = try TrainingEstimator(job, on: machine).estimate()
        let watts = machine.watts.watts(
          chips: Int(chips), computeUtilisation: step.hardwareUtilisation, memoryUtilisation: step.kernelShare)
        let value =
          switch planner.goal {
          case .time: step.time.value
          case .chipHours: step.time.value * chips
          case .energy: step.time.value * watts.value
          }
        best = min(best ?? .infinity, value)
      }
    }
    return (best, plans, fitting)
  }

  private func planner(_ seed: Int) throws -> TrainingPlanner {
    var draw = Draw(state: UInt64(seed))
    let names = ["HGX H100", "HGX A100", "GB200 NVL72", "Atlas 800 A3"]
    let machines = try (0...draw.next(2)).map { _ in try machine(names[draw.next(names.count)]) }
    let chips = [8, 16, 24, 32][draw.next(4)]
    return TrainingPlanner(
      model(&draw), sequenceLength: 2048 << draw.next(2), globalBatch: chips * (2 + draw.next(7)), chips: chips,
      recipe: TrainingRecipe(products: [.bf16, .fp8Current][draw.next(2)]), machines: machines,
      goal: TrainingPlanner.Goal.allCases[seed % 3])
  }

  @Test("no plan that the search passes over is better than its best, for random models, systems and goals")
  func bruteForce() throws {
    for seed in 1...6 {
      var planner = try planner(seed)
      let (value, plans, fitting) = try least(planner)
      let search = planner.plan()
      #expect(search.tried == plans, "seed \(seed)")
      let cannot = search.rejected.reduce(0) { $0 + $1.plans }
      #expect(search.estimated + search.bounded == fitting && cannot == plans - fitting, "seed \(seed)")
      if let value {
        let found = try #require(search.best.first, "seed \(seed)")
        #expect(abs(found.value - value) <= 1e-9 * value, "seed \(seed): \(found.planWords)")
      } else {
        #expect(search.best.isEmpty, "seed \(seed)")
      }
      planner.usesBounds = false
      let all = planner.plan(workers: 2)
      #expect(all.bounded == 0 && all.best.map(\.value) == search.best.map(\.value), "seed \(seed)")
    }
  }

  @Test("a search about given sizes finds the best of all plans that have them")
  func pins() throws {
    var planner = try planner(2)
    planner.usesBounds = false
    planner.keeping = 1_000_000
    let all = planner.plan().best
    let some = try #require(all.last)
    planner.keeping = 1
    planner.usesBounds = true
    planner.pins.tensor = some.plan.tensor
    planner.pins.pipeline = some.plan.pipeline
    planner.pins.microbatch = some.plan.microbatch
    planner.pins.sharding = some.plan.sharding
    let found = try #require(planner.plan().best.first)
    let wanted = all.filter {
      $0.plan.tensor == some.plan.tensor && $0.plan.pipeline == some.plan.pipeline
        && $0.plan.microbatch == some.plan.microbatch && $0.plan.sharding == some.plan.sharding
    }
    #expect(found.value == wanted.first?.value && wanted.count < all.count)
    planner.pins.tensor = 7
    #expect(planner.plan().tried == 0)
  }

  @Test("bounds save work, and answers are the same on any number of workers")
  func workers() throws {
    let planner = try planner(3)
    let one = planner.plan(workers: 1), two = planner.plan(workers: 2)
    #expect(one.bounded > 0)
    #expect(try JSONText.encode(one) == JSONText.encode(two))
  }

  @Test("what cannot be is counted by reason, with the nearest miss and what would do")
  func rejections() throws {
    let search = TrainingPlanner(
      try Architecture(named: "Llama-3.1-405B", in: Catalog()), sequenceLength: 8192, globalBatch: 12, chips: 8,
      recipe: TrainingRecipe(), machines: [try machine("HGX H100")]
    ).plan()
    #expect(search.best.isEmpty && search.estimated == 0)
    let memory = try #require(search.rejected.first { $0.reason == .memory })
    #expect(memory.plans > 10 && memory.fault.hasPrefix("a rank is short of ") && !memory.wayOut.isEmpty)
    let batch = try #require(search.rejected.first { $0.reason == .batch })
    #expect(batch.fault.hasPrefix("12 sequences are not a multiple of DP 8") && batch.wayOut == "a batch of 8")
    #expect(search.rejected.reduce(0) { $0 + $1.plans } == search.tried)
  }

  @Test("with fewer chips allowed, fewest chip-hours never need more than the shortest step's")
  func goals() throws {
    let model = try Architecture(named: "Llama-3.1-8B", in: Catalog())
    func best(_ goal: TrainingPlanner.Goal) throws -> TrainingSearch.Candidate {
      let planner = TrainingPlanner(
        model, sequenceLength: 8192, globalBatch: 128, chips: 64, recipe: TrainingRecipe(),
        machines: [try machine("HGX H100"), try machine("HGX A100")], goal: goal)
      return try #require(planner.plan(workers: 2).best.first)
    }
    let fast = try best(.time), cheap = try best(.chipHours), green = try best(.energy)
    #expect(fast.time <= cheap.time && fast.time <= green.time && fast.system == "HGX H100" && fast.chips == 64)
    #expect(cheap.time * Double(cheap.chips) <= fast.time * Double(fast.chips) && cheap.chips <= 64)
    #expect(green.energy <= fast.energy && green.energy <= cheap.energy)
  }
}
