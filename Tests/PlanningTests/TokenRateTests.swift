import Costs
import Formats
import Hardware
import Supply
import Testing
import Units
import Validation
import Models
import Workloads

@testable import Planning

private let rates = Result { try TokenRates(SupplyScenario("base", catalog: Worlds.catalog), catalog: Worlds.catalog) }

@Suite struct TokenRateTests {
  @Test("the catalog's token rates are what the model says: else `supernode supply --write-token-rates` again")
  func file() throws {
    let path = try #require(Worlds.catalog.path(of: "tokens", kind: "supply"))
    #expect(try String(decoding: readBytes(of: path), as: UTF8.self) == rates.get().yaml)
  }

  @Test("the tables of Documentation/Models/Tokens.md are what the model says")
  func tables() throws {
    let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    let path = "\(root)/Documentation/Models/Tokens.md"
    let text = String(decoding: try readBytes(of: path), as: UTF8.self)
    let expected = try rates.get().markdown
    if !text.contains(expected) { Issue.record("put these in the place of the tables:\n\(expected)") }
    var scenario = try SupplyScenario("base", catalog: Worlds.catalog)
    for name in ["mix-small", "mix-reasoning", "mix-agents"] {
      scenario.mix = try Worlds.catalog.node("supply", name)
      let other = try TokenRates(scenario, catalog: Worlds.catalog)
      let cells = try ["910C", "H20"].map { chip in
        let rate = try #require(other.rates.first { $0.chip == chip })
        return "\(TokenRates.rounded(rate.tokensPerSecond.mid)), \(TokenRates.rounded(rate.joulesPerToken.mid))"
      }
      let row = "| \(name) | \(cells.joined(separator: " | ")) |"
      #expect(text.contains(row), "\(row)")
    }
  }

  @Test("every chip of the base world has a rate, and low, mid and high rise")
  func complete() throws {
    let base = try SupplyScenario("base", catalog: Worlds.catalog)
    let rated = try rates.get().rates
    for name in base.world.products.map(\.name) + base.world.imports.map(\.name) {
      #expect(rated.contains { $0.chip == name }, "\(name)")
    }
    for rate in rated {
      for band in [rate.tokensPerSecond, rate.joulesPerToken] {
        #expect(band.low > 0 && band.low < band.mid && band.mid < band.high, "\(rate.chip)")
      }
      #expect(rate.outputTokensPerSecond < rate.tokensPerSecond.mid)
      #expect(abs(rate.parts.reduce(0) { $0 + $1.share } - 1) < 1e-12)
    }
  }

  @Test("no pool computes more than its peak, holds more than its memory or takes longer than its objective")
  func bounds() throws {
    let base = try SupplyScenario("base", catalog: Worlds.catalog)
    for part in try rates.get().rates.flatMap(\.parts) {
      let facts = try base.chipFacts(of: part.platform.chip).map(ServingHardware.Facts.init)
      let hardware = try ServingHardware(part.platform, facts: facts, in: Worlds.catalog)
      let format = hardware.precision.keyValue
      let peak = hardware.machine.chip.peakRate(of: part.platform.weights).value
      for (entry, verdict) in part.verdicts {
        guard let state = verdict.state else { continue }
        let architecture = try Architecture(config: Worlds.catalog.node("models", entry.model), name: entry.model)
        // A multiply and an add for each parameter that works on a token, without the embedding.
        let perToken = 2 * Double(ParameterCount(architecture).activeWithoutEmbedding)
        let fresh = entry.promptTokens * (1 - (entry.prefixHits ?? 0))
        #expect(state.prefill.requestsPerSecond * fresh * perToken < peak)
        #expect(state.decode.requestsPerSecond * (entry.outputTokens - 1) * perToken < peak)
        let held = Bytes(state.decode.batchPerChip * entry.tokens * architecture.keyValueBytesPerToken(format).value)
        #expect(held < hardware.machine.chip.memory.capacity.value)
        #expect(state.timePerOutputToken <= entry.timePerOutputToken)
        let power = SystemPower(hardware.machine.system, chip: hardware.machine.chip)
        let chips = Double(hardware.machine.system.chips.value)
        #expect(state.power > power.watts(utilisation: 0) / chips && state.power < power.watts(utilisation: 1) / chips)
      }
    }
  }

  @Test("a platform without its system, with shares beyond the whole or factors off 1 is refused, all at once")
  func lint() throws {
    let text = """
      reference: X
      families:
      - {name: F, throughput: {low: 1.2, high: 1.3}, power: {low: 0.9, high: 1.1}, source: a test, grade: D}
      platforms:
      - {chip: H20, system: HGX H2O, engine: DeepEP two-batch, weights: fp8, largest: 8, family: F}
      - {chip: X, share: 0.7, system: HGX H20, engine: DeepEP two-batch, weights: fp8, largest: 8, family: F}
      - {chip: X, share: 0.7, system: HGX H20, engine: DeepEP two-batch, weights: fp8, largest: 8, family: F,
         cachePlane: UB}
      """
    do {
      try ServingPlatforms.lint(Node.parse(text, file: "platforms.yaml"), catalog: Worlds.catalog)
      Issue.record("nothing was refused")
    } catch let problems as Problems {
      let sentences = problems.list.map(\.description)
      #expect(sentences.count == 5)
      #expect(sentences[0].contains("did you mean 'HGX H20'?") && sentences[0].hasPrefix("platforms.yaml:5"))
      #expect(sentences.filter { $0.contains("the shares of X are no parts of a whole") }.count == 2)
      #expect(sentences.contains { $0.contains("HGX H20 has no plane 'UB'") })
      #expect(sentences[4].contains("its factors do not lie about 1"))
    }
    for name in ["mix", "platforms"] {
      try ServingPlatforms.lint(Worlds.catalog.node("supply", name), catalog: Worlds.catalog)
    }
  }

  @Test("what the world and the chips' sheets say of one chip differs by less than a third")
  func sheets() throws {
    let base = try SupplyScenario("base", catalog: Worlds.catalog)
    for rate in try rates.get().rates {
      guard let world = try base.chipFacts(of: rate.chip) else { continue }
      func mean(_ fact: (Chip) -> Double) throws -> Double {
        try rate.parts.reduce(0) { sum, part in
          let hardware = try ServingHardware(part.platform, facts: .init(world), in: Worlds.catalog)
          return sum + part.share * fact(hardware.machine.chip)
        }
      }
      let pairs = [
        (world.computePower, try mean { $0.peak.bf16.value.value * 1e-12 }),
        (world.memoryBandwidth, try mean { $0.memory.bandwidth.value.value * 1e-12 }),
        (world.power, try mean { $0.power.maximum.value.value }),
      ]
      for (ours, sheet) in pairs { #expect(abs(ours / sheet - 1) < 1.0 / 3, "\(rate.chip): \(ours), \(sheet)") }
    }
  }

  @Test("the share of the 910C in supernodes is that of the supply world")
  func supernodes() throws {
    let base = try SupplyScenario("base", catalog: Worlds.catalog)
    let parameter = try #require(base.parameters.first { $0.name == "cm384.share_of_910c" })
    let rate = try #require(rates.get().rates.first { $0.chip == "910C" })
    let part = try #require(rate.parts.first { $0.platform.system == "CloudMatrix 384" })
    #expect(abs(QuantileFunction(parameter.value)(0.5) - part.share) < 0.005)
  }

  @Test("a chip that serves nothing of a mix has a rate of nothing, and a mix that nobody serves is refused")
  func nobody() throws {
    let base = try SupplyScenario("base", catalog: Worlds.catalog)
    func mix(_ model: String, _ time: String) throws -> TokenMix {
      try TokenMix(
        Node.parse(
          """
          - {model: \(model), share: 1, promptTokens: 4096, outputTokens: 256, timePerOutputToken: \(time),
             timeToFirstToken: 5 s, source: a test, grade: D}
          """, file: "mix.yaml"))
    }
    let large = try TokenRates(
      mix: mix("DeepSeek-R1", "50 ms"), scenario: base, catalog: Worlds.catalog)
    #expect(large.idle.contains("Small-parts"))
    let parameters = try large.parameters()
    #expect(parameters.first { $0.name == "tokens_per_second.Small-parts" }?.value == .point(0))
    #expect(throws: Problem.self) {
      try TokenRates(mix: mix("DeepSeek-R1", "1 ms"), scenario: base, catalog: Worlds.catalog)
    }
    do {
      _ = try TokenRates(mix: mix("DeepSeek-R7", "50 ms"), scenario: base, catalog: Worlds.catalog)
      Issue.record("there is no such model")
    } catch let problem as Problem {
      #expect(problem.description.hasPrefix("mix.yaml:1"))
      #expect(problem.description.contains("did you mean 'DeepSeek-R1'?"))
    }
  }

  @Test("a mix of one small model is served faster than the mix of the catalog")
  func ownMix() throws {
    let small = try Node.parse(
      """
      - {model: Qwen3-30B-A3B, share: 1, promptTokens: 2048, outputTokens: 256, timePerOutputToken: 50 ms,
         timeToFirstToken: 3 s, source: a test, grade: D}
      """, file: "mix.yaml")
    var scenario = try SupplyScenario("base", catalog: Worlds.catalog)
    scenario.mix = small
    let own = try TokenRates(scenario, catalog: Worlds.catalog)
    for (before, after) in zip(try rates.get().rates, own.rates) {
      #expect(after.tokensPerSecond.mid > before.tokensPerSecond.mid, "\(before.chip)")
    }
    let parameters = try own.parameters()
    #expect(parameters.count == 2 * own.rates.count)
    let count = scenario.parameters.count
    try scenario.replace("tokens_per_second.910C", by: .point(7))
    scenario.replace(parameters)
    #expect(scenario.parameters.count == count)
    // What the user sets goes before what the mix gives.
    #expect(scenario.parameters.filter { $0.name == "tokens_per_second.910C" }.map(\.value) == [.point(7)])
  }

  /// Measured over predicted tokens a second lie between a family's factors: of the two papers whose engines serve the
  /// family's platforms, not of ordinary engines on the same chips.
  @Test(
    "a measured family's factors cover what `validate` finds",
    arguments: [("CloudMatrix", ["910C"]), ("Hopper", ["H800", "H100"])])
  func families(_ name: String, _ chips: [String]) throws {
    let platforms = try ServingPlatforms(Worlds.catalog.node("supply", "platforms"))
    let family = try #require(platforms.families.first { $0.name == name })
    let report = try ValidationReport.run(
      catalog: Worlds.catalog, extraFiles: [], kind: "serving", budgets: [])
    var ratios: [Double] = []
    for outcome in report.outcomes where chips.contains(where: outcome.row.chip.contains) && outcome.status == .scored {
      guard ["CMS", "XDS"].contains(where: outcome.row.id.hasPrefix) else { continue }
      guard let predicted = outcome.predicted, !outcome.row.isChangeInPercent else { continue }
      let ratio = outcome.row.value / predicted
      ratios.append(outcome.row.unit == "ms" ? 1 / ratio : ratio)
    }
    #expect(ratios.count >= 3)
    for ratio in ratios { #expect((family.throughput.low...family.throughput.high).contains(ratio)) }
  }
}
