import Units

/// A unit as published tables write it: what it measures, and the model's units in one of it.
struct PublishedUnit: Sendable {
  enum Dimension: String, Decodable, Sendable {
    case date
    case count = "chips"
    case money, compute, dies, packages, stacks, fraction, multiple, ratio, tokens, power, months, wafers, capacity
  }
  var dimension: Dimension
  var scale: Double

  /// `USD bn`, `CNY million`, `k units`, `%`, `EFLOPS`, `H100e`, `trillion tokens/day`; nil for what the model has not.
  init?(_ text: String, equivalents: [(name: String, value: Double)], byDollar: [(name: String, value: Double)]) {
    let words = SupplyVocabulary.Text.words(text)
    func says(_ alternatives: String) -> Bool { SupplyVocabulary.Text.has(alternatives, in: words) }
    let symbols = text.lowercased()
    let size =
      says("tn|trillion|trillions")
      ? 1e12
      : says("bn|billion|billions|b|usdbn|usdb|cnybn")
        ? 1e9
        : says("mn|million|millions|m|mm|mio|usdm|usdmn|cnym") ? 1e6 : says("k|thousand|thousands|000s") ? 1e3 : 1
    if says("date|first month|when") || symbols.contains("yyyy") {
      (dimension, scale) = (.date, 1)
    } else if symbols.contains("%") || says("percent|percentage|pct") {
      (dimension, scale) = (.fraction, 0.01)
    } else if symbols.contains("token") {
      // The model counts billions a day.
      (dimension, scale) = (.tokens, size * 1e-9)
    } else if symbols.contains("flop") {
      let prefix = says("z*") ? 1e6 : says("e*") ? 1e3 : says("p*") ? 1 : 1e-3
      (dimension, scale) = (.compute, prefix * (says("fp8") ? 0.5 : 1))
    } else if let chip = equivalents.first(where: {
      says("\($0.name)") && (says("\($0.name) eq*") || $0.name.hasSuffix("e"))
    }) {
      (dimension, scale) = (.compute, chip.value * 1e-3 * size)
    } else if let other = Self.currency(symbols, says, byDollar) {
      (dimension, scale) = (.money, size / other)
    } else if says("usd*|dollar*|us") || symbols.contains("$") {
      (dimension, scale) = (.money, size)
    } else if says("wpm|wafers month|wafer month|wafers per month|kwpm") {
      (dimension, scale) = (.capacity, says("kwpm") ? 1e3 : size)
    } else if let plain = Self.plain(says) {
      (dimension, scale) = (plain.dimension, plain.scale * (plain.isCounted ? size : 1))
    } else {
      return nil
    }
  }

  /// Units by US dollar of a currency that is not the dollar.
  private static func currency(
    _ symbols: String, _ says: (String) -> Bool, _ byDollar: [(name: String, value: Double)]
  ) -> Double? {
    let words = [
      "CNY": "rmb|yuan|renminbi", "HKD": "hk", "TWD": "nt|ntd", "JPY": "yen", "EUR": "euro|euros", "KRW": "won",
    ]
    let marks = ["CNY": "¥", "EUR": "€", "KRW": "₩", "HKD": "hk$", "TWD": "nt$"]
    return byDollar.first { name, _ in
      says("\(name.lowercased())*") || words[name].map(says) ?? false || marks[name].map(symbols.contains) ?? false
    }?.value
  }

  private static func plain(_ says: (String) -> Bool) -> (dimension: Dimension, scale: Double, isCounted: Bool)? {
    if says("wafer|wafers") { return (.wafers, 1, true) }
    if says("die|dies") { return (.dies, 1, true) }
    if says("stack|stacks") { return (.stacks, 1, true) }
    if says("package|packages") { return (.packages, 1, true) }
    if says("gw") { return (.power, 1e3, false) }
    if says("mw") { return (.power, 1, false) }
    if says("month|months") { return (.months, 1, false) }
    if says("fraction|share") { return (.fraction, 1, false) }
    if says("ratio") { return (.ratio, 1, false) }
    if says("x|times|multiple|factor|fold") { return (.multiple, 1, false) }
    let counted =
      "unit*|chip*|card*|gpu*|npu*|accelerator*|processor*|piece*|pcs|system*|rack*|supernode*|device*|910c|h20"
    return says(counted) ? (.count, 1, true) : nil
  }
}
