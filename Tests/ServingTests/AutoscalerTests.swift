import Formats
import Simulation
import Testing
import Units
import Workloads

@testable import Serving

@Suite struct AutoscalerTests {
  private static func configuration(_ instances: Int) throws -> ServingConfiguration {
    let text = """
      name: scaled
      model: Llama-3.1-8B
      system: HGX H100
      engine: vLLM
      pools:
        - { role: colocated, instances: \(instances), chips: 1 }
      objectives: { timeToFirstToken: 500 ms, timePerOutputToken: 30 ms, share: 0.95 }
      workload: { prompts: 10, requestRate: 1, inputTokens: 512, outputTokens: 64 }
      """
    return try Deployment(Node.parse(text, file: "scaled").decode(Scenario.self), catalog: Catalog()).configuration
  }

  private static func run(
    _ rule: Autoscaler.Rule, rates: [Double], instances: Int = 4, first: Int, full: Double = 40, startUp: Double = 60
  ) throws -> ScaledOutcome {
    try serve(
      HourlySource(rates: rates, promptTokens: 512, outputTokens: 64, seed: Seed(3)), under: configuration(instances),
      scaling: Autoscaler(rule, startUp: Seconds(startUp)), first: [first], full: [full])
  }

  @Test("instances that never come nor go serve as they do without a scaler")
  func fixed() throws {
    let source = { HourlySource(rates: [3, 1], promptTokens: 512, outputTokens: 64, seed: Seed(3)) }
    let plain = try serve(source(), under: Self.configuration(4))
    let scaled = try Self.run(.hourly([[4, 4]]), rates: [3, 1], first: 4)
    #expect(scaled.outcome.statistics.completed == plain.statistics.completed)
    #expect(scaled.outcome.statistics.endToEnd.summary() == plain.statistics.endToEnd.summary())
    #expect(scaled.starts == 0 && scaled.mostInstances == [4])
    #expect(abs(scaled.instanceTime[0].value - 4 * plain.duration.value) < 4 * 3600 * 0.01)
  }

  @Test("by hour: one instance, then three, then one; those more start before their hour and go after it")
  func hourly() throws {
    let run = try Self.run(.hourly([[1, 3, 1]]), rates: [1, 6, 1], first: 1)
    #expect(run.starts == 2 && run.mostInstances == [3])
    // One for three hours, two more for one hour, their start-up and up to two looks.
    let hours = run.instanceTime[0].value / 3600
    #expect(hours > 3 + 2 && hours < 3 + 2 * (1 + 150.0 / 3600) + 0.01)
    #expect(run.outcome.statistics.completed == run.outcome.statistics.offered)
  }

  @Test("by requests in flight: more under load, fewer without; what is off draws nothing")
  func utilisation() throws {
    let rates = [0.2, 12, 0.2]
    let run = try Self.run(.utilisation(0.5), rates: rates, first: 1, full: 8)
    let all = try Self.run(.hourly([[4, 4, 4]]), rates: rates, first: 4, full: 8)
    #expect(run.starts > 0 && run.mostInstances[0] > 1)
    #expect(run.instanceTime[0] < all.instanceTime[0] * 0.9)
    #expect(run.outcome.energy < all.outcome.energy)
    #expect(run.outcome.statistics.completed == all.outcome.statistics.completed)
  }

  @Test("a longer start-up never keeps more objectives under a sudden load")
  func startUp() throws {
    func share(_ startUp: Double) throws -> Double {
      try Self.run(.objectives(0.95), rates: [0.5, 60], first: 1, startUp: startUp).share
    }
    let (fast, slow) = (try share(5), try share(1200))
    #expect(fast > slow)
  }
}
