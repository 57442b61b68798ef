import Serving
import Units

/// How many instances of each pool.
extension PlanSearch {
  /// Waiting for prompts where so many instances compute them.
  func queue(_ prompts: Sized, _ instances: Int) -> PromptQueue {
    PromptQueue(
      service: prompts.estimate.timeToFirstToken - prompts.model.frontEnd, frontEnd: prompts.model.frontEnd,
      servers: instances)
  }

  /// Numbers of instances whose rate of prompts is kept.
  static let mostKept = 256

  var rest: Double { max(1 - request.objectives.share, 1e-3) }

  /// Requests per second whose prompts so many instances compute within the objective.
  func promptRate(_ prompts: Sized, _ instances: Int) -> Double {
    guard instances > 0 else { return 0 }
    if instances <= prompts.promptRates.count { return prompts.promptRates[instances - 1] }
    let load = queue(prompts, instances).load(
      upTo: request.utilisation, within: request.objectives.timeToFirstToken, rest: rest)
    return Double(instances) * prompts.rate * load
  }

  /// Instances of both pools that serve the rate, spare ones included; nil where no number does.
  func needed(_ prompts: Sized, _ answers: Sized, _ rate: Double) -> (first: Int, second: Int)? {
    let second = (rate / (answers.rate * request.utilisation)).rounded(.up)
    var first = max(1, (rate / (prompts.rate * request.utilisation)).rounded(.up))
    guard first < 1e6, second < 1e6 else { return nil }
    while promptRate(prompts, Int(first)) < rate, first * Double(prompts.model.chips) <= 4 * Double(fleet.chips) {
      first += 1
    }
    return (Int(first) + request.spares, max(1, Int(second)) + request.spares)
  }

  /// Chips that the rate needs; nil where none is asked for.
  func chips(_ prompts: Sized, _ answers: Sized) -> Int? {
    guard let rate = request.requestRate else {
      return (1 + request.spares) * (prompts.model.chips + answers.model.chips)
    }
    return needed(prompts, answers, rate).map { $0.first * prompts.model.chips + $0.second * answers.model.chips }
  }

  /// Numbers of instances of two pools, and what comes of them.
  struct Numbers {
    var first, second: Int
    var prompting, decoding: Double
    /// Requests per second of both together, at most what is asked for.
    var rate: Double
    /// Of both.
    var chips: Int
  }

  /// The numbers that serve most, or the fewest that serve the rate; nil where none fits.
  func numbers(_ prompts: Sized, _ answers: Sized, on other: PlanSearch? = nil) -> Numbers? {
    let (small, large) = (prompts.model.chips, answers.model.chips)
    let spare = request.spares
    let best: (first: Int, second: Int)?
    if let rate = request.requestRate {
      best = needed(prompts, answers, rate)
    } else if let other {
      best = Self.counts(
        upTo: fleet.chips / small, { promptRate(prompts, $0) }, upTo: other.fleet.chips / large, answers.rate,
        spare: spare)
    } else {
      best = Self.counts(small, { promptRate(prompts, $0) }, large, answers.rate, chips: fleet.chips, spare: spare)
    }
    guard let best else { return nil }
    let (used, more) = (best.first * small, best.second * large)
    guard other.map({ used <= fleet.chips && more <= $0.fleet.chips }) ?? (used + more <= fleet.chips) else {
      return nil
    }
    if let other, !request.keepsBudgets([(space.machine, used), (other.space.machine, more)]) { return nil }
    let prompting = promptRate(prompts, best.first - spare)
    let decoding = Double(best.second - spare) * answers.rate
    let rate = min(prompting, decoding, request.requestRate ?? .infinity)
    guard rate > 0 else { return nil }
    return Numbers(
      first: best.first, second: best.second, prompting: prompting, decoding: decoding, rate: rate, chips: used + more)
  }

  func joined(
    _ prompts: Sized, _ answers: Sized, _ numbers: Numbers, on other: PlanSearch?
  ) -> PlanCandidate {
    let working = numbers.first - request.spares
    let first = queue(prompts, working).mean(min(0.99, numbers.rate / (Double(working) * prompts.rate)))
    return assembled(
      [
        pool(prompts.model, .prefill, instances: numbers.first, prompts.estimate, rate: numbers.prompting),
        (other ?? self).pool(
          answers.model, .decode, instances: numbers.second, answers.estimate, rate: numbers.decoding),
      ], [prompts.model, answers.model], first: first, each: answers.estimate.timePerOutputToken, on: other)
  }

  /// Instances of two sizes among so many chips that complete most: every number of the first is tried.
  ///
  /// - Parameter rate: what so many of the first complete together; it grows with them.
  static func counts(
    _ small: Int, _ rate: (Int) -> Double, _ large: Int, _ other: Double, chips: Int, spare: Int
  ) -> (first: Int, second: Int)? {
    var best: (first: Int, second: Int, rate: Double, chips: Int)?
    var first = 1 + spare
    while first * small + (1 + spare) * large <= chips {
      let second = (chips - first * small) / large
      let most = rate(first - spare)
      // No more than what the other pool can take.
      let served = min(most, Double(second - spare) * other)
      let needed = min(second, max(1, Int((served / other).rounded(.up))) + spare)
      let used = first * small + needed * large
      if best.map({ served > $0.rate || (served == $0.rate && used < $0.chips) }) ?? true {
        best = (first, needed, served, used)
      }
      // More prompts than answers: from here on it only falls.
      if most > Double(second - spare) * other { break }
      first += 1
    }
    return best.map { ($0.first, $0.second) }
  }

  /// The same where each pool has chips of its own: as many as make most, and no more than that takes.
  static func counts(
    upTo most: Int, _ rate: (Int) -> Double, upTo others: Int, _ other: Double, spare: Int
  ) -> (first: Int, second: Int)? {
    guard most > spare, others > spare else { return nil }
    let served = min(rate(most - spare), Double(others - spare) * other)
    let first = (1...(most - spare)).first { rate($0) >= served } ?? most - spare
    return (first + spare, min(others, max(1, Int((served / other).rounded(.up))) + spare))
  }
}
