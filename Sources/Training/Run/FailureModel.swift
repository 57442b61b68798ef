import Formats
import Simulation
import Units

/// How often, and by what, training runs of a fleet stop: rates with the spread between published fleets.
///
/// What differs between runs is drawn once a run (fleets differ tenfold), then the events within it.
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
  /// Nodes that wait to take the place of others.
  public var spares: Spares
  /// Nodes that become slow and hold up all others.
  public var stragglers: Stragglers
  /// Stops that are planned.
  public var maintenance: Maintenance
  /// Wrong results that nothing reports at once.
  public var silentErrors: SilentErrors
  /// A loss that rises and does not come back.
  public var divergence: Divergence
  /// Deviation of the logarithm of a step's time where no published row was compared.
  public var uncomparedStep: Sourced<Double>
  /// What is not published and was not filled in, a sentence each.
  public var unknown: [String]?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, fleets, causes, detection, restart, copyPerChip, spares, stragglers, maintenance, silentErrors
    case divergence, uncomparedStep, unknown
  }

  public struct Fleet: Decodable, Sendable {
    public var name: String
    /// Per million chip hours.
    public var rate: Sourced<Double>
    enum CodingKeys: String, CodingKey, CaseIterable { case name, rate }
  }

  /// A component that stops a run.
  public struct Cause: Decodable, Sendable {
    public var name: String
    public var share: Sourced<Double>
    /// Share of these stops after which a node leaves for repair; none where absent.
    public var takesNode: Sourced<Double>?
    /// Where they differ from those of all.
    public var detection: Range?
    public var restart: Range?
    enum CodingKeys: String, CodingKey, CaseIterable { case name, share, takesNode, detection, restart }
  }

  public struct Spares: Decodable, Sendable {
    /// Of the nodes that train, where the number of spare ones is not given.
    public var share: Sourced<Double>
    /// Until a node that left is back in the pool.
    public var repair: Sourced<Seconds>
    enum CodingKeys: String, CodingKey, CaseIterable { case share, repair }
  }

  public struct Stragglers: Decodable, Sendable {
    /// Per million node hours.
    public var rate: Sourced<Double>
    /// Of a step on the slow node, and so of all others' that wait for it, over its time without.
    public var slowing: Sourced<Double>
    /// From its beginning to the node's removal at a planned restart.
    public var detection: Sourced<Seconds>
    enum CodingKeys: String, CodingKey, CaseIterable { case rate, slowing, detection }
  }

  public struct Maintenance: Decodable, Sendable {
    /// Between planned stops, and their length; a checkpoint is written before each.
    public var every: Sourced<Seconds>
    public var lasts: Sourced<Seconds>
    enum CodingKeys: String, CodingKey, CaseIterable { case every, lasts }
  }

  public struct SilentErrors: Decodable, Sendable {
    /// Per million chip hours.
    public var rate: Sourced<Double>
    /// Until they are found; what was trained in that time is lost.
    public var found: Sourced<Seconds>
    enum CodingKeys: String, CodingKey, CaseIterable { case rate, found }
  }

  public struct Divergence: Decodable, Sendable {
    /// Share of the runs that have any.
    public var runs: Sourced<Double>
    /// In those, per day of training.
    public var perDay: Sourced<Double>
    /// Of training that is thrown away when an older checkpoint is taken.
    public var back: Sourced<Seconds>
    enum CodingKeys: String, CodingKey, CaseIterable { case runs, perDay, back }
  }

  /// Sampled evenly on a log scale.
  public struct Range: Decodable, Sendable {
    public var low: Sourced<Seconds>
    public var high: Sourced<Seconds>
    enum CodingKeys: String, CodingKey, CaseIterable { case low, high }

    func sample(_ stream: inout RandomStream) -> Double {
      logarithmicDraw(low.value.value, high.value.value, &stream)
    }

    /// Of all draws.
    var mean: Double {
      let (low, high) = (low.value.value, high.value.value)
      return low > 0 && high > low ? (high - low) / logarithm(high / low) : (low + high) / 2
    }
  }

  /// Logarithms of the fleets' rates: their mean and spread.
  var logRates: (mean: Double, deviation: Double) {
    let logs = fleets.map { logarithm($0.rate.value) }
    let mean = logs.reduce(0, +) / Double(max(1, logs.count))
    let squares = logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / Double(max(1, logs.count - 1))).squareRoot())
  }

  /// Stops per chip and second of the fleet in the middle.
  var middleRate: Double { exponential(logRates.mean) / 1e6 / 3600 }

  /// Stops per chip and second, drawn once for a run.
  func sampleRate(_ stream: inout RandomStream) -> Double {
    let draw = standardNormalQuantile(stream.uniform())
    return middleRate * exponential(logRates.deviation * draw)
  }
}

extension Catalog {
  public func failureModel(_ name: String = "large runs") throws -> FailureModel {
    try node("failures", name).decodedFacts(FailureModel.self, userInfo: decodingRules).value
  }
}

/// Evenly on a log scale between two numbers; evenly where the lower is 0. Draws one number in any case.
private func logarithmicDraw(_ low: Double, _ high: Double, _ stream: inout RandomStream) -> Double {
  let place = stream.uniform()
  guard high > low else { return low }
  guard low > 0 else { return low + (high - low) * place }
  return low * exponential(logarithm(high / low) * place)
}

extension Sourced where Value == Double {
  /// Within its range, evenly on a log scale; the value where it has none.
  func sample(_ stream: inout RandomStream) -> Double { logarithmicDraw(low ?? value, high ?? value, &stream) }
}

extension Sourced where Value == Seconds {
  /// Within its range, evenly on a log scale; the value where it has none.
  func sample(_ stream: inout RandomStream) -> Double {
    logarithmicDraw((low ?? value).value, (high ?? value).value, &stream)
  }
}
