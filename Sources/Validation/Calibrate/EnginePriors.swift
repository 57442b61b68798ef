import Formats
import Hardware
import Simulation
import Units

/// What is believed of engines' constants before any run is seen: `catalog/priors/engines-in-service.yaml`.
public struct EnginePriors: Decodable, Sendable {
  public var name: String
  public var priors: [Prior]
  enum CodingKeys: String, CodingKey, CaseIterable { case name, priors }

  /// Of one constant, SI units.
  public struct Prior: Decodable, Sendable, Hashable {
    public var constant: RunConstant
    /// The middle of the distribution of its logarithm.
    public var mean: Double
    /// Nine of ten engines lie within.
    public var low: Double
    public var high: Double
    /// Nine of ten clusters lie within an engine's value divided and multiplied by this.
    public var spread: Double
    public var reason: String
    enum CodingKeys: String, CodingKey, CaseIterable { case constant, mean, low, high, spread, reason }
  }

  static func read(_ catalog: Catalog) throws -> EnginePriors {
    try catalog.node("priors", "Engines in service").decode(EnginePriors.self)
  }

  func prior(of constant: RunConstant) throws -> Prior {
    guard let found = priors.first(where: { $0.constant == constant }) else {
      throw Problem(
        "priors/engines-in-service.yaml: priors", "there is none of \(constant.rawValue)", wayOut: "add one")
    }
    return found
  }
}

/// A constant's distribution before or after measurements: its logarithm is normal, within a range.
public struct ConstantPrior: Sendable, Hashable {
  /// In the unit of the constant.
  public var mean: Double
  /// Of the logarithm.
  public var deviation: Double
  public var range: ClosedRange<Double>

  /// Standard deviations from the middle to the ends of nine in ten.
  static let nineInTen = 1.645

  public var low: Double { max(range.lowerBound, mean * exponential(-Self.nineInTen * deviation)) }
  public var high: Double { min(range.upperBound, mean * exponential(Self.nineInTen * deviation)) }
}

extension EnginePriors.Prior {
  /// Of any engine.
  var ofEngines: ConstantPrior {
    ConstantPrior(
      mean: mean / constant.inSI, deviation: logarithm(high / low) / (2 * ConstantPrior.nineInTen),
      range: constant.range)
  }

  /// Of a cluster whose engine has a value.
  func ofCluster(around value: Double) -> ConstantPrior {
    ConstantPrior(mean: value, deviation: logarithm(spread) / ConstantPrior.nineInTen, range: constant.range)
  }
}
