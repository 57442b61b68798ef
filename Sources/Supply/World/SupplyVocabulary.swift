import Formats
import Units

/// How published tables name what the model has: words to quantities, as data in `catalog/supply/vocabulary.yaml`.
struct SupplyVocabulary: Decodable, Sendable {
  struct Assumption: Decodable, Sendable {
    var words: String
    /// Notes that mention it do not suppose it.
    var onlyInQuantity: Bool?
    var values: NamedValues<Uncertainty>?
    var set: NamedValues<Node>?
    var without: [String]?
  }
  struct Rule: Decodable, Sendable {
    var dimension: PublishedUnit.Dimension
    var words, none: [String]?
    /// Empty where the model has no such thing.
    var quantity: String?
    /// For dates: by how much the quantity exceeds the other, or nothing.
    var exceeds: Double?
    var by, aggregate: String?
    var scale: Double?
    /// The only year in which the rule's scale holds.
    var year: Int?
    /// Summed from the beginning of the run.
    var fromStart: Bool?
    /// Numbers of the data instead: their product by that of others.
    var product, below: [String]?
  }
  struct Subject: Decodable, Sendable {
    var level: Int
    var words: String
    var count, money, compute, dies, packages, stacks: String?

    func quantity(_ dimension: PublishedUnit.Dimension) -> String? {
      switch dimension {
      case .count: count
      case .money: money
      case .compute: compute
      case .dies: dies
      case .packages: packages ?? count
      case .stacks: stacks
      default: nil
      }
    }
  }

  /// Words of a quantity, and of its notes, that make it a plan or ceiling, or a floor.
  var upper, lower, upperNotes, lowerNotes: String
  var fiscalLead: Int
  var fiscal: String
  /// The same of other makers, by words.
  var fiscalOthers: NamedValues<Int>?
  /// Words of what lies outside of the model, of sums from the beginning, of one thing above another, and of what
  /// stays so.
  var beyond, abroad, cumulative, exceeding, lasting: String
  var assumptions: [Assumption]
  var rules: [Rule]
  var subjects: [Subject]
  var shareByUnits, shareByCompute, ofDomestic, mean: String
  var equivalents: NamedValues<Double>
  /// Units of other money by US dollar, by their letters.
  var byDollar: NamedValues<Double>

  init(catalog: Catalog) throws { self = try catalog.node("supply", "vocabulary").decode() }

  /// The words of a row, in lower case and with a blank between them.
  struct Text {
    var quantity, all: String
    /// Without what stands in brackets.
    var outside: String

    init(quantity: String, notes: String) {
      self.quantity = Self.words(quantity)
      var depth = 0
      let bare = quantity.filter { letter in
        if letter == "(" { depth += 1 }
        defer { if letter == ")" { depth -= 1 } }
        return depth <= 0
      }
      outside = Self.words(bare)
      all = self.quantity + Self.words(notes)
    }

    static func words(_ text: String) -> String {
      let letters = text.lowercased().map { $0.isLetter || $0.isNumber ? $0 : " " }
      return " " + String(letters).split(separator: " ").joined(separator: " ") + " "
    }

    /// Whether one of the alternatives, `a b|c*`, stands in a text.
    static func has(_ alternatives: String, in text: String) -> Bool {
      alternatives.split(separator: "|").contains { word in
        word.hasSuffix("*") ? text.contains(" " + word.dropLast()) : text.contains(" \(word) ")
      }
    }

    func says(_ alternatives: String) -> Bool { Self.has(alternatives, in: quantity) }
  }

  /// What a row is held against.
  enum Reading {
    case measure(SupplyMeasure, Assumption?)
    case parameters(SupplyCheck.ParameterRatio)
    case unsupported(String)
  }

  func bound(_ text: Text) -> SupplyCheck.Bound? {
    if text.says(upper) || Text.has(upperNotes, in: text.all) { return .upper }
    return text.says(lower) || Text.has(lowerNotes, in: text.all) ? .lower : nil
  }

  func fiscalLead(_ text: Text) -> Int {
    if text.says(fiscal) { return fiscalLead }
    return fiscalOthers?.list.first { text.says($0.name) }?.value ?? 0
  }

  func reading(_ text: Text, unit: String, period: Period?, place: String) -> Reading {
    // `trillion a day` of tokens says what it counts in its quantity only.
    let full = text.says("token*|tokens") && !unit.lowercased().contains("token") ? "\(unit) tokens" : unit
    guard let unit = PublishedUnit(full, equivalents: equivalents.list, byDollar: byDollar.list) else {
      return .unsupported("the model has nothing in '\(unit)'")
    }
    let isGrowth = isGrowth(text, unit)
    if isGrowth, text.says("cagr|compound|a year|per year|annual growth") {
      return .unsupported("a mean growth over several years; give that of each year, or the levels")
    }
    if text.says(abroad) { return .unsupported("what is sold outside China, of which the model has nothing") }
    if isGrowth || unit.dimension == .multiple {
      guard let period else { return .unsupported("its period is none that the model can place in months") }
      return text.says(beyond) ? outsideWorld : multiple(text, period, place)
    }
    let rule = rules.first { rule in
      // A number of one year is of no other.
      let isOfYear = rule.product == nil || rule.year.map { period?.description.hasPrefix("\($0)") == true } ?? true
      return isOfYear && applies(rule, text, unit)
    }
    if let rule, let product = rule.product {
      return .parameters(.init(product: product, by: rule.below, scale: (rule.scale ?? 1) * unit.scale))
    }
    let isByNvidia = rule?.words?.contains { $0.contains("nvidia compute") } ?? false
    if text.says(beyond), !isByNvidia {
      return outsideWorld
    }
    if unit.dimension == .date, let rule { return first(rule, text, place) }
    if unit.dimension == .date { return crossing(text, place) }
    guard let period else { return .unsupported("its period is none that the model can place in months") }
    if let rule { return reading(rule, text, unit, period, place) }
    return subjectReading(text, unit, period, place)
  }

  /// The multiples of what stood before that are growth in a unit; nil for a row that says no growth.
  func multiples(_ estimate: SupplyCheck.Estimate, _ text: Text, in unit: String) -> SupplyCheck.Estimate? {
    guard let unit = PublishedUnit(unit, equivalents: equivalents.list, byDollar: byDollar.list), isGrowth(text, unit)
    else { return nil }
    return .init(
      low: 1 + estimate.low * unit.scale, mid: 1 + estimate.mid * unit.scale, high: 1 + estimate.high * unit.scale)
  }

  /// Whether a row says by which share something grew.
  func isGrowth(_ text: Text, _ unit: PublishedUnit) -> Bool {
    unit.dimension == .fraction && text.says("growth|grows|grew|growing|year on year|y y|yoy")
  }

  private var outsideWorld: Reading { .unsupported("a number of the world, while the model has China alone") }

  /// A sum since a year that is named, or since the run's first month.
  private func summed(_ text: Text, _ period: Period) -> Period {
    guard text.says(cumulative) else { return period }
    let words = text.quantity.split(separator: " ")
    let since = words.firstIndex(of: "since").flatMap { words.indices.contains($0 + 1) ? Int(words[$0 + 1]) : nil }
    return Period("\(since ?? 2023)-01..\(CalendarDay(months: period.end.months - 1))") ?? period
  }

  private func applies(_ rule: Rule, _ text: Text, _ unit: PublishedUnit) -> Bool {
    rule.dimension == unit.dimension && (rule.words ?? []).allSatisfy(text.says)
      && !(rule.none ?? []).contains(where: text.says)
  }

  private func reading(
    _ rule: Rule, _ text: Text, _ unit: PublishedUnit, _ period: Period, _ place: String
  ) -> Reading {
    guard let quantity = rule.quantity, !quantity.isEmpty else {
      return .unsupported("the model has no such \(unit.dimension.rawValue)")
    }
    if let year = rule.year, !period.description.hasPrefix("\(year)") {
      return .unsupported("what it is measured by is assumed for \(year) only")
    }
    let end = CalendarDay(months: period.end.months - 1)
    let over = rule.fromStart == true ? "2023-01..\(end)" : "\(summed(text, period))"
    var fields = ["quantity": quantity, "over": over, "scale": "\((rule.scale ?? 1) * unit.scale)"]
    fields["by"] = rule.by
    fields["aggregate"] = rule.aggregate ?? aggregate(text)
    return measure(text, place, fields: fields)
  }

  private func aggregate(_ text: Text) -> String? { text.says(mean) ? "mean" : nil }

  /// Subjects of the finest level that is named; a share is of all, or of domestic chips where the row says so.
  private func subjectReading(_ text: Text, _ unit: PublishedUnit, _ period: Period, _ place: String) -> Reading {
    let named = named(in: text)
    guard let level = named.map(\.level).min() else {
      return .unsupported("the model has nothing of the name '\(text.quantity.dropFirst().dropLast())'")
    }
    let basis: PublishedUnit.Dimension =
      switch unit.dimension {
      case .fraction: text.says(shareByCompute) ? .compute : text.says(shareByUnits) ? .count : .money
      default: unit.dimension
      }
    let finest = named.filter { $0.level == level }
    let quantities = finest.compactMap { $0.quantity(basis) }
    guard quantities.count == finest.count else {
      return .unsupported("the model gives no \(basis.rawValue) of '\(finest[0].words)'")
    }
    var fields = [
      "quantity": quantities.joined(separator: " + "), "over": "\(summed(text, period))", "scale": "\(unit.scale)",
    ]
    fields["aggregate"] = aggregate(text)
    if unit.dimension == .fraction {
      let isOfDomestic = text.says(ofDomestic)
      let all = subjects.first { isOfDomestic ? $0.count == "domestic.units" : $0.level == 4 }
      fields["by"] = all?.quantity(basis)
    }
    return measure(text, place, fields: fields)
  }

  func measure(_ text: Text, _ place: String, fields: [String: String]) -> Reading {
    let order = ["quantity", "over", "by", "byOver", "aggregate", "exceeds", "scale"]
    let lines = order.compactMap { name in fields[name].map { "\(name): \($0)" } }
    let said = assumptions.filter { Text.has($0.words, in: $0.onlyInQuantity == true ? text.quantity : text.all) }
    do {
      let measure: SupplyMeasure = try Node.parse(lines.joined(separator: "\n"), file: place).decode()
      return .measure(measure, said.isEmpty ? nil : Self.joined(said))
    } catch { return .unsupported("\(error)") }
  }

  private static func joined(_ assumptions: [Assumption]) -> Assumption {
    var all = assumptions[0]
    for other in assumptions.dropFirst() {
      all.without = (all.without ?? []) + (other.without ?? [])
      if let more = other.set { all.set = NamedValues((all.set?.list ?? []) + more.list) }
      if let more = other.values { all.values = NamedValues((all.values?.list ?? []) + more.list) }
    }
    return all
  }
}
