import Costs
import Formats
import Foundation
import Hardware
import Models
import Serving
import Simulation
import Testing
import Units

@testable import Planning

/// What a plan finds is what an exhaustive look at the same space finds: in six worlds of each kind, or in 60 with
/// SUPERNODE_LONG=1.
@Suite struct PlanSearchTests {
  private static let catalog = Catalog()

  /// A world of small systems, so that everything can be tried.
  private struct World: Sendable {
    var model: String
    var system: String
    var engine: String
    var chips: Int
    var prompt: Double
    var output: Double
    var each: Double?
    var first: Double?
  }

  private static let count = ProcessInfo.processInfo.environment["SUPERNODE_LONG"] == nil ? 6 : 60

  private static let models = ["Llama-3.1-8B", "Qwen3-32B", "Qwen3-30B-A3B", "Mixtral-8x7B", "GLM-4.7-Flash"]
  private static let systems = [
    ("HGX H100", "vLLM"), ("HGX H200", "SGLang"), ("HGX B200", "TensorRT-LLM"), ("HGX H20", "vLLM"),
    ("Atlas 800 A2", "vLLM-Ascend"),
  ]

  private static func world(_ number: Int) -> World {
    var stream = Seed(UInt64(number)).stream("plans")
    func pick<T>(_ list: [T]) -> T { list[min(list.count - 1, Int(stream.uniform() * Double(list.count)))] }
    let (system, engine) = pick(systems)
    return World(
      model: pick(models), system: system, engine: engine, chips: pick([1, 2, 4, 8]),
      prompt: pick([128, 1024, 4000, 12_000]), output: pick([16, 128, 1000]),
      each: pick([nil, 8, 15, 30, 60]), first: pick([nil, 150, 600, 3000]))
  }

  private static func search(_ world: World, _ divisions: [PlanRequest.Division]) throws -> PlanSearch {
    var request = PlanRequest(
      model: world.model, fleets: [.init(system: world.system, chips: world.chips)], formats: [.ofFiles],
      lengths: .init(prompt: world.prompt, output: world.output),
      objectives: .init(
        timeToFirstToken: world.first.map { .milliseconds($0) },
        timePerOutputToken: world.each.map { .milliseconds($0) })
    )
    request.engines = [world.engine]
    request.divisions = divisions
    request.draftTokens = [0, 2]
    request.acceptance = 0.6
    request.chunkTokens = [1024, 8192]
    return try #require(try Planner(request, catalog: catalog, workers: 1).searches.first)
  }

  private static func keeps(_ estimate: InstanceEstimate, _ world: World) -> Bool {
    (world.each.map { estimate.timePerOutputToken <= .milliseconds($0) } ?? true)
      && (world.first.map { estimate.lateFirstToken <= .milliseconds($0) } ?? true)
  }

  @Test("together: no batch of any layout serves more than the plan", arguments: 0..<count)
  func exhaustiveTogether(_ number: Int) throws {
    let world = Self.world(number)
    let search = try Self.search(world, [.together])
    let found = search.run().candidates.map(\.requestsPerSecond).max() ?? 0
    var best = 0.0
    for model in search.space.instances(.colocated).layouts.flatMap({ $0 }) {
      for batch in 1...max(1, min(model.mostInMemory, InstanceModel.largestBatch)) {
        guard let estimate = model.together(batch), Self.keeps(estimate, world) else { continue }
        best = max(best, estimate.requestsPerSecond * Double(world.chips / model.chips))
      }
    }
    // Between the batches that are tried a graph's padding and tiles of experts can yield a little more.
    #expect(found <= best * (1 + 1e-9), "\(world)")
    #expect(found >= best * 0.98, "\(world): \(found) of \(best)")
  }

  @Test("apart: no pair of pools in any numbers serves more than the plan", arguments: 100..<100 + count)
  func exhaustiveApart(_ number: Int) throws {
    let world = Self.world(number)
    let search = try Self.search(world, [.apart])
    let found = search.run().candidates.map(\.requestsPerSecond).max() ?? 0
    var best = 0.0
    let (prompts, answers) = (search.space.instances(.prefill).layouts, search.space.instances(.decode).layouts)
    let decodes = answers.flatMap { $0 }.compactMap { second -> (InstanceModel, Double)? in
      let batches = 1...max(1, min(second.mostInMemory, InstanceModel.largestBatch))
      let rates = batches.map(second.answers).filter { Self.keeps($0, world) }.map(\.requestsPerSecond)
      return rates.max().map { (second, $0) }
    }
    for first in prompts.flatMap({ $0 }) {
      let most = max(1, min(first.mostInMemory, Int(first.promptBudget / search.request.lengths.prompt)))
      let counts = (1...most).filter { $0 & ($0 - 1) == 0 }
      let limit = world.first.map { Seconds.milliseconds($0) }
      let estimates = counts.map(first.prompts).filter { estimate in
        limit.map { estimate.timeToFirstToken <= $0 } ?? true
      }
      for estimate in estimates {
        let prompt = PlanSearch.Sized(model: first, estimate: estimate)
        let promptRates = (1...max(1, world.chips / first.chips)).map { search.promptRate(prompt, $0) }
        for (second, decoding) in decodes {
          for count in 1...max(1, world.chips / first.chips) {
            for other in 0...(world.chips / second.chips)
            where other > 0 && count * first.chips + other * second.chips <= world.chips {
              best = max(best, min(promptRates[count - 1], Double(other) * decoding))
            }
          }
        }
      }
    }
    #expect(found <= best * (1 + 1e-9) && found >= best * 0.98, "\(world): \(found) of \(best)")
  }

  @Test("a step never shortens as its batch grows, on which the cut of batches rests", arguments: 0..<count)
  func monotone(_ number: Int) throws {
    let search = try Self.search(Self.world(number), [.apart])
    for model in search.space.instances(.decode).layouts.flatMap({ $0 }) {
      let most = min(model.mostInMemory, 256)
      guard most >= 2 else { continue }
      let times = (1...most).map { model.answers($0).step.value }
      for (time, before) in zip(times.dropFirst(), times) { #expect(time >= before * (1 - 1e-9)) }
    }
  }

  @Test("numbers of instances are those of a look at all of them")
  func counts() {
    var stream = Seed(7).stream("counts")
    for _ in 0..<500 {
      let (small, large) = (1 + Int(stream.uniform() * 8), 1 + Int(stream.uniform() * 16))
      let (rate, other) = (0.1 + stream.uniform() * 5, 0.1 + stream.uniform() * 5)
      let chips = 1 + Int(stream.uniform() * 64)
      let spare = Int(stream.uniform() * 2)
      var best = 0.0
      for first in 1...64 {
        for second in 1...64 where (first + spare) * small + (second + spare) * large <= chips {
          best = max(best, min(Double(first) * rate, Double(second) * other))
        }
      }
      let found = PlanSearch.counts(small, { Double($0) * rate }, large, other, chips: chips, spare: spare)
      let served = found.map { min(Double($0.first - spare) * rate, Double($0.second - spare) * other) } ?? 0
      #expect(abs(served - best) < 1e-9)
      if let found { #expect(found.first * small + found.second * large <= chips) }
    }
  }

  @Test("no point of the frontier is beaten, and every other one is")
  func frontier() throws {
    let world = World(
      model: "Qwen3-30B-A3B", system: "HGX H200", engine: "vLLM", chips: 8, prompt: 1024, output: 512)
    let points = try Self.search(world, [.together, .apart]).run().points
    let frontier = PlanAnswer.frontier(of: points)
    #expect(frontier.count > 5)
    func beats(_ one: PlanCandidate, _ other: PlanCandidate) -> Bool {
      one.speedPerUser >= other.speedPerUser && one.outputTokensPerChip >= other.outputTokensPerChip
        && (one.speedPerUser > other.speedPerUser || one.outputTokensPerChip > other.outputTokensPerChip)
    }
    for point in frontier { #expect(!points.contains { beats($0, point) }) }
    for point in points {
      let isThere = frontier.contains {
        $0.speedPerUser >= point.speedPerUser && $0.outputTokensPerChip >= point.outputTokensPerChip
      }
      #expect(isThere)
    }
  }

  @Test("waiting: one server with exponential chance, two by hand, and none where there are many")
  func queue() {
    func queue(_ servers: Int) -> PromptQueue {
      PromptQueue(service: .milliseconds(100), frontEnd: .zero, servers: servers)
    }
    #expect(abs(queue(1).chanceToWait(0.6) - 0.6) < 1e-12)
    // Erlang C of two servers at load a half: 1/3.
    #expect(abs(queue(2).chanceToWait(0.5) - 1.0 / 3) < 1e-12)
    #expect(queue(200).chanceToWait(0.5) < 1e-9)
    // M/D/1 at a half: the service and half of it again.
    #expect(abs(queue(1).mean(0.5).milliseconds - 150) < 1e-9)
    let load = queue(3).load(upTo: 0.9, within: .milliseconds(150), rest: 0.05)
    #expect(abs(queue(3).late(load, rest: 0.05).milliseconds - 150) < 0.01)
    #expect(queue(3).load(upTo: 0.9, within: .milliseconds(90), rest: 0.05) == 0)
    // Two at a half: a third waits for a part of a service, a ninth of these for one more. All but a sixth: half of it.
    #expect(abs(queue(2).late(0.5, rest: 1.0 / 6).milliseconds - 100 * (1 + 0.5 / (1 - 1.0 / 9))) < 1e-9)
    #expect(abs(queue(2).late(0.5, rest: 1.0 / 27).milliseconds - 200) < 1e-9)
    #expect(abs(queue(2).mean(0.5).milliseconds - 100 * (1 + 1.0 / 3 * (10.0 / 9) / (2 * 8.0 / 9))) < 1e-9)
  }

  @Test("prompts of a step: one rank's chance and mean are Poisson's")
  func promptsOfStep() {
    let alone = PromptsOfStep(mean: 0.5, ranks: 1, most: 100)
    #expect(abs(alone.chance - (1 - exponential(-0.5))) < 1e-12)
    #expect(abs(alone.fullest * alone.chance - 0.5) < 1e-9)
    // The fuller of two with mean ln 2 each: chance 1 − 1/4; the mean of the greatest by the sum over its values.
    let two = PromptsOfStep(mean: 0.693147180559945, ranks: 2, most: 100)
    #expect(abs(two.chance - 0.75) < 1e-9)
    var mean = 0.0
    var (term, below) = (0.5, 0.5)
    for count in 1...40 {
      mean += 1 - below * below
      term *= 0.693147180559945 / Double(count)
      below += term
    }
    #expect(abs(two.fullest * two.chance - mean) < 1e-9)
  }
}
