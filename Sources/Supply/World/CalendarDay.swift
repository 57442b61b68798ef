import Formats
import Units

/// A point on the calendar in months since January of year 0; the day is a fraction of its month.
public struct CalendarDay: Hashable, Comparable, Sendable, Decodable, CustomStringConvertible {
  public var months: Double

  public init(months: Double) { self.months = months }

  /// `2025`, `2025-04` or `2025-04-09`; nil for anything else.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard (1...3).contains(parts.count), parts[0].utf8.count == 4, let year = Int(parts[0]) else { return nil }
    guard parts.dropFirst().allSatisfy({ $0.utf8.count == 2 }) else { return nil }
    let month = parts.count > 1 ? Int(parts[1]) : 1
    let day = parts.count > 2 ? Int(parts[2]) : 1
    guard let month, let day, (1...12).contains(month),
      (1...Self.days(of: month, in: year)).contains(day)
    else { return nil }
    // Every month has 30.4375 days, so that a day's share of its month is below 1.
    months = Double(year * 12 + month - 1) + min(Double(day - 1) / 30.4375, 0.98)
  }

  private static func days(of month: Int, in year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  public init(from decoder: any Decoder) throws {
    let node = try Node(from: decoder)
    guard let text = node.text, let date = CalendarDay(text) else {
      throw node.problem("\(node.text ?? "this") is not a date", wayOut: "write such as 2025-04 or 2025-04-09")
    }
    self = date
  }

  public static func < (left: Self, right: Self) -> Bool { left.months < right.months }

  /// `2025-04`.
  public var description: String {
    let whole = Int(months.rounded(.down))
    let month = whole % 12 + 1
    return "\(whole / 12)-\(month < 10 ? "0" : "")\(month)"
  }
}

extension CalendarDay {
  /// `2025-04-09`; the first of a month, which may stand for the month, as `2025-04`.
  package var dayText: String {
    let day = Int(((months - months.rounded(.down)) * 30.4375).rounded()) + 1
    return day == 1 ? description : "\(description)-\(day < 10 ? "0" : "")\(day)"
  }
}

/// The months that a run covers, counted from zero.
public struct Horizon: Hashable, Sendable {
  /// January of the first year.
  public var start: CalendarDay
  public var count: Int

  public init(firstYear: Int, lastYear: Int) {
    start = CalendarDay(months: Double(firstYear * 12))
    count = (lastYear - firstYear + 1) * 12
  }

  /// Months from the start; negative before it.
  public func offset(of date: CalendarDay) -> Double { date.months - start.months }

  public func date(of month: Int) -> CalendarDay { CalendarDay(months: start.months + Double(month)) }

  public var dates: [CalendarDay] { (0..<count).map(date(of:)) }
}

/// A stretch of whole months: `2025`, `2025H1`, `2025Q3`, `2025-04` or `2025-02..2025-04`.
public struct Period: Hashable, Sendable, Decodable, CustomStringConvertible {
  public var first: CalendarDay
  /// The month after the last.
  public var end: CalendarDay
  public var description: String

  public init?(_ text: String) {
    description = text
    if let dots = text.firstRange(of: "..") {
      guard let first = CalendarDay(text[..<dots.lowerBound]), let last = CalendarDay(text[dots.upperBound...]),
        last >= first
      else { return nil }
      self.first = first
      end = CalendarDay(months: last.months + 1)
      return
    }
    let marker = text.firstIndex { $0 == "H" || $0 == "Q" }
    guard let start = CalendarDay(text[..<(marker ?? text.endIndex)]) else { return nil }
    var length = text.utf8.count == 4 ? 12.0 : 1
    var first = start
    if let marker {
      length = text[marker] == "H" ? 6 : 3
      guard let number = Int(text[text.index(after: marker)...]), (1...Int(12 / length)).contains(number) else {
        return nil
      }
      first.months += Double(number - 1) * length
    }
    self.first = first
    end = CalendarDay(months: first.months + length)
  }

  public init(from decoder: any Decoder) throws {
    let node = try Node(from: decoder)
    guard let text = node.text, let period = Period(text) else {
      throw node.problem(
        "\(node.text ?? "this") is not a period",
        wayOut: "write such as 2026, 2026H1, 2026Q3, 2026-12 or 2025-02..2025-04")
    }
    self = period
  }

  func isWithin(_ horizon: Horizon) -> Bool {
    horizon.offset(of: first) >= 0 && horizon.offset(of: end) <= Double(horizon.count)
  }

  /// The months of a run that lie in it.
  public func months(of horizon: Horizon) -> Range<Int> {
    let low = max(0, Int(horizon.offset(of: first))), high = min(horizon.count, Int(horizon.offset(of: end)))
    return low..<max(low, high)
  }
}
