import Costs
import Formats
import Hardware
import Serving
import Testing
import Units

@testable import Planning

/// What moves a plan, what would have to be true, and budgets.
@Suite struct PlanInputTests {
  private func request(_ system: String = "HGX H200", chips: Int = 8, each: Double? = 20) -> PlanRequest {
    var request = PlanRequest(
      model: "Llama-3.1-8B", fleets: [.init(system: system, chips: chips)], formats: [.ofFiles],
      lengths: .init(prompt: 200, output: 800),
      objectives: .init(timePerOutputToken: each.map { .milliseconds($0) }))
    request.engines = ["vLLM"]
    request.divisions = [.together]
    return request
  }

  @Test("each input of a machine changes its own facts, and nothing else")
  func machine() throws {
    let machine = try Machine(system: "GB200 NVL72", engine: "vLLM", in: Catalog())
    func facts(_ machine: Machine) -> [Double] {
      [
        machine.chip.memory.bandwidth.value.value, machine.chip.peak.bf16.value.value,
        machine.chip.memory.capacity.value.value, machine.system.planes[0].bandwidth.value.value,
        machine.system.planes[0].latency.value.value, machine.system.price?.value.value ?? 1,
      ]
    }
    let inputs: [PlanInput] = [.memoryBandwidth, .compute, .memory, .linkBandwidth, .linkLatency, .price]
    for (index, input) in inputs.enumerated() {
      let ratios = zip(facts(machine.times(2, input)), facts(machine)).map { $0 / $1 }
      for (other, ratio) in ratios.enumerated() {
        let wanted = other == index && !(input == .price && machine.system.price == nil) ? 2.0 : 1
        #expect(abs(ratio - wanted) < 1e-12, "\(input) of \(other)")
      }
    }
    #expect(facts(machine.times(2, .promptTokens)) == facts(machine))
    #expect(machine.times(2, .compute).chip.peak.fp8?.value == machine.chip.peak.fp8.map { $0.value * 2 })
  }

  @Test("answers that wait for memory are moved by its bandwidth most; the base is the best plan's own value")
  func tornado() throws {
    let planner = try Planner(request(), catalog: Catalog(), workers: 2)
    let answer = planner.plan()
    let found = try #require(planner.sensitivity(of: answer))
    let best = try #require(answer.best).candidate
    #expect(abs(found.base / (best.outputTokens / 8) - 1) < 1e-9)
    let bandwidth = try #require(found.bars.first { $0.input == .memoryBandwidth })
    let (low, high) = (try #require(bandwidth.low), try #require(bandwidth.high))
    #expect(low < found.base && high > found.base)
    let compute = found.bars.first { $0.input == .compute }?.width ?? 0
    #expect(bandwidth.width > compute)
    #expect(!found.bars.contains { $0.input == .price || $0.input == .acceptance })
    #expect(zip(found.bars, found.bars.dropFirst()).allSatisfy { $0.width >= $1.width })
  }

  @Test("the factor that reaches a value reaches it, and a hundredth less does not")
  func parity() throws {
    let planner = try Planner(request(), catalog: Catalog(), workers: 2)
    let answer = planner.plan()
    let base = try #require(planner.sensitivity(of: answer)).base
    let factor = try #require(planner.factor(of: .memoryBandwidth, for: answer, toReach: base * 1.2))
    #expect(factor > 1.05 && factor < 2)
    // What is there already needs less, and what no memory bandwidth gives has no factor.
    let less = try #require(planner.factor(of: .memoryBandwidth, for: answer, toReach: base * 0.8))
    #expect(less < 1)
    #expect(planner.factor(of: .memoryBandwidth, for: answer, toReach: base * 1000) == nil)
    // Half of the cost needs about half of the price, less what electricity costs.
    let cost = planner.asked(for: .cost)
    let priced = cost.plan()
    let cheapest = try #require(priced.best).candidate
    let dollars = try #require(PlanRequest.Goal.cost.value(of: cheapest))
    let price = try #require(cost.factor(of: .price, for: priced, toReach: dollars / 2))
    #expect(price < 0.5 && price > 0.3)
  }

  @Test("a budget of power or money is so many chips; one that runs none is refused with what it takes")
  func budgets() throws {
    let machine = try Machine(system: "HGX H200", engine: "vLLM", in: Catalog())
    let each = SystemPower(machine.system, chip: machine.chip).watts(utilisation: 1, chips: 1)
    var power = request(chips: 32, each: nil)
    power.powerBudget = each * 5.5
    let planner = try Planner(power, catalog: Catalog(), workers: 1)
    #expect(planner.searches.map(\.fleet.chips) == [5])
    power.powerBudget = each * 0.5
    #expect {
      _ = try Planner(power, catalog: Catalog(), workers: 1)
    } throws: { "\($0)".contains("power-budget: HGX H200 takes") }
    var money = request(chips: 32, each: nil)
    let price = try #require(machine.system.price).value / Double(machine.system.chips.value)
    money.budget = price * 8 * 3.2
    #expect(try Planner(money, catalog: Catalog(), workers: 1).searches.map(\.fleet.chips) == [24])
    money.budget = Dollars(0)
    #expect { _ = try Planner(money, catalog: Catalog(), workers: 1) } throws: { "\($0)".contains("budget") }
  }

  @Test("a trace gives the scenario its requests, with times scaled to the rate")
  func trace() throws {
    var request = request()
    request.trace = .init(name: "mooncake-conversation", requests: 500, meanRate: 4, longestPrompt: 1, longestAnswer: 1)
    let planner = try Planner(request, catalog: Catalog(), workers: 2)
    let best = try #require(planner.plan().best).candidate
    let text = planner.scenarioText(best, rate: 6, seed: 1)
    #expect(text.contains("trace: \"mooncake-conversation\", prompts: 500, rateScale: 1.5"))
  }
}
