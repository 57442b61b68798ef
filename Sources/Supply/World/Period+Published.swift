import Units

extension Period {
  /// A period as published tables write it: `CY2025`, `1H25`, `FY26Q3`, `Q3 2025`, `Feb-Apr 2025`, `end of 2025`,
  /// `2024-2025`, `2025-06-30`; a fiscal year is the calendar's unless `fiscalLead` months of it come before.
  ///
  /// Months in brackets say what the words before them mean.
  init?(published text: String, fiscalLead: Int) {
    if let period = Period(text) {
      self = period
      return
    }
    if let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close {
      let inner = PeriodWords(String(text[text.index(after: open)..<close]))
      if inner.hasMonths, let period = inner.period(fiscalLead: fiscalLead) {
        self = period
        return
      }
    }
    let outer = text.prefix { $0 != "(" }
    guard let period = PeriodWords(String(outer)).period(fiscalLead: fiscalLead) else { return nil }
    self = period
  }
}

/// The runs of letters and of digits of a period's text, and what they say.
private struct PeriodWords {
  private var years: [Int] = []
  /// Months with the year that followed or preceded them, if any.
  private var months: [(month: Int, year: Int?)] = []
  private var part: (length: Int, number: Int)?
  private var isFiscal = false
  private var isEnd = false
  private var isMiddle = false
  /// A quarter or half that no number belongs to, or a word that makes it no period.
  private var isOdd = false

  private static let names = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  var hasMonths: Bool { !months.isEmpty }

  init(_ text: String) {
    let words = Self.runs(text.lowercased())
    for (index, word) in words.enumerated() { read(word, at: index, of: words) }
    for index in months.indices where months[index].year == nil { months[index].year = years.last }
  }

  private static func runs(_ text: String) -> [String] {
    var words: [String] = []
    var wasDigit: Bool?
    for character in text {
      guard character.isLetter || character.isNumber else {
        wasDigit = nil
        continue
      }
      if wasDigit == character.isNumber {
        words[words.count - 1].append(character)
      } else {
        words.append("\(character)")
      }
      wasDigit = character.isNumber
    }
    return words
  }

  private mutating func read(_ word: String, at index: Int, of words: [String]) {
    let before = index > 0 ? words[index - 1] : "", after = index + 1 < words.count ? words[index + 1] : ""
    switch word {
    case "fy", "fiscal": isFiscal = true
    case "end", "yearend", "eoy": isEnd = true
    case "mid", "middle", "midyear": isMiddle = true
    case "q", "quarter", "h", "half":
      guard let number = [before, after].first(where: { $0.utf8.count == 1 && Int($0) != nil }).flatMap({ Int($0) })
      else { return isOdd = true }
      part = (word.hasPrefix("q") ? 3 : 6, number)
    default:
      if let month = Self.names.firstIndex(of: String(word.prefix(3))), word.utf8.count >= 3, Int(word) == nil {
        months.append((month + 1, nil))
      } else if let number = Int(word) {
        readNumber(number, word, before)
      }
    }
  }

  private mutating func readNumber(_ number: Int, _ word: String, _ before: String) {
    if word.utf8.count == 4, (2000...2100).contains(number) {
      years.append(number)
      for index in months.indices where months[index].year == nil { months[index].year = number }
    } else if word.utf8.count == 2, ["fy", "cy", "q", "h", "fiscal"].contains(before) || years.isEmpty {
      years.append(2000 + number)
      for index in months.indices where months[index].year == nil { months[index].year = 2000 + number }
    } else if word.utf8.count == 2, (1...12).contains(number), let year = years.last, before == "\(year)" {
      months.append((number, year))
    }
  }

  func period(fiscalLead: Int) -> Period? {
    guard !isOdd, let year = years.first, let last = years.last else { return nil }
    func text(_ month: Int) -> String {
      let number = month % 12 + 1
      return "\(month / 12)-\(number < 10 ? "0" : "")\(number)"
    }
    func stretch(_ first: Int, _ count: Int) -> Period? {
      if count == 1 { return Period(text(first)) }
      if count == 12, first % 12 == 0 { return Period("\(first / 12)") }
      return Period("\(text(first))..\(text(first + count - 1))")
    }
    let start = year * 12 - (isFiscal ? fiscalLead : 0)
    if let part {
      guard (1...12 / part.length).contains(part.number) else { return nil }
      return stretch(start + (part.number - 1) * part.length, part.length)
    }
    if let first = months.first, let end = months.last, let firstYear = first.year, let endYear = end.year {
      let low = firstYear * 12 + first.month - 1, high = endYear * 12 + end.month - 1
      // `Nov-Jan 2025` begins in the year before.
      return high >= low ? stretch(low, high - low + 1) : stretch(low - 12, high - low + 13)
    }
    let end = last * 12 - (isFiscal ? fiscalLead : 0) + 11
    guard end >= start else { return nil }
    if isMiddle { return stretch(end - 6, 1) }
    return isEnd ? stretch(end, 1) : stretch(start, end - start + 1)
  }
}
