import Supply

extension SupplyValidation {
  /// A row with its prediction and how it counts; unpredicted rows say why.
  public struct Row: Sendable {
    public var id, title, unit, asOf, source, note, file: String
    public var low, mid, high: Double
    /// How the model's number is taken: a quantity over a period, or numbers of the data.
    public var measure: String
    /// Nil where the row cannot be told in the model's quantities.
    public var model: SupplyReport.Band?
    public var status: Status
    public var reason: String
    public var isDisputed: Bool
    public var bound: SupplyCheck.Bound?
    /// Numbers of ours set with this row in sight.
    public var fits: [String]
    /// Continuous ranked probability score by the middle; in the row's unit where the middle is 0.
    public var rankedScore: Double?
    public var logarithmicScore: Double?
    /// The same of the last value known, and of it grown on as in the year before; nil where there was none.
    public var naiveLast, naiveGrown: Double?
    public var naive: SupplyRows.Naive?
    /// Its period's end was taken for the information date.
    public var isDateAssumed: Bool
    /// Share of the draws below the middle.
    public var probabilityBelow: Double?

    public typealias Status = Outcome.Status

    /// Whether the middle lies in the model's 90% band; nil without a prediction.
    public var isInside: Bool? {
      guard let model else { return nil }
      let slack = 1e-6 * abs(mid)
      return model.p05 - slack <= mid && mid <= model.p95 + slack
    }

    /// Of the median, by the middle; nil without a prediction, or where a middle of 0 is missed.
    public var error: Double? {
      guard let median = model?.p50 else { return nil }
      if mid == 0 { return median == 0 ? 0 : nil }
      return median / mid - 1
    }

    /// An estimate or outcome that no other source contradicts by a factor.
    public var isAgreed: Bool { !isDisputed && bound == nil && model != nil }
  }
}

extension SupplyValidation.Row {
  /// A row with the draws of what it is held against, or why there are none.
  init(_ row: SupplyRows.Row) {
    let check = row.check
    id = check.id
    title = check.title
    unit = check.unit
    asOf = check.asOf.description
    if check.unit.lowercased() == "date" { unit = "date" }
    source = check.source
    note = check.note ?? ""
    file = row.file
    (low, mid, high) = (check.estimate.low, check.estimate.mid, check.estimate.high)
    measure = check.measure?.text ?? check.parameters?.text ?? ""
    status = .unsupported
    reason = ""
    isDisputed = check.disputed ?? false
    bound = check.bound
    fits = check.fits ?? []
    isDateAssumed = check.isDateAssumed ?? false
    naive = row.naive
    let scale = mid > 0 ? mid : 1
    naiveLast = row.naive.map { abs($0.last - check.estimate.mid) / scale }
    naiveGrown = row.naive.map { abs($0.grown - check.estimate.mid) / scale }
    switch row.answer {
    case .unsupported(let why): reason = why
    case .draws(let draws): compare(with: draws)
    }
  }

  private mutating func compare(with draws: [Float]) {
    let band = SupplyReport.Band(of: draws)
    model = band
    let score = Supply.rankedProbabilityScore(draws, mid)
    rankedScore = mid > 0 ? score / mid : score
    logarithmicScore = Supply.logarithmicScore(draws, mid)
    probabilityBelow = Supply.probabilityBelow(mid, draws)
    status =
      switch bound {
      case .upper: band.p50 <= high ? .boundKept : .boundBroken
      case .lower: band.p50 >= low ? .boundKept : .boundBroken
      case nil: fits.isEmpty ? .scored : .calibrated
      }
  }
}

extension SupplyCheck.ParameterRatio {
  /// In a sentence.
  var text: String {
    let top = product.joined(separator: " · ")
    return by.map { "\(top) / (\($0.joined(separator: " · ")))" } ?? top
  }
}
