import Formats
import Simulation
import Units

extension SupplyRows {
  /// The day up to which the model may know, for rows that were published later.
  public static let cutOff = "2025-06-30"

  /// Whom a row is about, and of what kind its number is, by its measure.
  static func maker(of check: SupplyCheck) -> String {
    let names = (check.measure?.quantity.list ?? []) + (check.measure?.by?.list ?? [])
    func says(_ words: [String]) -> Bool { names.contains { name in words.contains { name.contains($0) } } }
    if says(["Huawei", "910", "950", "ascend"]) { return "Huawei" }
    if says(["Cambricon", "Kunlun", "T-Head", "Hygon", "Others"]) { return "other makers" }
    if says(["Nvidia", "H20", "H200", "imports.booked", "MI308", "AMD", "barred", "Smuggled", "smuggled"]) {
      return "imports"
    }
    return names.isEmpty ? "" : "all makers"
  }

  static func kind(of check: SupplyCheck) -> String {
    guard let measure = check.measure else { return "" }
    if measure.by != nil { return "shares and multiples" }
    let name = measure.quantity.list[0]
    let kinds: [(prefixes: [String], kind: String)] = [
      (["units", "sold", "domestic.units", "imports.units", "diesUsed", "smuggled.units"], "chips and dies"),
      (["revenue", "booked", "domestic.value", "imports", "market", "barred", "smuggled.value"], "money"),
    ]
    return kinds.first { $0.prefixes.contains(where: name.hasPrefix) }?.kind ?? "compute, tokens, capacity"
  }
}

extension SupplyScenario {
  /// Whole makers, whole kinds of quantity, and all that was published after a date.
  func folds(_ checks: [SupplyCheck], _ rows: [SupplyRows.Row], _ question: SupplyQuestion) throws -> [SupplyRows.Fold]
  {
    let judged = zip(checks, rows).filter { $0.0.measure != nil && $0.0.bound == nil && !$0.0.hasAssumptions }
    func names(_ key: (SupplyCheck) -> String) -> [String] {
      var all: [String] = []
      for (check, _) in judged where !all.contains(key(check)) { all.append(key(check)) }
      return all
    }
    var folds: [SupplyRows.Fold] = []
    for (kind, key) in [("by maker", SupplyRows.maker), ("by quantity", SupplyRows.kind)] {
      for name in names(key) {
        let members = judged.filter { key($0.0) == name }
        folds.append(try fold(kind, name, members.map(\.1), leaving: members.map(\.0.id), checks, question))
      }
    }
    guard let date = CalendarDay(SupplyRows.cutOff) else { return folds }
    let later = judged.filter { check, _ in check.asOf > date && (check.measure?.over.end ?? date) > date }
    let unseen = checks.filter { $0.asOf > date }.map(\.id)
    folds.append(
      try fold("by date", "as of \(SupplyRows.cutOff)", later.map(\.1), leaving: unseen, checks, question, on: date))
    return folds
  }

  private func fold(
    _ kind: String, _ name: String, _ rows: [SupplyRows.Row], leaving ids: [String], _ checks: [SupplyCheck],
    _ question: SupplyQuestion, on date: CalendarDay? = nil
  ) throws -> SupplyRows.Fold {
    var freed: [String] = []
    for check in checks where ids.contains(check.id) {
      for number in check.fits ?? [] where !freed.contains(number) { freed.append(number) }
    }
    var question = question
    for number in freed {
      guard let parameter = parameters.last(where: { $0.name == number }) else { continue }
      let known = parameter.known(on: date).value
      question.unseen[number] = known.unsighted(within: parameter.bounds)
    }
    let readings = rows.map { SupplyRowFile.Reading(check: $0.check, file: $0.file, reason: "") }
    let answers = try answers(readings, question, on: date)
    let answered = zip(rows, answers).map { row, answer in
      var row = row
      row.answer = answer
      return row
    }
    return SupplyRows.Fold(kind: kind, name: name, rows: answered, freed: freed)
  }
}

extension Uncertainty {
  /// About the same middle, at least twofold either way: what one would hold of a number that was set with rows in
  /// sight which are now left out.
  func unsighted(within bounds: ClosedRange<Double>) -> Uncertainty {
    let function = QuantileFunction(self, within: bounds)
    let (low, mid, high) = (function(0.05), function(0.5), function(0.95))
    guard mid > 0 else { return widened() }
    return .quantiles(low: min(low, mid / 2), mid: mid, high: min(max(high, mid * 2), bounds.upperBound))
  }
}

// MARK: forecasts without a model

extension SupplyRows {
  /// The same quantity a year before, or as many years as it takes to be known; by a published row where there is one,
  /// else by the model's median of that day.
  mutating func addNaive(_ base: SupplyScenario, _ question: SupplyQuestion) throws {
    var asked: [(row: Int, isGrown: Bool, reading: SupplyRowFile.Reading)] = []
    var years: [Int: Double] = [:]
    for (index, row) in rows.enumerated() {
      guard let measure = row.check.measure, measure.aggregate != .first, case .draws = row.answer,
        let back = measure.yearsBack(knownOn: row.check.asOf)
      else { continue }
      years[index] = Double(back)
      for (isGrown, shift) in [(false, back), (true, back + 1)] {
        guard let shifted = measure.shifted(by: -12 * shift) else { continue }
        var check = row.check
        check.measure = shifted
        asked.append((index, isGrown, .init(check: check, file: row.file, reason: "", isForeign: true)))
      }
    }
    let answers = try base.answers(asked.map(\.reading), question)
    var (last, before): ([Int: Double], [Int: Double]) = ([:], [:])
    for (one, answer) in zip(asked, answers) {
      guard case .draws(let draws) = answer else { continue }
      let value = published(like: one.reading.check) ?? quantile(0.5, of: draws.sorted())
      if one.isGrown { before[one.row] = value } else { last[one.row] = value }
    }
    for (index, value) in last {
      var grown = value
      if let earlier = before[index], earlier > 0, let count = years[index] {
        for _ in 0..<Int(count) { grown *= value / earlier }
      }
      let isShare = rows[index].check.measure?.by != nil && rows[index].check.estimate.mid <= 1
      rows[index].naive = Naive(last: value, grown: isShare ? min(grown, 1) : grown)
    }
  }

  /// What a row says of the same quantity and period, known by the same day.
  private func published(like check: SupplyCheck) -> Double? {
    rows.first { other in
      guard let one = check.measure, let two = other.check.measure, other.check.bound == nil,
        !other.check.hasAssumptions, other.check.asOf <= check.asOf
      else { return false }
      return one.quantity.list == two.quantity.list && one.by?.list == two.by?.list
        && one.over.first == two.over.first && one.over.end == two.over.end && one.scale == two.scale
    }?.check.estimate.mid
  }
}

extension SupplyMeasure {
  /// The least whole number of years by which its period must move back to have ended by a day.
  func yearsBack(knownOn date: CalendarDay) -> Int? {
    (1...8).first { Double($0) * 12 >= over.end.months - date.months - 1 }
  }

  /// Of a period so many months later; nil where that begins before the run.
  func shifted(by months: Int) -> SupplyMeasure? {
    func moved(_ period: Period) -> Period? {
      let first = CalendarDay(months: period.first.months + Double(months))
      let last = CalendarDay(months: period.end.months + Double(months) - 1)
      return first.months < 2023 * 12 ? nil : Period("\(first)..\(last)")
    }
    guard let over = moved(over) else { return nil }
    var result = self
    result.over = over
    guard let byOver else { return result }
    guard let before = moved(byOver) else { return nil }
    result.byOver = before
    return result
  }
}
