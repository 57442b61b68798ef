import Units

/// A day of the Gregorian calendar.
///
///     CalendarDate("2026-01-01")?.adding(90).description     // 2026-04-01
public struct CalendarDate: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// Days since 1 January 1970.
  public var days: Int

  public init(days: Int) { self.days = days }

  /// `2026-04-01`, or `2026-04` for its first day; nil for anything else.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), parts[0].utf8.count == 4, let year = Int(parts[0]), year > 0,
      parts.dropFirst().allSatisfy({ $0.utf8.count == 2 }), let month = Int(parts[1]), (1...12).contains(month),
      let day = parts.count == 3 ? Int(parts[2]) : 1, day >= 1, day <= Self.length(of: month, year)
    else { return nil }
    self.init(days: Self.days(before: year) + Self.days(before: month, in: year) + day - 1)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let date = Self(text) else {
      throw Problem("", "'\(text)' is not a date", wayOut: "write such as 2026-04-01")
    }
    self = date
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  public func adding(_ days: Int) -> Self { Self(days: self.days + days) }

  public static func < (left: Self, right: Self) -> Bool { left.days < right.days }

  public var description: String {
    // 365.2425 days are a mean year: the guess is off by one at most.
    var year = 1970 + Int((Double(days) / 365.2425).rounded(.down))
    while Self.days(before: year) > days { year -= 1 }
    while Self.days(before: year + 1) <= days { year += 1 }
    let inYear = days - Self.days(before: year)
    let month = (1...12).last { Self.days(before: $0, in: year) <= inYear } ?? 1
    let day = inYear - Self.days(before: month, in: year) + 1
    return "\(Self.digits(year, 4))-\(Self.digits(month, 2))-\(Self.digits(day, 2))"
  }

  private static func digits(_ number: Int, _ count: Int) -> String {
    let text = "\(number)"
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }

  private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  private static func length(of month: Int, _ year: Int) -> Int {
    month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  /// From 1970 to the first of January of a year after 0.
  private static func days(before year: Int) -> Int {
    let last = year - 1
    return 365 * last + last / 4 - last / 100 + last / 400 - 719_162
  }

  private static func days(before month: Int, in year: Int) -> Int {
    (1..<month).reduce(0) { $0 + length(of: $1, year) }
  }
}

/// When a run is done, and with what chance by a day.
public struct TrainingFinish: Codable, Hashable, Sendable {
  public var start: CalendarDate
  /// Days on which 10, 50 and 90% of the draws that finish are done.
  public var p10: CalendarDate
  public var p50: CalendarDate
  public var p90: CalendarDate
  /// The day until whose end it is to be done, the share of all draws that are, and its standard error from their
  /// number alone; nil where none was asked for.
  public var by: CalendarDate?
  public var probability: Double?
  public var standardError: Double?

  /// A million years.
  private static let mostDays = 3.65e8

  /// - Parameter start: its morning is when the first step starts.
  public init(_ run: TrainingRunReport, start: CalendarDate, by: CalendarDate?) {
    func day(_ days: Double) -> CalendarDate { start.adding(Int(min(days, Self.mostDays).rounded(.down))) }
    self.start = start
    (p10, p50, p90) = (day(run.days.p10), day(run.days.p50), day(run.days.p90))
    self.by = by
    let chance = by.map { run.probability(within: Double($0.days - start.days + 1)) }
    probability = chance
    standardError = chance.map { ($0 * (1 - $0) / Double(max(1, run.draws))).squareRoot() }
  }
}
