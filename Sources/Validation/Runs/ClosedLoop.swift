import Serving
import Simulation
import Units
import Workloads

/// The requests of a closed loop: all wait from the beginning, and as many as `concurrency` are in flight.
///
/// Lengths are drawn evenly from a share of the nominal ones up to them, prompts are random: no prefix is shared.
struct ClosedLoop: RequestSource {
  private let inputTokens: Int
  private let outputTokens: Int
  private let shortestShare: Double
  private var left: Int
  private var prompts: RandomStream
  private var outputs: RandomStream

  init(_ run: ServingRun, requests: Int, seed: Seed) {
    inputTokens = run.inputTokens
    outputTokens = run.outputTokens
    shortestShare = min(1, max(0, run.flags.shortestShare))
    left = requests
    prompts = seed.stream("prompt lengths")
    outputs = seed.stream("output lengths")
  }

  var tokensPerBlock: Int { 0 }

  mutating func read(into batch: inout RequestBatch) throws -> Bool {
    batch.removeAll()
    for _ in 0..<min(left, 1024) {
      batch.arrivals.append(.zero)
      batch.promptTokens.append(Int32(draw(inputTokens, &prompts)))
      batch.outputTokens.append(Int32(draw(outputTokens, &outputs)))
      batch.blockEnds.append(0)
    }
    left -= batch.count
    return batch.count > 0
  }

  /// A whole number from ⌊share · nominal⌋ to nominal, each as likely.
  private func draw(_ nominal: Int, _ stream: inout RandomStream) -> Int {
    let least = max(1, Int(Double(nominal) * shortestShare))
    return least + Int(stream.uniform() * Double(nominal - least + 1))
  }
}

/// Means over the requests of a closed loop.
struct LoopMeans: Sendable, Hashable {
  var first: Seconds
  var each: Seconds
}

extension ServingRun {
  /// Requests that are simulated in a loop of `concurrency`: all of them, or three waves where there are very many.
  ///
  /// Three waves stand for ten: the opening one is a tenth of the mean, the later ones nine tenths.
  static let longestLoop = 10_000

  /// The means of the client over a deployment; without those that start together where they do not count.
  func means(
    of configuration: ServingConfiguration, concurrency: Int, countsOpeningWave: Bool = true
  ) throws -> LoopMeans {
    var configuration = configuration
    configuration.maxConcurrency = concurrency
    let all = concurrency * flags.promptsPerConcurrency
    let isWhole = all <= Self.longestLoop || flags.promptsPerConcurrency <= 3
    let source = ClosedLoop(self, requests: isWhole ? all : concurrency * 3, seed: configuration.seed)
    var waves = LoopWaves(opening: concurrency)
    let outcome = try serve(
      source, under: configuration, observing: ServingObservers(requests: { waves.add($0) }))
    guard outcome.statistics.completed > 0 else {
      throw RunPredictor.Unsupported("no request fits into memory")
    }
    guard countsOpeningWave else { return waves.means(share: 0) }
    guard !isWhole else {
      return LoopMeans(
        first: outcome.statistics.timeToFirstToken.mean, each: outcome.statistics.timePerOutputToken.mean)
    }
    return waves.means(share: 1 / Double(flags.promptsPerConcurrency))
  }
}

/// Sums over the opening wave and over the later ones.
private struct LoopWaves {
  let opening: Int
  private var counts = [0, 0]
  private var first = [0.0, 0.0]
  private var each = [0.0, 0.0]
  private var eachCounts = [0, 0]

  init(opening: Int) { self.opening = opening }

  mutating func add(_ records: [RequestRecord]) {
    for record in records where record.isCompleted {
      let wave = record.number < opening ? 0 : 1
      counts[wave] += 1
      first[wave] += (record.firstToken - record.arrival).seconds.value
      if record.outputTokens > 1 {
        eachCounts[wave] += 1
        each[wave] += (record.finished - record.firstToken).seconds.value / Double(record.outputTokens - 1)
      }
    }
  }

  func means(share: Double) -> LoopMeans {
    func joined(_ sums: [Double], _ counts: [Int]) -> Double {
      let opening = counts[0] > 0 ? sums[0] / Double(counts[0]) : 0
      let later = counts[1] > 0 ? sums[1] / Double(counts[1]) : opening
      return share * opening + (1 - share) * later
    }
    return LoopMeans(first: Seconds(joined(first, counts)), each: Seconds(joined(each, eachCounts)))
  }
}
