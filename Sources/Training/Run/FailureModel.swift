import Formats
import Simulation
import Units

/// How often, and by what, training runs of a fleet stop: rates with the spread between published fleets.
///
/// A rate is sampled once a run (fleets differ tenfold), then the stops within it.
public struct FailureModel: Decodable, Sendable {
  public var name: String
  /// Stops per million chip hours, from several fleets.
  public var fleets: [Fleet]
  /// What stops them; shares of all.
  public var causes: [Cause]
  /// From a stop to its detection.
  public var detection: Range
  /// From detection to training again, with reload of the checkpoint.
  public var restart: Range
  /// Of a checkpoint's copy to the host, which blocks.
  public var copyPerChip: Sourced<BytesPerSecond>
  /// What is not published and was not filled in, a sentence each.
  public var unknown: [String]?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, fleets, causes, detection, restart, copyPerChip, unknown
  }

  public struct Fleet: Decodable, Sendable {
    public var name: String
    /// Per million chip hours.
    public var rate: Sourced<Double>
    enum CodingKeys: String, CodingKey, CaseIterable { case name, rate }
  }

  public struct Cause: Decodable, Sendable {
    public var name: String
    public var share: Sourced<Double>
    enum CodingKeys: String, CodingKey, CaseIterable { case name, share }
  }

  /// Sampled evenly on a log scale.
  public struct Range: Decodable, Sendable {
    public var low: Sourced<Seconds>
    public var high: Sourced<Seconds>
    enum CodingKeys: String, CodingKey, CaseIterable { case low, high }

    func sample(_ stream: inout RandomStream) -> Double {
      let width = logarithm(high.value / low.value)
      return low.value.value * exponential(width * stream.uniform())
    }
  }

  /// Logarithms of the fleets' rates: their mean and spread.
  var logRates: (mean: Double, deviation: Double) {
    let logs = fleets.map { logarithm($0.rate.value) }
    let mean = logs.reduce(0, +) / Double(max(1, logs.count))
    let squares = logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / Double(max(1, logs.count - 1))).squareRoot())
  }

  /// Stops per chip and second, drawn once for a run.
  func sampleRate(_ stream: inout RandomStream) -> Double {
    let (mean, deviation) = logRates
    let draw = standardNormalQuantile(stream.uniform())
    return exponential(mean + deviation * draw) / 1e6 / 3600
  }
}

extension Catalog {
  public func failureModel(_ name: String = "large runs") throws -> FailureModel {
    try node("failures", name).decodedFacts(FailureModel.self, userInfo: decodingRules).value
  }
}
