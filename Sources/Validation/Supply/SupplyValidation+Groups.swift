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
    /// Means; the ranked one is by the middle.
    public var rankedScore, logarithmicScore: Double?

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
      rankedScore = mean(predicted.compactMap(\.rankedScore))
      logarithmicScore = mean(predicted.compactMap(\.logarithmicScore))
    }
  }

  /// Built-in rows in several cuts, then each file's.
  public var groups: [Group] {
    let own = rows.filter { $0.file == SupplyRows.builtInFile }
    let cuts: [(String, (Row) -> Bool)] = [
      ("all rows", { _ in true }), ("without plans and bounds", { $0.bound == nil }),
      ("sources agree", \.isAgreed),
      ("sources agree, no number of ours set on them", { $0.isAgreed && $0.fits.isEmpty }),
      ("sources disagree", { $0.isDisputed && $0.bound == nil }), ("plans and bounds", { $0.bound != nil }),
    ]
    var groups = cuts.map { Group($0.0, file: SupplyRows.builtInFile, own.filter($0.1)) }
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
