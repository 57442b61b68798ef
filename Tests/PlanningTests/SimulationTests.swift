import Costs
import Formats
import Hardware
import Serving
import Testing
import Units

@testable import Planning

/// The arithmetic against a saturated run of the simulator.
@Suite struct SimulationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var model: String
    var system: String
    var engine: String
    var weights: NumberFormat
    var prefill: (instances: Int, chips: Int, tensor: Int?)
    var decode: (instances: Int, chips: Int, tensor: Int)
    var tokensPerChip: Int
    var drafts = 0
    var requests: Int
    var inFlight: Int
    var testDescription: String { "\(model) on \(system)" }
  }

  static let cases = [
    // Decode is the busier pool.
    Case(
      model: "DeepSeek-R1", system: "CloudMatrix 384", engine: "CloudMatrix-Infer", weights: .int8,
      prefill: (5, 16, nil), decode: (1, 32, 2), tokensPerChip: 8192, drafts: 1, requests: 20_000, inFlight: 5000),
    // Prefill is.
    Case(
      model: "Qwen3-30B-A3B", system: "HGX H20", engine: "DeepEP two-batch", weights: .fp8,
      prefill: (4, 1, 1), decode: (1, 8, 1), tokensPerChip: 8192, requests: 20_000, inFlight: 4000),
  ]

  @Test("throughput and power are those of a saturated simulation within 5%", arguments: cases)
  func agrees(_ one: Case) throws {
    let entry = try Worlds.entry(one.model, prompt: 4096, output: 1024, drafts: one.drafts)
    let hardware = try Worlds.hardware(one.system, one.engine, one.weights)
    let search = try Worlds.search(hardware, entry)
    let prefill = try #require(
      search.model(.prefill, .init(chips: one.prefill.chips, tensorParallel: one.prefill.tensor)))
    let decode = try #require(
      search.model(
        .decode, .init(chips: one.decode.chips, tensorParallel: one.decode.tensor), draftTokens: one.drafts))
    let filling = try #require(search.prefill(prefill, tokensPerChip: one.tokensPerChip))
    let stepping = try #require(search.decode(decode, within: entry.timePerOutputToken))
    let chips = (prefill: one.prefill.instances * one.prefill.chips, decode: one.decode.instances * one.decode.chips)
    let filled = filling.requestsPerSecond * Double(chips.prefill)
    let stepped = stepping.requestsPerSecond * Double(chips.decode)

    let measured = try Measured(one, limit: Int(stepping.batchPerChip.rounded(.up)))
    let rate = min(filled, stepped)
    #expect(abs(measured.outputTokensPerSecond / (rate * 1024) - 1) < 0.05)
    // The pool that waits is busy for part of the time only.
    let power = PowerModel(hardware.machine.system, chip: hardware.machine.chip)
    func idle(_ count: Int) -> Double { power.watts(chips: count, computeUtilisation: 0, memoryUtilisation: 0).value }
    func drawn(_ pool: PoolChoice, _ count: Int, _ capacity: Double) -> Double {
      let busy = rate / capacity
      return busy * pool.power.value * Double(count) + (1 - busy) * idle(count)
    }
    let watts = drawn(filling, chips.prefill, filled) + drawn(stepping, chips.decode, stepped)
    #expect(abs(measured.watts / watts - 1) < 0.05)
  }

  /// The middle third of a closed loop that keeps both pools supplied.
  struct Measured {
    var outputTokensPerSecond: Double
    var watts: Double

    init(_ one: Case, limit: Int) throws {
      let tensor = one.prefill.tensor.map { "\n  tensorParallel: \($0)" } ?? ""
      let drafts = one.drafts > 0 ? "\nspeculation: {draftTokens: \(one.drafts), acceptance: 0.7}" : ""
      let copies = Worlds.redundantExperts
      let text = """
        name: saturated
        model: \(one.model)
        system: \(one.system)
        engine: \(one.engine)
        precision: {weights: \(one.weights.rawValue), attention: bf16, keyValue: bf16}\(drafts)
        prefill:
          instances: \(one.prefill.instances)
          chips: \(one.prefill.chips)
          maxBatchedTokensPerChip: \(one.tokensPerChip)\(tensor)
          redundantExperts: \(copies)
        decode:
          instances: \(one.decode.instances)
          chips: \(one.decode.chips)
          tensorParallel: \(one.decode.tensor)
          maxRequestsPerChip: \(limit)
          redundantExperts: \(copies)
        objectives: {timePerOutputToken: 50 ms}
        workload:
          prompts: \(one.requests)
          inputTokens: 4096
          outputTokens: {mean: 1024, coefficientOfVariation: 0.2}
          maxConcurrency: \(one.inFlight)
        """
      let scenario = try Node.parse(text, file: "saturated.yaml").decode(Scenario.self)
      let deployment = try Deployment(scenario, catalog: Worlds.catalog)
      let outcome = try serve(deployment.makeSource(), under: deployment.configuration)
      let timeline = outcome.timeline
      let third = timeline.power.count / 3
      func mean(_ values: [Double]) -> Double { values[third..<2 * third].reduce(0, +) / Double(third) }
      outputTokensPerSecond = mean(timeline.outputTokensPerSecond)
      watts = mean(timeline.power)
    }
  }
}
