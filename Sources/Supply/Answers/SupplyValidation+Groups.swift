import Formats
import Reports
import Units

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
        sorted.isEmpty ? nil : quantile(level, of: sorted.map(Float.init))
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

  static let builtInFile = "checks.yaml"

  /// Built-in rows in several cuts, then each file's.
  public var groups: [Group] {
    let own = rows.filter { $0.file == Self.builtInFile }
    let cuts: [(String, (Row) -> Bool)] = [
      ("all rows", { _ in true }), ("without plans and bounds", { $0.bound == nil }),
      ("sources agree", \.isAgreed),
      ("sources agree, no number of ours set on them", { $0.isAgreed && $0.fits.isEmpty }),
      ("sources disagree", { $0.isDisputed && $0.bound == nil }), ("plans and bounds", { $0.bound != nil }),
    ]
    var groups = cuts.map { Group($0.0, file: Self.builtInFile, own.filter($0.1)) }
    var files: [String] = []
    for row in rows where row.file != Self.builtInFile && !files.contains(row.file) { files.append(row.file) }
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

/// What the supply model must reach on a group of its rows; it may only become stricter.
public struct SupplyBudget: Decodable, Sendable {
  public var name, kind: String
  public var group: String
  public var insideShare, closeShare, coverage: Double?
  public var medianAbsoluteError, rankedScore: Double?

  /// Those of kind `supply` in a file of budgets.
  public static func read(_ node: Node) throws -> [SupplyBudget] {
    try node.elements.filter { $0.field("kind")?.text == "supply" }.map { try $0.decode(SupplyBudget.self) }
  }

  /// Sentences that say which limit is broken and by how much; none when all hold.
  public func violations(in validation: SupplyValidation) -> [String] {
    guard let reached = validation.group(group) else { return ["\(name): there is no group '\(group)'"] }
    var found: [String] = []
    func text(_ value: Double) -> String { "\(Measure(value, .percent))" }
    func check(_ label: String, _ value: Double?, atLeast limit: Double?) {
      guard let value, let limit, value < limit else { return }
      found.append("\(name): \(label) \(text(value)) is below its budget of \(text(limit))")
    }
    func check(_ label: String, _ value: Double?, atMost limit: Double?) {
      guard let value, let limit, value > limit else { return }
      found.append("\(name): \(label) \(text(value)) is above its budget of \(text(limit))")
    }
    check("share inside the band", reached.insideShare, atLeast: insideShare)
    check("share within 20%", reached.closeShare, atLeast: closeShare)
    check("coverage", Double(reached.covered) / Double(reached.rows), atLeast: coverage)
    check("median error", reached.medianAbsoluteError, atMost: medianAbsoluteError)
    check("ranked probability score", reached.rankedScore, atMost: rankedScore)
    return found
  }
}
