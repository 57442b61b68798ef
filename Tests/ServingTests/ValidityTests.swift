import Formats
import Testing
import Units

@testable import Serving

@Suite struct ValidityTests {
  static let group = ComparedRuns.Group(engine: "vLLM", chip: "NVIDIA H100", dense: true, apart: false)
  static let compared = [
    ComparedRuns(
      group: group, runs: 40, timePerOutputToken: 0.08, timeToFirstToken: 0.2,
      span: .init(
        systems: ["HGX H100"], attention: ["grouped-query attention"], weights: ["16 bits", "FP8"], cache: ["16 bits"],
        activeParameters: [7e9, 70e9], chips: [1, 8], stages: [1, 1], promptTokens: [1000, 8000],
        contextTokens: [1100, 8200], requestsPerChip: [0.5, 32],
        draftTokens: [0, 0]),
      models: [
        .init(model: "Small", runs: 10, timePerOutputToken: 0.05, timeToFirstToken: 0.1),
        .init(model: "Bad", runs: 30, timePerOutputToken: 0.8, fitted: true),
        .init(model: "Fitted", runs: 5, timePerOutputToken: 0.1, fitted: true),
        .init(model: "Late", runs: 5, timePerOutputToken: 0.1, timeToFirstToken: 0.7),
      ]),
    ComparedRuns(
      group: .init(engine: "SGLang", chip: "NVIDIA H100", dense: true, apart: false), runs: 3, timePerOutputToken: 0.3),
    ComparedRuns(
      group: .init(engine: "vLLM", chip: "NVIDIA H200", dense: false, apart: false), runs: 5, timePerOutputToken: 0.2),
  ]
  static let inside = Validity.Values(
    system: "HGX H100", attention: ["grouped-query attention"], weights: "FP8", activeParameters: 8e9, chips: 4,
    promptTokens: 2000,
    contextTokens: 2100, requestsPerChip: 10, draftTokens: 0, cachedPromptShare: 0,
    cache: "16 bits", stages: 1)

  private func validity(
    of model: String = "Other", in group: ComparedRuns.Group = Self.group, _ change: (inout Validity.Values) -> Void
  ) -> Validity {
    var values = Self.inside
    change(&values)
    return Validity(values, of: model, in: group, compared: Self.compared)
  }

  @Test("within every range it is validated, with the errors of the model itself where it was measured")
  func validated() {
    let other = validity { _ in }
    #expect(other.grade == .validated && other.outside.isEmpty)
    #expect(other.nearest?.timePerOutputToken == 0.08 && other.nearest?.model == nil && other.nearest?.runs == 40)
    // Whatever the case of its letters.
    let own = validity(of: "small") { _ in }
    #expect(own.nearest?.timePerOutputToken == 0.05 && own.nearest?.model == "Small" && own.nearest?.modelRuns == 10)
  }

  @Test("a model that was measured and predicted badly is said to be so, even where constants were fitted to its runs")
  func inaccurate() {
    let bad = validity(of: "Bad") { _ in }
    #expect(bad.grade == .inaccurate && bad.nearest?.timePerOutputToken == 0.8 && bad.nearest?.isFitted == true)
    // Predicted well by constants that saw it: not validated.
    #expect(validity(of: "Fitted") { _ in }.grade == .fitted)
    // A first token that misses by more than a half.
    #expect(validity(of: "Late") { _ in }.grade == .inaccurate)
    // What its config had that is not modelled is in that error.
    #expect(validity(of: "Bad") { $0.leftOut = ["x"] }.grade == .inaccurate)
  }

  @Test("options that are left out take an answer out of what was compared")
  func options() {
    var answer = validity { _ in }
    answer.leaveOut([])
    #expect(answer.grade == .validated)
    answer.leaveOut(["--enforce-eager"])
    #expect(answer.grade == .outsideRange && answer.outside.first?.word == "--enforce-eager")
  }

  @Test("each quantity that leaves its range is named with its value, the range and how far, the farthest first")
  func outside() {
    let far = validity {
      $0.contextTokens = 16_400
      $0.requestsPerChip = 0.1
      $0.promptTokens = 8_300
    }
    #expect(far.grade == .outsideRange)
    // A mean of 8,300 where 8,000 was measured still counts as inside.
    #expect(far.outside.map(\.name) == [.requestsPerChip, .contextTokens])
    #expect(far.outside[0].factor == 5 && far.outside[1].factor == 2)
    #expect(far.outside[1].value == 16_400 && far.outside[1].low == 1100 && far.outside[1].high == 8200)
  }

  @Test("another format, another attention, drafts and a cache are outside", arguments: Validity.Axis.Name.allCases)
  func axes(_ name: Validity.Axis.Name) {
    var found = validity {
      switch name {
      case .system: $0.system = "Four H100"
      case .attention: $0.attention = ["grouped-query attention", "latent attention"]
      case .weights: $0.weights = "INT4"
      case .cache: $0.cache = "FP8"
      case .stages: $0.stages = 8
      case .queue: break
      case .leftOut: $0.leftOut = ["A part of the config is not read."]
      case .activeParameters: $0.activeParameters = 100e9
      case .chips: $0.chips = 16
      case .promptTokens: $0.promptTokens = 100
      case .contextTokens: $0.contextTokens = 100
      case .requestsPerChip: $0.requestsPerChip = 100
      case .draftTokens: $0.draftTokens = 1
      case .cachedPromptShare: $0.cachedPromptShare = 0.3
      }
    }
    if name == .queue { found.leaveQueue() }
    #expect(found.outside.map(\.name) == [name] && found.grade == .outsideRange)
  }

  @Test("what leaves the range makes the error of compared runs a lower bound")
  func lowerBound() {
    var answer = validity { _ in }
    answer.intervals = Validity.Intervals(basis: .engine, name: "vLLM", chips: 1, isFitted: false, isLowerBound: false)
    var waiting = answer
    waiting.leaveQueue()
    #expect(waiting.intervals?.isLowerBound == true && answer.intervals?.isLowerBound == false)
    answer.leaveOut(["--enforce-eager"])
    #expect(answer.intervals?.isLowerBound == true)
  }

  @Test("what was never measured is said to be so, with the nearest: the same engine, else the same chip")
  func never() {
    let chip = validity(in: .init(engine: "vLLM", chip: "NVIDIA A100", dense: true, apart: false)) { _ in }
    #expect(chip.grade == .neverCompared && chip.nearest?.group == Self.group)
    let engine = validity(in: .init(engine: "MindIE", chip: "NVIDIA H200", dense: true, apart: false)) { _ in }
    #expect(engine.nearest?.group.chip == "NVIDIA H200")
    let neither = validity(in: .init(engine: "MindIE", chip: "Ascend 910B", dense: true, apart: false)) { _ in }
    #expect(neither.grade == .neverCompared && neither.nearest == nil)
  }
}

@Suite struct CostTests {
  private func prices(_ cost: String) throws -> ServingPrices {
    let text = """
      name: cost
      model: Llama-3.1-8B
      system: HGX H100
      engine: vLLM
      pools: [{ chips: 4 }]
      workload: { requestRate: 1, prompts: 2, inputTokens: 200, outputTokens: 5 }
      \(cost)
      """
    let tests = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return try Deployment(
      Node.parse(text, file: "cost.yaml").decode(Scenario.self),
      catalog: Catalog(builtIn: "/\(tests)/Sources/Formats/Resources/catalog")
    ).prices
  }

  private func isNear(_ one: Double, _ other: Double) -> Bool { abs(one - other) <= 1e-12 * abs(other) }

  @Test("a part of the cost block keeps the defaults of the rest")
  func partial() throws {
    // Half of the board's price over four years of 8,766 hours.
    let prices = try prices("cost: { systemPrice: 250000 USD }")
    #expect(isNear(prices.hardware.value, 125_000 / (4 * 8766 * 3600)))
    #expect(isNear(prices.electricity.value, 0.08 / 3.6e6 * 1.2))
  }

  @Test("a rent stands for hardware and electricity; four chips at 2 USD an hour")
  func rent() throws {
    let prices = try prices("cost: { rent: 2 USD/h }")
    #expect(isNear(prices.hardware.value, 8.0 / 3600) && prices.electricity == DollarsPerJoule(0))
    #expect(try self.prices("cost: { rent: 2 USD/h, electricity: 0.1 USD/kWh }").electricity.value > 0)
  }

  @Test("yuan are dollars by the rate that is given, or 7.15")
  func yuan() throws {
    #expect(isNear(try prices("cost: { rent: 14.3 CNY/h }").hardware.value, 8.0 / 3600))
    let own = try prices("cost: { rent: 14 CNY/h, exchangeRate: 7, exchangeDate: 2026-11, currency: CNY }")
    #expect(isNear(own.hardware.value, 8.0 / 3600) && own.yuanPerDollar == 7)
    #expect(own.costAssumptions.contains("7 yuan for a dollar (2026-11)"))
  }

  @Test(
    "prices that cannot be are refused",
    arguments: [
      "rent: -1 USD/h", "powerUsageEffectiveness: 0.5", "amortization: 0 s", "exchangeRate: 0",
      "rent: 1 USD/h, systemPrice: 1 USD", "rent: 1 EUR/h",
    ])
  func refused(_ field: String) { #expect(throws: (any Error).self) { try prices("cost: { \(field) }") } }
}
