import Formats
import Units

/// Rows on one quantity by its own past, and on the month in which one passes another.
extension SupplyVocabulary {
  /// Subjects that are named outside of brackets; those inside only where there is no other.
  func named(in text: Text) -> [Subject] {
    let outside = subjects.filter { Text.has($0.words, in: text.outside) }
    return outside.isEmpty ? subjects.filter { text.says($0.words) } : outside
  }

  /// A period by an earlier one of the same length: a year before, or that of a year which is named.
  func multiple(_ text: Text, _ period: Period, _ place: String) -> Reading {
    let isCapacity = text.says("capacity|wpm|wafers")
    var quantity: String?
    if isCapacity {
      quantity =
        rules.first { rule in
          rule.dimension == .capacity && (rule.words ?? []).allSatisfy(text.says)
        }?.quantity
    } else if text.says("token*") {
      quantity = "tokens.served"
    } else {
      let basis: PublishedUnit.Dimension =
        text.says("revenue|sales value|value|usd|cny|yuan|dollar*")
        ? .money : text.says(shareByCompute) ? .compute : text.says("die|dies") ? .dies : .count
      let named = named(in: text)
      let finest = named.filter { subject in subject.level == named.map(\.level).min() }
      let found = finest.compactMap { $0.quantity(basis) }
      quantity = found.isEmpty || found.count < finest.count ? nil : found.joined(separator: " + ")
    }
    guard let quantity, !quantity.isEmpty else {
      return .unsupported("the model has nothing of the name '\(text.quantity.dropFirst().dropLast())' to compare")
    }
    let year = Int(period.first.months) / 12
    let years = text.quantity.split(separator: " ").compactMap { Int($0) }.filter { (2000...2100).contains($0) }
    let isQuarter = text.says("quarter before|previous quarter|quarter on quarter|qoq")
    let back = isQuarter ? 3 : years.first { $0 < year }.map { (year - $0) * 12 } ?? 12
    // Of a capacity, or any stock, the end counts.
    let length = isCapacity ? 1 : period.months
    let first = Int(period.end.months.rounded()) - length
    func stretch(_ start: Int) -> String {
      "\(CalendarDay(months: Double(start)))..\(CalendarDay(months: Double(start + length - 1)))"
    }
    return measure(
      text, place,
      fields: [
        "quantity": quantity, "over": isCapacity ? stretch(first) : "\(period)", "by": quantity,
        "byOver": stretch(first - back),
      ])
  }

  /// The first month of a quantity that a rule names.
  func first(_ rule: Rule, _ text: Text, _ place: String) -> Reading {
    guard let quantity = rule.quantity, !quantity.isEmpty else { return .unsupported("the model has no such date") }
    var fields = ["quantity": quantity, "over": "2023-01..2030-12", "aggregate": "first"]
    if text.says(lasting) { fields["aggregate"] = "lasting" }
    fields["by"] = rule.by
    fields["exceeds"] = rule.exceeds.map { CSVText.number($0) }
    return measure(Text(quantity: "", notes: ""), place, fields: fields)
  }

  /// The first month in which what stands before a word such as `exceeds` is above what stands after it.
  func crossing(_ text: Text, _ place: String) -> Reading {
    let words = text.outside.split(separator: " ").map(String.init)
    guard let verb = words.firstIndex(where: { Text.has(exceeding, in: " \($0) ") }) else {
      return .unsupported("a date of something that the model does not date")
    }
    let basis: PublishedUnit.Dimension =
      text.says(shareByCompute) ? .compute : text.says("revenue|value|sales") ? .money : .count
    func quantity(_ part: ArraySlice<String>) -> String? {
      let named = named(in: Text(quantity: part.joined(separator: " "), notes: ""))
      let finest = named.filter { subject in subject.level == named.map(\.level).min() }
      return finest.first.flatMap { $0.quantity(basis) }
    }
    guard let one = quantity(words[..<verb]), let other = quantity(words[(verb + 1)...]) else {
      return .unsupported("the model has not both of what it compares")
    }
    return measure(
      Text(quantity: "", notes: ""), place,
      fields: [
        "quantity": one, "by": other, "over": "2023-01..2030-12", "aggregate": text.says(lasting) ? "lasting" : "first",
      ])
  }
}

extension Period {
  /// Whole months in it.
  var months: Int { Int(end.months.rounded()) - Int(first.months.rounded()) }
}
