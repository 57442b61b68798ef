import Simulation
import Units

/// A whole training run: its steps, and what stops them.
public struct TrainingRun: Sendable {
  /// Of one step without stops.
  public var step: Seconds
  public var tokensPerStep: Double
  public var tokens: Double
  public var chips: Int
  /// Bytes of a checkpoint on one chip.
  public var checkpointPerChip: Bytes
  public var failures: FailureModel
  /// Between checkpoints; the best by Daly for the mean rate where nil.
  public var interval: Seconds?

  public init(
    step: Seconds, tokensPerStep: Double, tokens: Double, chips: Int, checkpointPerChip: Bytes,
    failures: FailureModel, interval: Seconds? = nil
  ) {
    self.step = step
    self.tokensPerStep = tokensPerStep
    self.tokens = tokens
    self.chips = chips
    self.checkpointPerChip = checkpointPerChip
    self.failures = failures
    self.interval = interval
  }

  /// Time in which a checkpoint blocks: its copy to the host's memory.
  public var checkpointWrite: Seconds { checkpointPerChip / failures.copyPerChip.value }

  /// Without any stop.
  public var productive: Seconds { step * (tokens / tokensPerStep) }
}

/// What many draws of a run say.
public struct TrainingRunReport: Codable, Hashable, Sendable {
  public var days: Quantiles
  /// Productive time over all time.
  public var effectiveShare: Quantiles
  public var interruptions: Quantiles
  /// Mean time between stops.
  public var timeBetweenStops: Quantiles
  /// Mean stops by cause.
  public var causes: [Cause]
  public var interval: Seconds
  public var checkpointWrite: Seconds
  public var productiveDays: Double
  public var draws: Int

  public struct Cause: Codable, Hashable, Sendable {
    public var name: String
    public var p10: Double
    public var p50: Double
    public var p90: Double
  }

  public struct Quantiles: Codable, Hashable, Sendable {
    public var p10: Double
    public var p50: Double
    public var p90: Double

    init(_ values: [Double]) {
      let sorted = values.sorted()
      func at(_ share: Double) -> Double {
        guard let last = sorted.last else { return 0 }
        let position = share * Double(sorted.count - 1)
        let low = Int(position)
        guard low + 1 < sorted.count else { return last }
        return sorted[low] + (position - Double(low)) * (sorted[low + 1] - sorted[low])
      }
      (p10, p50, p90) = (at(0.1), at(0.5), at(0.9))
    }
  }
}

extension TrainingRun {
  /// Draws whole runs: the fleet's rate once, then each stop, what it loses since the last checkpoint, its detection
  /// and its restart. The same seed gives the same draws.
  public func simulate(draws: Int, seed: Seed) -> TrainingRunReport {
    let meanRate = exponential(failures.logRates.mean) / 1e6 / 3600 * Double(chips)
    let write = checkpointWrite
    let interval = interval ?? CheckpointCadence.daly(write: write, between: Seconds(1 / meanRate))
    let stream = seed.stream("training run")
    var days: [Double] = [], shares: [Double] = [], stops: [Double] = [], between: [Double] = []
    var byCause = failures.causes.map { _ in [Double]() }
    for draw in 0..<draws {
      var own = stream.substream(UInt64(draw))
      let run = one(interval: interval.value, write: write.value, &own)
      days.append(run.time / 86_400)
      shares.append(productive.value / run.time)
      stops.append(Double(run.stops))
      between.append(run.stops > 0 ? run.time / Double(run.stops) / 3600 : run.time / 3600)
      for (index, count) in run.causes.enumerated() { byCause[index].append(Double(count)) }
    }
    let causes = failures.causes.enumerated().map { index, cause in
      let quantiles = TrainingRunReport.Quantiles(byCause[index])
      return TrainingRunReport.Cause(name: cause.name, p10: quantiles.p10, p50: quantiles.p50, p90: quantiles.p90)
    }
    return TrainingRunReport(
      days: .init(days), effectiveShare: .init(shares), interruptions: .init(stops), timeBetweenStops: .init(between),
      causes: causes, interval: interval, checkpointWrite: write, productiveDays: productive.value / 86_400,
      draws: draws)
  }

  private func one(
    interval: Double, write: Double, _ stream: inout RandomStream
  ) -> (time: Double, stops: Int, causes: [Int]) {
    let rate = failures.sampleRate(&stream) * Double(chips)
    var left = productive.value
    var time = 0.0
    var stops = 0
    var causes = failures.causes.map { _ in 0 }
    let total = failures.causes.reduce(0) { $0 + $1.share.value }
    // A run that cannot make progress is cut off at a hundred times its length.
    while left > 0, time < 100 * productive.value {
      let untilStop = -logarithm(1 - stream.uniform()) / rate
      // Work in that time, with a checkpoint after each interval.
      let cycles = (untilStop / (interval + write)).rounded(.down)
      let inCycle = min(interval, untilStop - cycles * (interval + write))
      let done = cycles * interval + inCycle
      if done >= left {
        time += left + (left / interval).rounded(.down) * write
        break
      }
      left -= cycles * interval
      time += untilStop + failures.detection.sample(&stream) + failures.restart.sample(&stream)
      stops += 1
      var place = stream.uniform() * total
      for (index, cause) in failures.causes.enumerated() {
        place -= cause.share.value
        if place < 0 || index == failures.causes.count - 1 {
          causes[index] += 1
          break
        }
      }
    }
    return (time, stops, causes)
  }
}
