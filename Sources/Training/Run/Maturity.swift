import Formats
import Simulation
import Units

/// What a platform's software costs a run that a settled platform's does not: factors on the first day of the team's
/// large runs, which fade on a log scale and are gone when the platform has settled.
///
/// Each is drawn once a run. Ignored: what a team learned on another platform.
public struct Maturity: Decodable, Sendable {
  public var name: String
  /// Makers whose chips have it unless another is asked for.
  public var vendors: [String]
  /// From the first large run until nothing of it is left.
  public var settles: Sourced<Seconds>
  /// Stops, detection with restart, silent errors and divergences, by those of a settled platform.
  public var stops: Sourced<Double>
  public var restart: Sourced<Double>
  public var silentErrors: Sourced<Double>
  public var divergence: Sourced<Double>
  /// Speed of a step by its estimate, before what is tuned in the run's first months.
  public var pace: Sourced<Double>
  /// Time of a step with operators that fall back to slow paths, by that without.
  public var slowOperators: Sourced<Double>
  /// Share of the runs that are given up.
  public var givenUp: Sourced<Double>
  /// What is not published, a sentence each.
  public var unknown: [String]?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, vendors, settles, stops, restart, silentErrors, divergence, pace, slowOperators, givenUp, unknown
  }

  /// Numbers of one run.
  struct Drawn {
    /// Seconds; on the first day.
    var settles: Double
    var stops: Double
    var restart: Double
    var silentErrors: Double
    var divergence: Double
    var pace: Double
    /// Share of the training without a stop after which it is given up; nil where it is not.
    var givenUpAt: Double?

    static let settled = Drawn(
      settles: 0, stops: 1, restart: 1, silentErrors: 1, divergence: 1, pace: 1, givenUpAt: nil)

    /// What is left of the first day's factors after some seconds: their exponent.
    func left(after age: Double) -> Double { settles > age ? 1 - age / settles : 0 }
  }

  func draw(_ stream: inout RandomStream) -> Drawn {
    let settles = settles.sample(&stream)
    let stops = stops.sample(&stream), restart = restart.sample(&stream)
    let silent = silentErrors.sample(&stream), divergence = divergence.sample(&stream)
    let pace = pace.sample(&stream) / slowOperators.sample(&stream)
    let isGivenUp = stream.uniform() < givenUp.sample(&stream)
    let place = stream.uniform()
    return Drawn(
      settles: settles, stops: stops, restart: restart, silentErrors: silent, divergence: divergence, pace: pace,
      givenUpAt: isGivenUp ? place : nil)
  }
}

extension Catalog {
  /// - Parameter name: an entry of the kind `maturity`.
  public func maturity(_ name: String) throws -> Maturity {
    try node("maturity", name).decodedFacts(Maturity.self, userInfo: decodingRules).value
  }

  /// That of a maker's chips; nil where none names it, as of a settled platform.
  public func maturity(ofVendor vendor: String) throws -> Maturity? {
    for name in names("maturity") {
      let vendors = try node("maturity", name).field("vendors")?.elements.compactMap(\.text) ?? []
      if vendors.contains(vendor) { return try maturity(name) }
    }
    return nil
  }
}
