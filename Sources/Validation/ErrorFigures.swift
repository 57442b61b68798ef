/// Median, tail, worst and bias of signed errors; nil of nothing.
struct ErrorFigures: Sendable {
  var median: Double?
  var p90: Double?
  var worst: Double?
  /// Median signed error.
  var bias: Double?

  init(_ errors: [Double]) {
    let absolute = errors.map(abs).sorted()
    median = quantile(absolute, 0.5)
    p90 = quantile(absolute, 0.9)
    worst = absolute.last
    bias = quantile(errors.sorted(), 0.5)
  }
}

/// What a budget allows of a group, as fractions; what is nil is not limited.
struct ErrorLimits {
  var name: String
  var median: Double?
  var p90: Double?
  var bias: Double?
  var coverage: Double?

  /// Sentences that say which limit is broken and by how much; none when all hold. A figure that is not known breaks
  /// its limit.
  func broken(median reached: Double?, p90 tail: Double?, bias signed: Double?, coverage share: Double?) -> [String] {
    var found: [String] = []
    func check(_ label: String, _ reached: Double?, _ limit: Double?) {
      guard let limit, (reached ?? .infinity) > limit else { return }
      found.append("\(name): \(label) \(reached.map(percent) ?? "unknown") is above its budget of \(percent(limit))")
    }
    check("median error", reached, median)
    check("90th percentile of the error", tail, p90)
    check("bias", signed.map(abs), bias)
    if let coverage, let share, share < coverage {
      found.append("\(name): coverage \(percent(share)) is below its budget of \(percent(coverage))")
    }
    return found
  }
}
