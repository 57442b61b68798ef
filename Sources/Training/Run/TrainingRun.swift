import Simulation
import Units

/// A whole training run: its steps, and what stops and slows them.
///
/// Every chip waits for every other: one stop stops all, and the slowest node sets the pace.
/// Ignored: runs that go on with fewer replicas while a node is away; power cuts of the whole site.
public struct TrainingRun: Sendable {
  /// Of one step without stops.
  public var step: Seconds
  public var tokensPerStep: Double
  public var tokens: Double
  public var chips: Int
  /// Chips that leave together for repair.
  public var chipsPerNode: Int
  /// Bytes of a checkpoint on one chip.
  public var checkpointPerChip: Bytes
  public var failures: FailureModel
  /// Of a young platform; nil where it is settled.
  public var maturity: Maturity?
  /// How long the team has run large jobs on the platform when the run starts.
  public var stackAge: Seconds
  /// Nodes that wait for others' places; the failure model's share where nil.
  public var spareNodes: Int?
  /// Deviation of the logarithm of the step's time: how far such estimates were off.
  public var stepSpread: Double
  /// Between checkpoints; the best by Daly for the mean rate where nil.
  public var interval: Seconds?

  public init(
    step: Seconds, tokensPerStep: Double, tokens: Double, chips: Int, chipsPerNode: Int = 8,
    checkpointPerChip: Bytes, failures: FailureModel, maturity: Maturity? = nil, stackAge: Seconds = .zero,
    spareNodes: Int? = nil, stepSpread: Double = 0, interval: Seconds? = nil
  ) {
    self.step = step
    self.tokensPerStep = tokensPerStep
    self.tokens = tokens
    self.chips = chips
    self.chipsPerNode = max(1, chipsPerNode)
    self.checkpointPerChip = checkpointPerChip
    self.failures = failures
    self.maturity = maturity
    self.stackAge = stackAge
    self.spareNodes = spareNodes
    self.stepSpread = stepSpread
    self.interval = interval
  }

  /// Time in which a checkpoint blocks: its copy to the host's memory.
  public var checkpointWrite: Seconds { checkpointPerChip / failures.copyPerChip.value }

  /// Without any stop.
  public var productive: Seconds { step * (tokens / tokensPerStep) }

  public var nodes: Int { (chips + chipsPerNode - 1) / chipsPerNode }

  /// Nodes that wait for others' places: given, or the failure model's share of the nodes, rounded up.
  public var spares: Int { spareNodes ?? Int((Double(nodes) * failures.spares.share.value).rounded(.up)) }

  /// Mean time between stops of the fleet in the middle.
  var timeBetweenStops: Seconds { Seconds(1 / (failures.middleRate * Double(chips))) }

  /// Between checkpoints: given, or the best by Daly.
  public var cadence: Seconds {
    interval ?? CheckpointCadence.daly(write: checkpointWrite, between: timeBetweenStops)
  }

  /// Draws whole runs: what differs between fleets once, then each event. The same seed gives the same draws.
  ///
  /// Cost: some 0.1 µs an event; a draw with more than 20,000 events goes on at its pace until then.
  public func simulate(draws: Int, seed: Seed) -> TrainingRunReport {
    let stream = seed.stream("training run")
    let outcomes = (0..<draws).map { draw -> RunDraw.Outcome in
      var run = RunDraw(self, stream.substream(UInt64(draw)))
      return run.outcome()
    }
    return TrainingRunReport(self, outcomes)
  }
}
