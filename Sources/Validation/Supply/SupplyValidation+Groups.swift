import Supply

extension SupplyValidation {
  /// How a group of rows fares.
  public struct Group: Sendable {
    public var name, file: String
    public var rows: Int
    /// Of these, predicted.
    public var covered: Int
    /// Share of the predicted rows whose middle lies in the model's 90% band, and in its 50% band.
    public var insideShare, insideHalfShare: Double?
    /// Share of the predicted rows whose median lies within 20% of the middle.
    public var closeShare: Double?
    /// Of |median / middle − 1|.
    public var medianAbsoluteError, p90AbsoluteError, worstAbsoluteError: Double?
    /// Median of the signed error.
    public var bias: Double?
    /// Means; the ranked one is by the middle, and leaves out rows of a middle of nothing.
    public var rankedScore, logarithmicScore: Double?
    /// Median of the 90% band's width by the middle.
    public var medianWidth: Double?
    /// On the rows that have a past: how many, the model's score, and those of the last value and of last year's
    /// growth.
    public var naiveRows: Int
    public var rankedOnNaive, naiveLast, naiveGrown: Double?
    /// How wide bands of the better of these would have to be to hold as many of the rows.
    public var naiveWidth: Double?

    /// By which factor a forecast misses; none where it is nothing.
    private static func factor(_ forecast: Double?, _ outcome: Double) -> Double? {
      guard let forecast, forecast > 0, outcome > 0 else { return nil }
      return max(forecast / outcome, outcome / forecast)
    }

    init(_ name: String, file: String, _ rows: [Row]) {
      self.name = name
      self.file = file
      self.rows = rows.count
      let predicted = rows.filter { $0.model != nil }
      covered = predicted.count
      func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
      }
      func middle(_ sorted: [Double], _ level: Double) -> Double? {
        sorted.isEmpty ? nil : Supply.quantile(level, of: sorted.map(Float.init))
      }
      insideShare = mean(predicted.map { $0.isInside == true ? 1 : 0 })
      insideHalfShare = mean(
        predicted.map { row in row.model.map { $0.p25 <= row.mid && row.mid <= $0.p75 } == true ? 1 : 0 })
      let errors = predicted.compactMap(\.error)
      let absolute = errors.map(abs).sorted()
      closeShare = mean(predicted.map { abs($0.error ?? .infinity) <= 0.2 ? 1 : 0 })
      medianAbsoluteError = middle(absolute, 0.5)
      p90AbsoluteError = middle(absolute, 0.9)
      worstAbsoluteError = absolute.last
      bias = middle(errors.sorted(), 0.5)
      rankedScore = mean(predicted.filter { $0.mid != 0 }.compactMap(\.rankedScore))
      logarithmicScore = mean(predicted.compactMap(\.logarithmicScore))
      medianWidth = middle(
        predicted.compactMap { row in row.model.map { ($0.p95 - $0.p05) / max(row.mid, 1e-9) } }.sorted(), 0.5)
      let past = predicted.filter { $0.naive != nil && $0.mid > 0 }
      naiveRows = past.count
      rankedOnNaive = mean(past.compactMap(\.rankedScore))
      naiveLast = mean(past.compactMap(\.naiveLast))
      naiveGrown = mean(past.compactMap(\.naiveGrown))
      let kept = past.filter { $0.isInside == true }.count
      naiveWidth = [
        past.compactMap { Self.factor($0.naive?.last, $0.mid) },
        past.compactMap { Self.factor($0.naive?.grown, $0.mid) },
      ].compactMap { factors in
        guard kept > 0, factors.count >= kept else { return nil }
        let factor = factors.sorted()[kept - 1]
        return factor - 1 / factor
      }.min()
    }
  }

  /// Built-in rows in several cuts, those that were left out with their like, then each file's.
  public var groups: [Group] {
    let own = rows.filter { $0.file == SupplyRows.builtInFile }
    let cuts: [(String, (Row) -> Bool)] = [
      ("all rows", { _ in true }), ("without plans and bounds", { $0.bound == nil }),
      ("first table", { $0.id.hasPrefix("CHK-") }),
      ("first table, without plans and bounds", { $0.id.hasPrefix("CHK-") && $0.bound == nil }),
      ("first table, sources agree", { $0.id.hasPrefix("CHK-") && $0.isAgreed }),
      ("sources agree", \.isAgreed),
      ("in sight", { !$0.fits.isEmpty && $0.bound == nil }),
      ("not in sight", { $0.fits.isEmpty && $0.bound == nil }),
      ("sources agree, no number of ours set on them", { $0.isAgreed && $0.fits.isEmpty }),
      ("sources disagree", { $0.isDisputed && $0.bound == nil }), ("plans and bounds", { $0.bound != nil }),
    ]
    var groups = cuts.map { Group($0.0, file: SupplyRows.builtInFile, own.filter($0.1)) }
    for kind in ["by maker", "by quantity", "by date"] {
      let mine = folds.filter { $0.kind == kind }
      groups.append(Group("left out \(kind)", file: SupplyRows.builtInFile, mine.flatMap(\.rows)))
      for fold in mine where kind != "by date" {
        groups.append(Group("left out: \(fold.name)", file: SupplyRows.builtInFile, fold.rows))
      }
    }
    var files: [String] = []
    for row in rows where row.file != SupplyRows.builtInFile && !files.contains(row.file) { files.append(row.file) }
    for file in files {
      let mine = rows.filter { $0.file == file }
      groups.append(Group("all rows of \(file)", file: file, mine))
      if mine.contains(where: { $0.bound != nil }) {
        groups.append(Group("\(file), without plans and bounds", file: file, mine.filter { $0.bound == nil }))
      }
    }
    return groups.filter { $0.rows > 0 }
  }

  /// Mean squared distance of chance and outcome of statements whose date has passed, and that of always saying the
  /// share which came true; nil where there is none.
  public var brier: (score: Double, climate: Double)? {
    guard !forecasts.isEmpty else { return nil }
    let count = Double(forecasts.count)
    func outcome(_ one: SupplyRows.Forecast) -> Double { one.outcome ? 1 : 0 }
    let share = forecasts.reduce(0) { $0 + outcome($1) } / count
    let score = forecasts.reduce(0) { $0 + ($1.probability - outcome($1)) * ($1.probability - outcome($1)) } / count
    return (score, share * (1 - share))
  }

  /// By fifth of the chances given: how many statements, their mean chance, and the share that came true.
  public var calibration: [(range: String, count: Int, chance: Double, share: Double)] {
    (0..<5).compactMap { fifth in
      let mine = forecasts.filter { min(4, Int($0.probability * 5)) == fifth }
      guard !mine.isEmpty else { return nil }
      let count = Double(mine.count)
      return (
        "\(fifth * 20) to \(fifth * 20 + 20)%", mine.count, mine.reduce(0) { $0 + $1.probability } / count,
        Double(mine.filter(\.outcome).count) / count
      )
    }
  }

  /// A group by its name.
  public func group(_ name: String) -> Group? { groups.first { $0.name == name } }

  /// How many middles fall in each fifth of the model's draws: even if the bands are honest.
  public var fifths: [Int] {
    var counts = [0, 0, 0, 0, 0]
    for row in rows where row.bound == nil {
      if let share = row.probabilityBelow { counts[min(4, Int(share * 5))] += 1 }
    }
    return counts
  }
}
