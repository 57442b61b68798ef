import Formats
import Units

/// One number of a draw: a quantity over a period, or its ratio to another.
///
/// Flows are summed over the period, stocks taken at its end; `mean`, `min` and `max` say otherwise. `first` is the
/// first month of the period in which the quantity exceeds the other, `lasting` the first from which on it does so to
/// the period's end; where there is none, the month after its last.
public struct SupplyMeasure: Decodable, Sendable {
  public var quantity: Names
  public var over: Period
  /// The ratio's denominator, over its own period or the same.
  public var by: Names?
  public var byOver: Period?
  /// Over the period; absent: `sum` for flows, `end` for stocks.
  public var aggregate: Aggregate?
  /// Units of the file by units of the model: 1e9 for billions.
  public var scale: Double?
  /// For `first` and `lasting`: how many times the other, or how much where there is none; once where absent.
  public var exceeds: Double?

  public enum Aggregate: String, Decodable, Sendable, CaseIterable {
    case sum, end, mean, min, max, first, lasting

    /// Whether it is a month rather than an amount.
    public var isDate: Bool { self == .first || self == .lasting }
  }

  /// Whether it is a month rather than an amount.
  public var isDate: Bool { aggregate?.isDate ?? false }

  /// One series' name, or a sum of several joined by ` + `.
  public struct Names: Decodable, Sendable {
    public var list: [String]
    let place: Place
    public init(from decoder: any Decoder) throws {
      let node = try Node(from: decoder)
      guard let text = node.text else {
        throw node.problem("is no quantity", wayOut: "name a series, such as domestic.units")
      }
      list = text.split(separator: "+").map { $0.filter { $0 != " " } }
      place = node.place
    }
  }

  /// In a sentence.
  public var text: String {
    if isDate {
      let names = quantity.list.joined(separator: " + "), other = by?.list.joined(separator: " + ")
      let times = exceeds.map { CSVText.number($0) + (other == nil ? "" : " times ") } ?? ""
      let which = aggregate == .first ? "in which" : "from which on to its end"
      return "first month of \(over) \(which) \(names) exceeds \(times)\(other ?? (exceeds == nil ? "0" : ""))"
    }
    let kind = aggregate.map { $0 == .sum || $0 == .end ? "" : "\($0) of " } ?? ""
    let top = "\(kind)\(quantity.list.joined(separator: " + ")) in \(over)"
    guard let by else { return top }
    let bottom = by.list.count > 1 ? "(\(by.list.joined(separator: " + ")))" : by.list.joined()
    return "\(top) ÷ \(bottom) in \(byOver ?? over)"
  }
}

/// A measure with its series as indices.
struct CompiledMeasure: Sendable {
  struct Part: Sendable {
    var series: [Int]
    var months: Range<Int>
    var aggregate: SupplyMeasure.Aggregate
  }
  var top: Part
  var bottom: Part?
  var scale: Double
  var exceeds = 1.0
  /// January of the run's first year, in months of the calendar.
  var start = 0.0

  init(_ measure: SupplyMeasure, series: [SupplySeries], horizon: Horizon) throws {
    func part(_ names: SupplyMeasure.Names, _ period: Period) throws -> Part {
      let known = series.map(\.name)
      func refused(_ fault: String, _ wayOut: String) -> Problem { Problem(names.place, fault, wayOut: wayOut) }
      let indices = try names.list.map { name -> Int in
        if let index = known.firstIndex(of: name) { return index }
        throw refused("there is no quantity '\(name)'", alternatives(to: name, among: known, listedBy: "quantities"))
      }
      guard let first = indices.first else {
        throw refused("it names no quantity", "name one, such as domestic.units")
      }
      if let odd = indices.first(where: { series[$0].unit != series[first].unit }) {
        throw refused(
          "it adds \(series[odd].name) in \(series[odd].unit) to \(series[first].name) in \(series[first].unit)",
          "add quantities of one unit")
      }
      let months = period.months(of: horizon)
      guard period.isWithin(horizon) else {
        throw refused(
          "\(period) \(months.isEmpty ? "lies outside the run" : "is not all within the run")",
          "the run has \(horizon.date(of: 0)) to \(horizon.date(of: horizon.count - 1))")
      }
      let standard: SupplyMeasure.Aggregate = series[first].isStock ? .end : .sum
      return Part(series: indices, months: months, aggregate: measure.aggregate ?? standard)
    }
    top = try part(measure.quantity, measure.over)
    bottom = try measure.by.map { try part($0, measure.byOver ?? measure.over) }
    if measure.isDate, let other = bottom?.series.first, series[other].unit != series[top.series[0]].unit {
      throw Problem(
        measure.quantity.place,
        "it compares \(series[top.series[0]].name) in \(series[top.series[0]].unit) with \(series[other].name) in "
          + "\(series[other].unit)", wayOut: "compare quantities of one unit")
    }
    scale = measure.scale ?? 1
    exceeds = measure.exceeds ?? (measure.by == nil ? 0 : 1)
    start = horizon.start.months
    guard scale > 0 else {
      throw Problem(
        measure.quantity.place, "a scale of \(CSVText.number(scale)) tells nothing", wayOut: "such as 1e9 for billions")
    }
  }

  /// The last month that it needs.
  var lastMonth: Int { max(top.months.upperBound, bottom?.months.upperBound ?? 0) - 1 }
}

/// One measure of every draw of a block, gathered month by month.
final class MeasureColumns {
  let measure: CompiledMeasure
  let value: Column
  private let divisor: Column

  init(_ measure: CompiledMeasure, _ store: ColumnStore) {
    self.measure = measure
    value = store.take()
    divisor = measure.bottom == nil ? value : store.take()
  }

  /// Whether a month changes it.
  func needs(_ month: Int) -> Bool {
    func needs(_ part: CompiledMeasure.Part) -> Bool {
      part.aggregate == .end ? month == part.months.upperBound - 1 : part.months.contains(month)
    }
    return needs(measure.top) || measure.bottom.map(needs) ?? false
  }

  /// Adds a month; with its last the column holds the measure, where a ratio to nothing counts as zero.
  func add(_ month: Int, _ series: [Column]) {
    if measure.top.aggregate.isDate { return addMonth(month, series) }
    Self.add(measure.top, to: value, month, series)
    if let bottom = measure.bottom { Self.add(bottom, to: divisor, month, series) }
    guard month == measure.lastMonth else { return }
    let scale = 1 / measure.scale
    for lane in 0..<ColumnStore.lanes {
      value[lane] = (measure.bottom == nil ? value[lane] : ratio(value[lane], divisor[lane])) * scale
    }
  }

  /// Keeps the first month in which the one exceeds the other, or since which it does.
  private func addMonth(_ month: Int, _ series: [Column]) {
    let months = measure.top.months
    guard months.contains(month) else { return }
    let never = measure.start + Double(months.upperBound)
    if month == months.lowerBound { value.fill(never) }
    for lane in 0..<ColumnStore.lanes {
      var (one, other) = (Lanes.zero, Lanes.zero)
      for index in measure.top.series { one += series[index][lane] }
      if let bottom = measure.bottom {
        for index in bottom.series { other += series[index][lane] }
        other *= measure.exceeds
      } else {
        other = Lanes(repeating: measure.exceeds)
      }
      let isAbove = one .> other
      let isNow = isAbove .& (value[lane] .== Lanes(repeating: never))
      value[lane].replace(with: measure.start + Double(month), where: isNow)
      if measure.top.aggregate == .lasting { value[lane].replace(with: never, where: .!isAbove) }
    }
  }

  private static func add(
    _ part: CompiledMeasure.Part, to total: Column, _ month: Int, _ series: [Column]
  ) {
    guard part.months.contains(month) else { return }
    let isLast = month == part.months.upperBound - 1
    if part.aggregate == .end, !isLast { return }
    let isFirst = part.aggregate == .end || month == part.months.lowerBound
    if isFirst { total.fill(0) }
    if part.series.count == 1, part.aggregate == .sum || part.aggregate == .end {
      let column = series[part.series[0]]
      for lane in 0..<ColumnStore.lanes { total[lane] += column[lane] }
      return
    }
    for lane in 0..<ColumnStore.lanes {
      var now = Lanes.zero
      for index in part.series { now += series[index][lane] }
      switch part.aggregate {
      case .sum, .mean, .end, .first, .lasting: total[lane] += now
      case .min: total[lane] = isFirst ? now : least(total[lane], now)
      case .max: total[lane] = isFirst ? now : greatest(total[lane], now)
      }
      if part.aggregate == .mean, isLast { total[lane] /= Double(part.months.count) }
    }
  }
}

/// A statement with a definition and a date, true in a share of the draws.
public struct SupplyClaim: Decodable, Sendable, HasPlace {
  public var id: String
  public var title: String?
  public var definition: SupplyMeasure
  /// True where the measure is at least this.
  public var atLeast: Double?
  /// True where the measure is at most this.
  public var atMost: Double?
  public var source: String?
  /// In words, what is counted.
  public var meaning: String?
  var place = Place.nowhere

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case id, title, definition, atLeast, atMost, source, meaning
  }

  func holds(_ value: Double) -> Bool {
    if definition.isDate, atLeast == nil, atMost == nil { return value < definition.over.end.months - 0.5 }
    return value >= (atLeast ?? -.infinity) && value <= (atMost ?? .infinity)
  }

  /// `domestic.units in 2026 ÷ domestic.units in 2025 ≥ 3`.
  package var sentence: String {
    let bounds = [atLeast.map { "≥ \(CSVText.number($0))" }, atMost.map { "≤ \(CSVText.number($0))" }]
    return "\(definition.text) \(bounds.compactMap { $0 }.joined(separator: " and "))"
  }
}
