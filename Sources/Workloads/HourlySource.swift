import Simulation
import Units

/// Requests of equal lengths whose rate is another in each hour: within one they come by chance (Poisson).
///
///     HourlySource(rates: [2, 8, 4], promptTokens: 1000, outputTokens: 200, seed: Seed(1))
///
/// The n-th arrival lies where the integral of the rate reaches the sum of n exponential draws of mean 1.
public struct HourlySource: RequestSource {
  public let tokensPerBlock = 0
  private let rates: [Double]
  private let promptTokens: Int32
  private let outputTokens: Int32
  private var stream: RandomStream
  private var hour = 0
  /// Seconds of the hour that have gone.
  private var gone = 0.0

  /// - Parameter rates: requests per second, hour by hour; 0 brings none.
  public init(rates: [Double], promptTokens: Int, outputTokens: Int, seed: Seed) {
    self.rates = rates
    self.promptTokens = Int32(clamping: max(1, promptTokens))
    self.outputTokens = Int32(clamping: max(1, outputTokens))
    stream = seed.stream("hourly arrivals")
  }

  public mutating func read(into batch: inout RequestBatch) throws -> Bool {
    batch.removeAll()
    while !batch.isFull, let arrival = next() {
      batch.append(arrival: arrival, promptTokens: promptTokens, outputTokens: outputTokens)
    }
    return batch.count > 0
  }

  private mutating func next() -> Instant? {
    var left = Distribution.exponential(mean: 1).sample(&stream)
    while hour < rates.count {
      let most = rates[hour] * (Self.secondsPerHour - gone)
      if left < most {
        gone += left / rates[hour]
        return Instant(picoseconds: Int64(((Double(hour) * Self.secondsPerHour + gone) * 1e12).rounded()))
      }
      left -= most
      hour += 1
      gone = 0
    }
    return nil
  }

  private static let secondsPerHour = 3600.0
}
