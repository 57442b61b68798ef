import Units

/// What the serving engine's simulation says of a run.
public enum RunPrediction: Sendable, Hashable {
  /// Means over all requests; no first token where only decode was simulated. `assumption` says what was filled in.
  case times(first: Seconds?, each: Seconds, assumption: String? = nil)
  /// Not predicted, and why.
  case unsupported(String)
}

/// One metric of a run beside its prediction.
public struct RunOutcome: Sendable {
  public var run: ServingRun
  /// Names for groups: the catalog's chip, whether the model's layers are all dense.
  public var chip: String
  public var isDense: Bool
  public var metric: Metric
  /// In the metric's unit.
  public var published: Double
  public var predicted: Double?
  public var status: Outcome.Status
  /// Why there is no prediction, or what was filled in for one.
  public var reason: String

  public enum Metric: String, Sendable, CaseIterable {
    case timeToFirstToken = "TTFT"
    case timePerOutputToken = "TPOT"
    /// Derived on both sides, see `ServingRun.throughputPerChip`.
    case throughput = "throughput per GPU"

    public var unit: String { self == .throughput ? "tokens/s" : "ms" }
  }

  /// Whether the row is to be scored: by its role, and by how it can be read.
  public var isWanted: Bool { run.role == .validate && run.reading.isScored }

  /// (predicted − published) / published.
  public var signedError: Double? { predicted.map { ($0 - published) / published } }

  /// The metrics that a run publishes, against its prediction: TTFT and throughput only where the deployment is known.
  static func all(
    _ run: ServingRun, _ prediction: RunPrediction, chip: String, isDense: Bool
  ) -> [RunOutcome] {
    var list: [RunOutcome] = []
    func add(_ metric: Metric, _ published: Double, _ value: (Seconds?, Seconds) -> Double?) {
      var outcome = RunOutcome(
        run: run, chip: chip, isDense: isDense, metric: metric, published: published, predicted: nil,
        status: .unsupported, reason: "")
      outcome.take(prediction, value)
      list.append(outcome)
    }
    if let published = run.timePerOutputToken?.value {
      add(.timePerOutputToken, published.milliseconds) { $1.milliseconds }
    }
    guard run.isComplete else { return list }
    if let published = run.timeToFirstToken?.value {
      add(.timeToFirstToken, published.milliseconds) { first, _ in first?.milliseconds }
    }
    if let first = run.timeToFirstToken?.value, let each = run.timePerOutputToken?.value,
      let published = run.throughputPerChip(first: first, each: each)
    {
      add(.throughput, published) { first, each in
        first.flatMap { run.throughputPerChip(first: $0, each: each) }
      }
    }
    return list
  }

  private mutating func take(_ prediction: RunPrediction, _ value: (Seconds?, Seconds) -> Double?) {
    guard run.reading.isScored else {
      reason = run.reading.rawValue
      return
    }
    switch prediction {
    case .unsupported(let why): reason = why
    case .times(let first, let each, let assumption):
      predicted = value(first, each)
      guard predicted != nil else {
        reason = "only decode was simulated"
        return
      }
      reason = assumption ?? ""
      switch run.role {
      case .validate: status = assumption == nil ? .scored : .assumed
      case .calibrate: status = .calibrated
      case .shown: status = .shown
      }
    }
  }
}
