import Costs
import Simulation

/// Constants found on measured times, each with what was believed of it before.
///
/// The loss is Σ w t² ln(1 + r²/t²) + Σ z²: r is ln(predicted / measured) over the scale of its metric, t the tail
/// beyond which a time that no constant explains moves little; z is ln(value / prior's mean) over the prior's
/// deviation. For small r it is twice the negative logarithm of a normal likelihood, so its curvature gives the
/// posterior's deviations.
struct ConstantFit: Sendable {
  /// One run or result: TPOT and TTFT in seconds, nil where one was not measured.
  struct Case: Sendable {
    var measured: [Double?]
    /// Of all its times.
    var weight = 1.0
    /// For each constant, whether it can move the times of this case.
    var touches: [Bool]
  }

  var cases: [Case]
  var priors: [ConstantPrior]
  /// By how much, as a logarithm, TPOT and TTFT of a good model miss.
  var scales: [Double]
  /// In scales: errors beyond it count for less and less.
  var tail = 2.0
  var workers: Int
  /// TPOT and TTFT of a case, in seconds, under values of the constants; nil where there is no prediction.
  var predict: @Sendable (Int, [Double]) -> [Double?]

  /// Times of all cases as linear functions of the constants around a centre: a step's time is a sum of what its
  /// constants cost, so this holds far from the centre too.
  struct Expansion: Sendable {
    var centre: [Double]
    /// By case and metric.
    var base: [[Double?]]
    /// Seconds for each unit of a constant, by case, metric and constant.
    var slopes: [[[Double]]]

    func time(_ row: Int, _ metric: Int, _ values: [Double]) -> Double? {
      guard let base = base[row][metric] else { return nil }
      var sum = base
      for index in centre.indices { sum += slopes[row][metric][index] * (values[index] - centre[index]) }
      // A line may leave what a time can be; no constant takes nine tenths of a time away.
      return max(sum, base * 0.1)
    }
  }

  struct Solution: Sendable {
    var values: [Double]
    /// Of the logarithms, from the curvature.
    var deviations: [Double]
    /// Of the logarithms, by constant and constant.
    var correlations: [[Double]]
    var loss: Double
  }

  /// Steps as shares of a constant over which slopes are taken: simulations choose, so small ones show choices.
  private static let step = 0.25

  /// - Parameter onlyTimes: whether slopes are left at zero.
  func expansion(at centre: [Double], onlyTimes: Bool = false) -> Expansion {
    let jobs = cases.indices.flatMap { row in
      [(row: row, constant: -1)]
        + priors.indices.filter { !onlyTimes && cases[row].touches[$0] }.map { (row: row, constant: $0) }
    }
    let steps = priors.indices.map { index in
      let up = centre[index] * (1 + Self.step)
      return (up > priors[index].range.upperBound ? -1 : 1) * centre[index] * Self.step
    }
    let times = concurrentMap(jobs, workers: workers) { job in
      var values = centre
      if job.constant >= 0 { values[job.constant] += steps[job.constant] }
      return predict(job.row, values)
    }
    let none = [Double](repeating: 0, count: priors.count)
    var expansion = Expansion(
      centre: centre, base: cases.map { _ in scales.map { _ in nil } },
      slopes: cases.map { _ in scales.map { _ in none } })
    for (job, time) in zip(jobs, times) where job.constant < 0 { expansion.base[job.row] = time }
    for (job, time) in zip(jobs, times) where job.constant >= 0 {
      for metric in scales.indices {
        guard let base = expansion.base[job.row][metric], let moved = time[metric] else { continue }
        expansion.slopes[job.row][metric][job.constant] = (moved - base) / steps[job.constant]
      }
    }
    return expansion
  }

  /// The optimum on an expansion, without the cases of `omitted`, from the priors' means.
  func solve(_ expansion: Expansion, omitting omitted: Set<Int> = [], from start: [Double]? = nil) -> Solution {
    var values = start ?? priors.map(\.mean)
    var best = loss(expansion, values, omitted)
    var damping = 1e-3
    for _ in 0..<200 {
      let (normal, gradient) = equations(expansion, values, omitted)
      let isHeld = priors.indices.map { index in
        let range = priors[index].range
        return (values[index] <= range.lowerBound && gradient[index] > 0)
          || (values[index] >= range.upperBound && gradient[index] < 0)
      }
      var (matrix, right) = (normal, gradient)
      for index in priors.indices {
        if isHeld[index] {
          for other in priors.indices { (matrix[index][other], matrix[other][index]) = (0, 0) }
          right[index] = 0
          matrix[index][index] = 1
        }
        matrix[index][index] *= 1 + damping
      }
      let step = LinearSystem.solve(matrix, right)
      let trial = priors.indices.map { index in
        let moved = values[index] * exponential(max(-1, min(1, -step[index])))
        return max(priors[index].range.lowerBound, min(priors[index].range.upperBound, moved))
      }
      let next = loss(expansion, trial, omitted)
      if next < best {
        let isDone = best - next < 1e-9 * best
        (values, best) = (trial, next)
        damping = max(1e-6, damping / 4)
        if isDone { break }
      } else {
        damping *= 8
        if damping > 1e8 { break }
      }
    }
    return described(expansion, values, best, omitted)
  }

  /// Rounds of expansion and optimum; a round that gains nothing ends them.
  func fit(from start: [Double], rounds: Int) -> (solution: Solution, expansion: Expansion) {
    var expansion = expansion(at: start)
    var solution = solve(expansion)
    for _ in 1..<max(1, rounds) {
      let next = self.expansion(at: solution.values)
      let better = solve(next, from: solution.values)
      let isDone = better.loss > loss(next, solution.values, []) * (1 - 1e-3)
      (expansion, solution) = (next, better)
      if isDone { break }
    }
    return (solution, expansion)
  }

  /// The part of a case's TPOT or TTFT that a constant makes, whichever is more.
  func share(of constant: Int, in row: Int, _ expansion: Expansion, _ values: [Double]) -> Double {
    scales.indices.compactMap { metric in
      expansion.time(row, metric, values).map {
        abs(expansion.slopes[row][metric][constant] * values[constant] / $0)
      }
    }.max() ?? 0
  }

  func loss(_ expansion: Expansion, _ values: [Double], _ omitted: Set<Int>) -> Double {
    var sum = 0.0
    each(expansion, values, omitted) { _, _, _, residual, weight in
      sum += weight * square(tail) * logarithm(1 + square(residual / tail))
    }
    for (value, prior) in zip(values, priors) { sum += square(logarithm(value / prior.mean) / prior.deviation) }
    return sum
  }

  private func each(
    _ expansion: Expansion, _ values: [Double], _ omitted: Set<Int>,
    _ body: (_ row: Int, _ metric: Int, _ time: Double, _ residual: Double, _ weight: Double) -> Void
  ) {
    for row in cases.indices where !omitted.contains(row) {
      for metric in scales.indices {
        guard let measured = cases[row].measured[metric], let time = expansion.time(row, metric, values) else {
          continue
        }
        body(row, metric, time, logarithm(time / measured) / scales[metric], cases[row].weight)
      }
    }
  }

  /// Of the logarithms: half of the loss's curvature (Gauss–Newton), and half of its gradient.
  private func equations(
    _ expansion: Expansion, _ values: [Double], _ omitted: Set<Int>
  ) -> ([[Double]], [Double]) {
    let count = priors.count
    var normal = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    var gradient = [Double](repeating: 0, count: count)
    each(expansion, values, omitted) { row, metric, time, residual, weight in
      let slopes = expansion.slopes[row][metric]
      let strength = weight / (1 + square(residual / tail))
      for index in 0..<count where slopes[index] != 0 {
        let one = slopes[index] * values[index] / time / scales[metric]
        gradient[index] += strength * residual * one
        for other in 0..<count where slopes[other] != 0 {
          normal[index][other] += strength * one * slopes[other] * values[other] / time / scales[metric]
        }
      }
    }
    for (index, prior) in priors.enumerated() {
      let precision = 1 / square(prior.deviation)
      normal[index][index] += precision
      gradient[index] += precision * logarithm(values[index] / prior.mean)
    }
    return (normal, gradient)
  }

  private func described(
    _ expansion: Expansion, _ values: [Double], _ loss: Double, _ omitted: Set<Int>
  ) -> Solution {
    let (normal, _) = equations(expansion, values, omitted)
    let inverse = priors.indices.map { index in
      LinearSystem.solve(normal, priors.indices.map { $0 == index ? 1 : 0 })
    }
    let deviations = priors.indices.map { max(0, inverse[$0][$0]).squareRoot() }
    let correlations = priors.indices.map { one in
      priors.indices.map { other in
        let scale = deviations[one] * deviations[other]
        return scale > 0 ? inverse[one][other] / scale : 0
      }
    }
    return Solution(values: values, deviations: deviations, correlations: correlations, loss: loss)
  }

  private func square(_ value: Double) -> Double { value * value }
}
