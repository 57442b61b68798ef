import Formats
import Units

/// What a quantity is on which events act; `*` in a pattern stands for the name of a part of the world.
public struct LeverKind: Sendable {
  public var pattern: String
  /// `factor` multiplies what the world says, and is 1 before any event.
  public var unit: String
  public var meaning: String
  /// What a value cannot leave.
  var bounds: ClosedRange<Double> { unit == "fraction" ? 0...1 : 0...Double.greatestFiniteMagnitude }

  init(_ pattern: String, _ unit: String, _ meaning: String) {
    self.pattern = pattern
    self.unit = unit
    self.meaning = meaning
  }

  /// Every quantity on which an event can act.
  public static let all = [
    Self("fab.*.wafers", "factor", "capacity of a plant, and with it the wafers that it starts"),
    Self("dies.*.inflow", "factor", "good dies of a family from foundries abroad"),
    Self("memory.*.inflow", "factor", "stacks from a source of memory"),
    Self("packaging.*.capacity", "factor", "packages that a line can start"),
    Self("product.*.plan", "factor", "chips that a maker at home would build, were nothing short"),
    Self("import.*.export", "fraction", "what the maker's state lets out: 0 is a ban, 1 a full licence"),
    Self("import.*.purchase", "factor", "what buyers may or will take: guidance, a probe, a threat to security"),
    Self("import.*.production", "factor", "what the maker makes for this market"),
    Self("import.*.arrivals", "chips", "chips that reach the maker's stock beside its production, as a pulse"),
    Self("import.*.fee", "fraction", "share of revenue that a licence costs"),
    Self("import.*.tariff", "factor of price", "duty, by the price before it: 0.5 is 50%"),
    Self("import.*.writeOff", "USD", "inventory written off, as a pulse"),
    Self("import.*.running", "fraction", "chips in the fleet that run: less than 1 when they are disabled from afar"),
    Self("control.performance", "TFLOP/s × bits", "threshold (TPP) above which no legal import may be sold"),
    Self("demand.value", "factor", "value of the AI chips that buyers would take"),
    Self("demand.substitution", "factor", "share of the barred value that turns to chips made at home"),
    Self("training.usable", "factor", "share of training that chips made at home can serve"),
    Self("mandate.state", "fraction", "share of the demand of state-funded centres that must be made at home"),
    Self("mandate.national", "fraction", "share of all demand that must be made at home"),
    Self("mandate.*", "fraction", "a city's target: share of its purchases that must be made at home"),
    Self("tokens.wanted", "factor", "tokens a day asked for"),
    Self("system.*.sites", "factor", "systems a month that prepared sites can take"),
    Self("power.sites", "factor", "power that sites for AI can draw"),
    Self("power.subsidy", "fraction", "share of the price of power that the state pays"),
  ]

  /// The kind of a quantity such as `import.H20.export`; nil for a word that is none.
  public static func of(_ name: String) -> LeverKind? {
    all.first { $0.pattern == name } ?? all.first { namePattern($0.pattern, matches: name) }
  }
}
