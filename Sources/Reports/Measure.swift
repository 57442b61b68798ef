/// A number and its unit as printed, apart so that they can be set in different type.
public struct Measure: Sendable, Hashable, CustomStringConvertible {
  public var number: String
  public var unit: String

  public init(_ number: String, _ unit: String = "") {
    self.number = number
    self.unit = unit
  }

  public var description: String {
    switch unit {
    case "": number
    case "%": number + unit
    default: "\(number) \(unit)"
    }
  }

  /// Without zeros at the end of its decimals, for round figures that someone chose: `5 s`, `0.08 USD`.
  public var trimmed: Measure {
    guard number.contains(".") else { return self }
    let kept = number.reversed().drop { $0 == "0" }.drop { $0 == "." }
    return Measure(String(kept.reversed()), unit)
  }

  /// A number in the notation asked for, to three significant digits.
  public init(_ value: Double, _ notation: Notation) {
    switch notation {
    case .plain: self.init(Text.significant(value))
    case .year: self.init(Self.calendar(value))
    case .count: self = Text.count(value)
    case .duration: self = Text.duration(value)
    case .bytes: self = Text.bytes(value)
    case .watts: self = Text.watts(value)
    case .joules: self = Text.joules(value)
    case .dollars: self.init(Text.dollars(value))
    case .yuan: self.init(Text.yuan(value))
    case .percent: self = Text.percent(value)
    }
  }
}

extension Measure {
  /// `2026`, or `2026-07` within the year.
  private static func calendar(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e6 else { return Text.missing }
    let year = Int((value + 1e-9).rounded(.down))
    let month = Int(((value - Double(year)) * 12 + 1e-6).rounded(.down)) + 1
    return month > 1 ? "\(year)-\(month < 10 ? "0" : "")\(month)" : "\(year)"
  }
}

/// How numbers of one kind are printed; the page's script has a formatter of the same name for each.
public enum Notation: String, Sendable, Hashable, CaseIterable {
  case plain, count
  /// Of a year with its fraction: 2026.54 is July of 2026.
  case year
  /// Of seconds.
  case duration
  case bytes, watts, joules, dollars, yuan
  /// Of a fraction of 1.
  case percent
}
