/// What a quantity is that a run reports by month; `*` in a pattern stands for the name of a part of the world.
public struct QuantityKind: Sendable {
  public var pattern: String
  public var meaning: String

  init(_ pattern: String, _ meaning: String) {
    self.pattern = pattern
    self.meaning = meaning
  }

  /// The kind of a quantity such as `sold.H20`; a whole name comes before a pattern.
  public static func of(_ name: String) -> QuantityKind? {
    all.first { $0.pattern == name } ?? all.first { namePattern($0.pattern, matches: name) }
  }

  /// Every quantity of a run.
  public static let all = making + market + fleet

  private static let making = [
    Self("wafers.*", "wafers that a plant starts for AI dies"),
    Self("capacity.*", "wafers a month that a plant can start"),
    Self("dies.*", "good dies of a family that become ready"), Self("diesUsed.*", "dies that go into packages"),
    Self("dieStock.*", "good dies that wait: the die bank"), Self("stacks.*", "stacks of a memory that come in"),
    Self("stacksUsed.*", "stacks that go into packages"), Self("stackStock.*", "stacks that wait"),
    Self("domestic.capacity", "wafers a month that all plants can start"),
    Self("domestic.wafers", "wafers that all plants start for AI dies"),
    Self("domestic.grossDies", "dies on those wafers, good and bad"), Self("domestic.dies", "good dies that they give"),
    Self("domestic.packagesStarted", "packages started, good and bad"),
    Self("domestic.packages", "good chips that leave packaging"),
    Self("domestic.completed", "chips that are ready for sale"), Self("domestic.unsold", "chips that wait for buyers"),
  ]

  private static let market = [
    Self("sold.*", "chips of a kind sold"), Self("units.*", "chips that a vendor sells"),
    Self("revenue.*", "a vendor's, or an imported chip's, sales of AI chips in China"),
    Self("booked.*", "what a maker at home books of it: without tax and what those who sell it on keep"),
    Self("compute.*", "dense BF16 of the chips that a vendor sells"),
    Self("barred.*", "value of an imported chip that buyers wanted and did not get"),
    Self("domestic.units", "chips made at home that are sold"), Self("domestic.value", "what buyers pay for them"),
    Self("domestic.compute", "their dense BF16"), Self("domestic.bandwidth", "their memory bandwidth"),
    Self(
      "domestic.revenueIndex", "makers' revenue by that of a first year: it stands for share prices, which are not here"
    ),
    Self("imports.units", "chips imported under the rules"), Self("imports.value", "what buyers pay for them"),
    Self("imports.compute", "their dense BF16"), Self("imports.bandwidth", "their memory bandwidth"),
    Self("imports.barred", "value of all imports that buyers wanted and did not get"),
    Self("imports.booked", "what the makers book in this market, with the sales that are no AI chips"),
    Self("imports.fees", "what licences cost"), Self("imports.tariffs", "duties paid"),
    Self("imports.writeOffs", "inventory written off"), Self("smuggled.units", "chips brought in past the controls"),
    Self("smuggled.value", "what buyers pay for them"), Self("smuggled.compute", "their dense BF16"),
    Self("market.demand", "value of the AI chips that buyers would take"),
    Self("market.mandated", "of this, what must or by loyalty will be made at home"),
    Self("market.unmet", "demand that nobody meets"),
    Self("market.untrainable", "demand for training that chips made at home cannot serve yet"),
    Self("market.supply", "value of what is sold"),
    Self("share.value", "share of what is made at home, by value"), Self("share.units", "the same by chips"),
    Self("share.compute", "the same by dense BF16"),
    Self("policy.stays", "1 until the first turn of policy that may come, 0 from then on"),
    Self("resilience.months", "months for which makers could sell as before if all imports ended now"),
    Self("resilience.share", "share of output that would go on after that"),
    Self("city.*.domestic", "value of chips made at home that a city buys"),
    Self("city.*.imports", "and of imported ones"),
    Self("city.*.share", "the share of the first in both"),
  ]

  private static let fleet = [
    Self("systems.*", "systems put up"), Self("built.*", "systems put up so far"),
    Self("waiting.*", "chips that wait for a system's site"),
    Self("fleet.units", "chips that run"), Self("fleet.domesticUnits", "chips made at home that run"),
    Self("fleet.retired", "chips that end their life"), Self("fleet.compute", "dense BF16 of the chips that run"),
    Self("fleet.domesticCompute", "of this, by chips made at home"),
    Self("fleet.bandwidth", "memory bandwidth of the chips that run"),
    Self("fleet.h100byCompute", "the fleet in H100 of the same dense BF16"),
    Self("fleet.h100byBandwidth", "the fleet in H100 of the same memory bandwidth"),
    Self("fleet.power", "power that the fleet draws, with its buildings"),
    Self("fleet.powered", "share of the fleet for which sites have power"),
    Self("fleet.gridShare", "share of the grid's average power"),
    Self("tokens.capacity", "tokens a day that the fleet can serve in its mix"),
    Self("tokens.domestic", "of these, by chips made at home"), Self("tokens.imported", "and by imported ones"),
    Self("tokens.served", "tokens a day that are asked for and served"),
    Self("tokens.wanted", "tokens a day asked for"),
    Self("tokens.energy", "energy of a token, without the building's"),
    Self("tokens.power", "power of serving them"), Self("tokens.powerCost", "what that power costs"),
  ]
}

/// Whether a name fits a pattern in which `*` stands for at least one letter.
package func namePattern(_ pattern: String, matches name: String) -> Bool {
  let parts = pattern.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
  guard parts.count == 2 else { return pattern == name }
  return name.hasPrefix(parts[0]) && name.hasSuffix(parts[1])
    && name.utf8.count > parts[0].utf8.count + parts[1].utf8.count
}
