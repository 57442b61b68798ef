/// What the models say of a published row.
public enum Prediction: Sendable, Hashable {
  /// In the row's own unit.
  case value(Double)
  /// In the row's own unit, with what the source hides filled in: what was assumed.
  case assumed(Double, String)
  /// Not modelled yet, and why.
  case unsupported(String)
  /// Cannot be met together with another row: the arithmetic that shows it.
  case contradicts(String)
}

/// A row with its prediction and how it counts.
public struct Outcome: Sendable {
  public var row: PublishedRow
  public var predicted: Double?
  public var status: Status
  public var reason: String

  public enum Status: String, Sendable, CaseIterable {
    case scored
    /// What a row hides was filled in; never in a headline.
    case assumed
    case calibrated, shown
    case boundKept = "bound-kept"
    case boundBroken = "bound-broken"
    case unsupported, contradicts
  }

  public init(_ row: PublishedRow, _ prediction: Prediction) {
    self.row = row
    reason = ""
    switch prediction {
    case .unsupported(let why):
      status = .unsupported
      reason = why
    case .contradicts(let why):
      status = .contradicts
      reason = why
    case .assumed(let value, let what):
      predicted = value
      reason = what
      status = row.role == .validate ? .assumed : .shown
    case .value(let value):
      predicted = value
      switch row.role {
      case .validate: status = .scored
      case .calibrate: status = .calibrated
      case .bound: status = row.keepsBound(value) ? .boundKept : .boundBroken
      case .input, .derived, .projection, .forecast, .weak: status = .shown
      }
    }
  }

  /// (predicted − published) / published. Gains and shares in percent are compared in points of their base of 100:
  /// a gain of 9% predicted as 5% is off by (105 − 109)/109, for the throughputs are what was measured.
  public var signedError: Double? {
    guard let predicted else { return nil }
    if row.isChangeInPercent { return (predicted - row.value) / (100 + row.value) }
    guard row.value != 0 else { return predicted == 0 ? 0 : nil }
    return (predicted - row.value) / row.value
  }

  /// For gains and other changes in percent: how many points the prediction is off.
  public var points: Double? {
    guard let predicted, row.isChangeInPercent else { return nil }
    return predicted - row.value
  }
}

extension PublishedRow {
  /// A relative change ("gain", "increase", "reduction"), not a level.
  public var isChangeInPercent: Bool {
    unit == "%" && ["gain", "change", "increase", "reduction"].contains { metric.contains($0) }
  }

  /// A minimum or lower bound holds when the prediction is not below it; everything else that bounds does so from
  /// above.
  func keepsBound(_ predicted: Double) -> Bool {
    let isLower = metric.contains("minimum") || metric.contains("lower bound")
    return isLower ? predicted >= value : predicted <= value
  }
}
