import Formats
import Simulation
import Units

/// What a source says of one quantity, held against the model at the date on which it said so.
public struct SupplyCheck: Decodable, Sendable {
  public var id, title, unit: String
  public var asOf: CalendarDay
  /// What of the model it is; absent where `parameters` says it.
  public var measure: SupplyMeasure?
  /// An arithmetic identity of the data's own numbers instead of a run's quantity.
  public var parameters: ParameterRatio?
  public var estimate: Estimate
  public var source: String
  public var note: String?
  /// Sources differ by a factor: the row counts for the band, not for the median.
  public var disputed: Bool?
  /// Whether its information date is not given, so that its period's end was taken.
  public var isDateAssumed: Bool?
  /// A plan, target or ceiling (`upper`) or a floor (`lower`) rather than an outcome or an estimate of one.
  public var bound: Bound?
  /// Numbers of ours that were set with this row in sight.
  public var fits: [String]?
  /// What the source assumes, laid over the base.
  public var values: NamedValues<Uncertainty>?
  public var set: NamedValues<Node>?
  public var schools: NamedValues<String>?
  public var without: [String]?

  public struct Estimate: Decodable, Sendable { public var low, mid, high: Double }
  public enum Bound: String, Codable, Sendable { case upper, lower }

  /// (a · b · …) / (c · d · …) of parameters, by name.
  public struct ParameterRatio: Decodable, Sendable {
    public var product: [String]
    public var by: [String]?
    /// Units of the file by units of the numbers.
    public var scale: Double?
  }

  /// Whether it needs a run of its own.
  var hasAssumptions: Bool { values != nil || set != nil || schools != nil || without != nil }
}

extension SupplyScenario {
  /// The scenario under what the source of a check assumes.
  func assuming(_ check: SupplyCheck) throws -> SupplyScenario {
    var scenario = self
    scenario.scalesShares = true
    for (path, value) in check.set?.list ?? [] { try scenario.set(path, to: value) }
    for (name, value) in check.values?.list ?? [] { try scenario.replace(name, by: value) }
    scenario.without += check.without ?? []
    scenario.schools += (check.schools?.list ?? []).map { ($0.name, $0.value) }
    return scenario
  }

  /// Draws of a ratio of parameters as known on a date, each number from its own stream.
  func draws(of ratio: SupplyCheck.ParameterRatio, asOf: CalendarDay, count: Int, seed: UInt64) throws -> [Float] {
    var values = [Double](repeating: 1 / (ratio.scale ?? 1), count: count)
    for (names, isBelow) in [(ratio.product, false), (ratio.by ?? [], true)] {
      for name in names {
        guard let parameter = parameters.last(where: { $0.name == name }) else {
          throw Problem("checks", "there is no parameter '\(name)'", wayOut: "see `supernode supply --why list`")
        }
        let function = QuantileFunction(parameter.known(on: asOf).value, within: parameter.bounds)
        let stream = Seed(seed).stream("supply/\(name)")
        for draw in values.indices {
          let value = function(uniform(stream.number(UInt64(draw))))
          values[draw] *= isBelow ? 1 / value : value
        }
      }
    }
    return values.map(Float.init)
  }
}
