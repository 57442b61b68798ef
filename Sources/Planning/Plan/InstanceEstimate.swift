import Simulation
import Units

/// What one instance of a pool comes to at one batch, by the times of its steps: arithmetic, not a simulation.
public struct InstanceEstimate: Codable, Sendable, Hashable {
  /// Requests that decode on a rank at once; of a pool of prompts, prompts in a step of a rank.
  public var requestsPerRank: Int
  /// Requests per second that the instance completes where it is never idle, its ranks together.
  public var requestsPerSecond: Double
  /// From arrival to the first token, mean; zero of a pool that only decodes.
  public var timeToFirstToken: Seconds
  /// The same of a request that is later than the share of them that must keep the objective.
  public var lateFirstToken: Seconds
  /// Zero of a pool that only computes prompts.
  public var timePerOutputToken: Seconds
  /// A mean step.
  public var step: Seconds
  /// What holds the batch.
  public var limit: Limit

  public enum Limit: String, Sendable, Codable, CaseIterable {
    /// Memory for keys and values.
    case memory
    /// An objective.
    case objective
    /// New tokens of prompts in a step.
    case stepTokens
    /// The largest batch that is tried.
    case size
  }
}

/// Prompts that come to the ranks of an instance between two steps, each rank's by chance.
struct PromptsOfStep {
  /// Chance that any rank has one.
  let chance: Double
  /// Of the rank that has most, where any has one: mean.
  let fullest: Double

  /// - Parameters:
  ///   - mean: prompts of a rank and step.
  ///   - most: that a step takes of a rank.
  init(mean: Double, ranks: Int, most: Int) {
    guard mean > 0 else {
      chance = 0
      fullest = 0
      return
    }
    // Poisson: the mean of the greatest of several is the sum over k of the chance that it is k or more.
    var term = exponential(-mean)
    var below = term
    chance = 1 - power(below, ranks)
    var sum = 0.0
    for count in 1...max(1, most) {
      let more = 1 - power(below, ranks)
      sum += more
      if more < 1e-9 { break }
      term *= mean / Double(count)
      below = min(1, below + term)
    }
    fullest = chance > 0 ? sum / chance : 0
  }
}

/// A whole power by repeated squaring: the same on every machine.
private func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, factor, left) = (1.0, base, exponent)
  while left > 0 {
    if left & 1 == 1 { result *= factor }
    factor *= factor
    left >>= 1
  }
  return result
}

/// Waiting where requests come by chance to several equal servers with equal services, each to the server that has the
/// fewest.
///
/// The chance to wait is that of exponential services (Erlang C). Who waits does so for what is left of one service,
/// any part of it alike, and for a whole one more where every server has one waiting, and so on: the chance of each
/// more is (ρ / (2 − ρ))^servers at load ρ, which makes the mean of one server exact.
struct PromptQueue {
  /// From the start of a prompt to its end, with the front end before it.
  let service: Seconds
  let frontEnd: Seconds
  let servers: Int

  func chanceToWait(_ load: Double) -> Double {
    let offered = load * Double(servers)
    var blocked = 1.0
    for server in 1...servers {
      blocked = offered * blocked / (Double(server) + offered * blocked)
      // Nobody is turned away any more, nor waits.
      if blocked < 1e-12 { return 0 }
    }
    return blocked / (1 - load * (1 - blocked))
  }

  /// Of those that wait, the part that finds one request more before it, and of those again.
  private func deeper(_ load: Double) -> Double { power(load / (2 - load), servers) }

  func mean(_ load: Double) -> Seconds {
    let deeper = deeper(load)
    return frontEnd + service + service * (chanceToWait(load) * (1 + deeper) / (2 * (1 - deeper)))
  }

  /// Of the request that is later than all but `rest` of them.
  func late(_ load: Double, rest: Double) -> Seconds {
    var chance = chanceToWait(load)
    guard chance > rest else { return frontEnd + service }
    let deeper = deeper(load)
    var waited = 0.0
    while chance * deeper > rest {
      chance *= deeper
      waited += 1
    }
    return frontEnd + service + service * (waited + (1 - rest / chance) / (1 - deeper))
  }

  /// The greatest load up to `most` at which all but `rest` of the requests keep the objective.
  func load(upTo most: Double, within objective: Seconds?, rest: Double) -> Double {
    guard let objective else { return most }
    guard frontEnd + service <= objective else { return 0 }
    guard late(most, rest: rest) > objective else { return most }
    var (low, high) = (0.0, most)
    for _ in 0..<20 {
      let middle = (low + high) / 2
      if late(middle, rest: rest) <= objective { low = middle } else { high = middle }
    }
    return low
  }
}
