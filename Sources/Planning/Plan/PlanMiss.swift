import Units

/// What requests may have to keep.
public enum PlanObjective: String, Codable, Sendable, CaseIterable {
  case timeToFirstToken, timePerOutputToken, endToEnd
}

/// A time beside its objective.
public struct PlanMiss: Codable, Sendable, Hashable {
  public var objective: PlanObjective
  /// Of the mean request, but first tokens on shared chips of one that is later than the share that must keep the
  /// objective; in a simulation the time within which that share stays.
  public var time: Seconds
  public var limit: Seconds

  /// Of the limit; 0 or less where it is kept.
  public var share: Double { time / limit - 1 }
}

/// Of many misses the one that is least, each being the worst of its own batch.
struct NearestMiss {
  private(set) var miss: PlanMiss?
  private(set) var batch: Int?
  /// Whether any kept every objective.
  private(set) var isKept = false

  /// nil where no objective is asked for.
  mutating func take(_ next: PlanMiss?, batch: Int) {
    guard let next, next.share > 0 else { return isKept = true }
    if miss.map({ next.share < $0.share }) ?? true { (miss, self.batch) = (next, batch) }
  }
}

extension PlanRequest.Objectives {
  public subscript(objective: PlanObjective) -> Seconds? {
    get {
      switch objective {
      case .timeToFirstToken: timeToFirstToken
      case .timePerOutputToken: timePerOutputToken
      case .endToEnd: endToEnd
      }
    }
    set {
      switch objective {
      case .timeToFirstToken: timeToFirstToken = newValue
      case .timePerOutputToken: timePerOutputToken = newValue
      case .endToEnd: endToEnd = newValue
      }
    }
  }

  /// Of several times the one that misses its objective most, or keeps it with the least to spare; nil where none of
  /// them is asked for.
  func worst(first: Seconds? = nil, each: Seconds? = nil, end: Seconds? = nil) -> PlanMiss? {
    var worst: PlanMiss?
    func look(_ objective: PlanObjective, _ time: Seconds?, _ limit: Seconds?) {
      guard let time, let limit else { return }
      let next = PlanMiss(objective: objective, time: time, limit: limit)
      if worst.map({ next.share > $0.share }) ?? true { worst = next }
    }
    look(.timeToFirstToken, first, timeToFirstToken)
    look(.timePerOutputToken, each, timePerOutputToken)
    look(.endToEnd, end, endToEnd)
    return worst
  }
}
