import Formats
import Units

/// Rows of a CSV file of published estimates: id, quantity, unit, period, low, mid, high, source, notes.
///
/// An optional column `asOf` (or `as_of`, `date`, `known`) is the information date; else it is the period's end.
enum SupplyRowFile {
  /// A row as read: what to hold it against, or why it cannot be.
  struct Reading {
    var check: SupplyCheck
    var file: String
    /// Empty where it can be predicted.
    var reason: String
    var isForeign = false
  }

  static let columns = ["id", "quantity", "unit", "period", "mid"]

  static func read(path: String, _ vocabulary: SupplyVocabulary, known: [SupplyCheck]) throws -> [Reading] {
    let table = try CSVTable.read(path: path)
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let missing = columns.filter { !table.header.contains($0) }
    guard missing.isEmpty else {
      throw Problem(
        "\(file):1", "there is no column '\(missing.joined(separator: "', '"))'",
        wayOut: "the columns are id, quantity, unit, period, low, mid, high, source, notes and, if known, asOf")
    }
    var readings: [Reading] = []
    var before = ""
    for row in table.rows {
      // `same` is what the row before it was about.
      let quantity = row["quantity"] ?? ""
      let isRepeat = ["same", "ditto", ""].contains(quantity.lowercased())
      before = isRepeat ? before : quantity
      let reading = reading(row, of: before, file: file, vocabulary)
      // A row that stands in the built-in file is there already.
      let isKnown = known.contains { $0.id == reading.check.id && $0.estimate.mid == reading.check.estimate.mid }
      if !isKnown { readings.append(reading) }
    }
    return readings
  }

  private static func reading(
    _ row: CSVTable.Row, of quantity: String, file: String, _ vocabulary: SupplyVocabulary
  ) -> Reading {
    let periodText = row["period"] ?? ""
    let isDate = Self.number(row["mid"]) == nil && date(row["mid"]) != nil
    func number(_ text: String?) -> Double? { Self.number(text) ?? (isDate ? date(text) : nil) }
    let mid = number(row["mid"])
    let title = periodText.isEmpty ? quantity : "\(quantity), \(periodText)"
    var check = SupplyCheck(
      id: row["id"] ?? "\(file):\(row.line)", title: title, unit: row["unit"] ?? "",
      asOf: CalendarDay(months: 2025 * 12), estimate: .init(low: mid ?? 0, mid: mid ?? 0, high: mid ?? 0),
      source: row["source"] ?? "", note: row["notes"])
    if let low = number(row["low"]), let high = number(row["high"]) {
      (check.estimate.low, check.estimate.high) = (low, high)
    }
    let text = SupplyVocabulary.Text(quantity: quantity, notes: row["notes"] ?? "")
    check.bound = vocabulary.bound(text)
    func unsupported(_ reason: String) -> Reading { Reading(check: check, file: file, reason: reason, isForeign: true) }
    guard mid != nil else { return unsupported("its middle '\(row["mid"] ?? "")' is not a number") }
    let told = ["asOf", "as_of", "asof", "date", "known"].compactMap { row[$0] }.compactMap { CalendarDay($0) }.first
    let known = told ?? dateInNotes(row["notes"] ?? "")
    let period = Period(published: periodText, fiscalLead: vocabulary.fiscalLead(text))
    let end = period.map { CalendarDay(months: $0.end.months - 0.04) }
    if let known = known ?? end { check.asOf = known }
    check.isDateAssumed = known == nil
    let unit = isDate ? "date" : check.unit
    switch vocabulary.reading(text, unit: unit, period: period, place: "\(file):\(row.line)") {
    case .unsupported(let reason): return unsupported(reason)
    case .parameters(let ratio): check.parameters = ratio
    case .measure(let measure, let assumptions):
      check.measure = measure
      if measure.by != nil, let multiples = vocabulary.multiples(check.estimate, text, in: unit) {
        (check.estimate, check.unit) = (multiples, "times")
      }
      check.values = assumptions?.values
      check.set = assumptions?.set
      check.without = assumptions?.without
    }
    return Reading(check: check, file: file, reason: "", isForeign: true)
  }

  /// `2027-03` in months of the calendar.
  private static func date(_ text: String?) -> Double? {
    guard let text, text.contains("-") else { return nil }
    return CalendarDay(text).map(\.months)
  }

  /// `date 2025-12-04` among notes.
  private static func dateInNotes(_ notes: String) -> CalendarDay? {
    let words = notes.split { $0 == " " || $0 == ";" || $0 == "," }
    return words.indices.dropLast().lazy.filter { ["date", "known", "published"].contains(words[$0].lowercased()) }
      .compactMap { CalendarDay(words[$0 + 1]) }.first
  }

  private static func number(_ text: String?) -> Double? {
    let plain = text.map { $0.filter { $0 != "," && $0 != " " } }
    return plain.flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil }
  }
}
