import Formats
import Units

/// One number of a draw: a quantity over a period, or its ratio to another.
///
/// Flows are summed over the period, stocks taken at its end; `mean`, `min` and `max` say otherwise.
public struct SupplyMeasure: Decodable, Sendable {
  public var quantity: Names
  public var over: Period
  /// The ratio's denominator, over its own period or the same.
  public var by: Names?
  public var byOver: Period?
  public var aggregate: Aggregate?
  /// Units of the file by units of the model: 1e9 for billions.
  public var scale: Double?

  public enum Aggregate: String, Decodable, Sendable, CaseIterable { case sum, end, mean, min, max }

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
    let top = "\(quantity.list.joined(separator: " + ")) in \(over)"
    guard let by else { return top }
    return "\(top) by \(by.list.joined(separator: " + ")) in \(byOver ?? over)"
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

  init(_ measure: SupplyMeasure, series: [SupplySeries], horizon: Horizon) throws {
    func part(_ names: SupplyMeasure.Names, _ period: Period) throws -> Part {
      let known = series.map(\.name)
      let indices = try names.list.map { name -> Int in
        if let index = known.firstIndex(of: name) { return index }
        let near = Problems.nearest(to: name, among: known).map { "did you mean '\($0)'?" }
        throw Problem(
          names.place.description, "there is no quantity '\(name)'",
          wayOut: near ?? "use one of \(known.joined(separator: ", "))")
      }
      let months = period.months(of: horizon)
      guard !months.isEmpty else {
        throw Problem(
          names.place.description, "\(period) lies outside the run",
          wayOut: "the run has \(horizon.date(of: 0)) to \(horizon.date(of: horizon.count - 1))")
      }
      let standard: SupplyMeasure.Aggregate = series[indices[0]].isStock ? .end : .sum
      return Part(series: indices, months: months, aggregate: measure.aggregate ?? standard)
    }
    top = try part(measure.quantity, measure.over)
    bottom = try measure.by.map { try part($0, measure.byOver ?? measure.over) }
    scale = measure.scale ?? 1
  }

  /// Of each draw of `columns[(month · seriesCount + series) · stride + draw]`; a ratio to nothing counts as zero.
  func values(_ columns: UnsafePointer<Float>, seriesCount: Int, stride: Int, count: Int) -> [Float] {
    let values = Self.values(top, columns, seriesCount, stride, count)
    guard let bottom else { return values.map { Float($0 / scale) } }
    let divisors = Self.values(bottom, columns, seriesCount, stride, count)
    return zip(values, divisors).map { $1 > 0 ? Float($0 / $1 / scale) : 0 }
  }

  private static func values(
    _ part: Part, _ columns: UnsafePointer<Float>, _ seriesCount: Int, _ stride: Int, _ count: Int
  ) -> [Double] {
    var sum = [Double](repeating: 0, count: count)
    let range = part.aggregate == .end ? part.months.upperBound - 1..<part.months.upperBound : part.months
    switch part.aggregate {
    case .sum, .mean, .end:
      for series in part.series {
        for month in range {
          let column = columns + (month * seriesCount + series) * stride
          for draw in 0..<count { sum[draw] += Double(column[draw]) }
        }
      }
      return part.aggregate == .mean ? sum.map { $0 / Double(range.count) } : sum
    case .min, .max:
      for draw in 0..<count {
        let totals = range.map { month in
          part.series.reduce(0.0) { $0 + Double(columns[(month * seriesCount + $1) * stride + draw]) }
        }
        sum[draw] = (part.aggregate == .min ? totals.min() : totals.max()) ?? 0
      }
      return sum
    }
  }
}

/// A statement with a definition and a date, true in a share of the draws.
public struct SupplyClaim: Decodable, Sendable {
  public var id: String
  public var title: String?
  public var definition: SupplyMeasure
  public var atLeast: Double?
  public var atMost: Double?
  public var source: String?

  func holds(_ value: Double) -> Bool { value >= (atLeast ?? -.infinity) && value <= (atMost ?? .infinity) }

  /// `domestic.units in 2026 by domestic.units in 2025 ≥ 3`.
  var sentence: String {
    let bounds = [atLeast.map { "≥ \(CSVText.number($0))" }, atMost.map { "≤ \(CSVText.number($0))" }]
    return "\(definition.text) \(bounds.compactMap { $0 }.joined(separator: " and "))"
  }
}
