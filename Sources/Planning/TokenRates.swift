import Formats
import Hardware
import Supply
import Units
import Models
import Workloads

/// What every chip of the supply world serves, by the serving model.
public struct TokenRates: Sendable {
  public var mix: TokenMix
  public var rates: [TokenRate]
  /// Chips that serve no model of the mix.
  public var idle: [String]

  /// For the chips of `scenario` and of the platforms, in the mix of the scenario or that of the catalog.
  public init(_ scenario: SupplyScenario, catalog: Catalog) throws {
    let mix = try TokenMix(scenario.mix ?? catalog.node("supply", "mix"), catalog: catalog)
    try self.init(mix: mix, scenario: scenario, catalog: catalog)
  }

  public init(mix: TokenMix, scenario: SupplyScenario, catalog: Catalog) throws {
    self.mix = mix
    let platforms = try ServingPlatforms(catalog.node("supply", "platforms"))
    let architectures = try mix.models.indices.map { index in
      let name = mix.models[index].model
      do {
        return try Architecture(config: catalog.node("models", name), name: name)
      } catch let problem as Problem where problem.place.isEmpty {
        throw Problem(mix.place(of: index), problem.fault, wayOut: problem.wayOut)
      }
    }
    let searched = try platforms.list.map { platform in
      try Searched(
        platform, mix, architectures, redundantExperts: platforms.redundantExperts, scenario: scenario, catalog: catalog
      )
    }
    let yardsticks = try Self.yardsticks(searched, platforms.reference, mix)
    rates = []
    idle = []
    for chip in platforms.chips {
      let parts = try searched.filter { $0.platform.chip == chip }.compactMap { one in
        try one.part(of: mix, family: platforms.family(of: one.platform), yardsticks: yardsticks)
      }
      if parts.isEmpty { idle.append(chip) }
      if !parts.isEmpty { rates.append(TokenRate(chip: chip, parts: parts)) }
    }
  }

  /// Tokens a second of each model where the reference chip stands first, or else on the first platform that serves
  /// them all.
  private static func yardsticks(_ searched: [Searched], _ reference: String, _ mix: TokenMix) throws -> [Double] {
    let ordered = searched.filter { $0.platform.chip == reference } + searched
    for one in ordered {
      let rates = one.verdicts.compactMap { $0[0].state?.tokensPerSecond }
      if rates.count == mix.models.count { return rates }
    }
    throw Problem(
      "mix", "no chip serves all its models within their objectives",
      wayOut: "loosen an objective, or leave out the largest model")
  }
}

/// A platform with what the search found for each model: at its objective, at half of it and at twice.
struct Searched {
  var platform: ServingPlatform
  var verdicts: [[ServingVerdict]]

  init(
    _ platform: ServingPlatform, _ mix: TokenMix, _ architectures: [Architecture], redundantExperts: Int,
    scenario: SupplyScenario, catalog: Catalog
  ) throws {
    self.platform = platform
    let facts = try scenario.chipFacts(of: platform.chip).map(ServingHardware.Facts.init)
    let hardware = try ServingHardware(
      platform, facts: facts, redundantExperts: redundantExperts, in: catalog)
    verdicts = zip(mix.models, architectures).map { entry, architecture in
      let middle = entry.timePerOutputToken
      return DeploymentSearch(hardware, architecture: architecture, entry: entry)
        .verdicts(timesPerOutputToken: [middle, middle * 0.5, middle * 2])
    }
  }

  /// nil where no model of the mix is served.
  func part(of mix: TokenMix, family: ServingPlatform.Family, yardsticks: [Double]) -> TokenRate.Part? {
    // The models served at their own objectives; one that another objective refuses stays at its own.
    func mean(_ objective: Int, _ variant: TokenMix.Variant = .middle) -> MixMean? {
      let shares = mix.shares(variant)
      return MixMean(
        mix.models.indices.map { index in
          let entry = mix.models[index]
          let own = verdicts[index][0].state
          return MixMean.Term(
            share: shares[index], outputShare: entry.outputTokens / entry.tokens,
            state: own.map { verdicts[index][objective].state ?? $0 }, yardstick: yardsticks[index])
        })
    }
    guard let middle = mean(0) else { return nil }
    return TokenRate.Part(
      platform: platform, family: family, share: platform.share ?? 1,
      verdicts: zip(mix.models, verdicts).map { ($0, $1[0]) }, mean: middle, tight: mean(1) ?? middle,
      loose: mean(2) ?? middle, heavy: mean(0, .heavy) ?? middle, light: mean(0, .light) ?? middle)
  }
}
