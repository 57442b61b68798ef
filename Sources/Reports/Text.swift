/// Numbers as text: the same on every machine, in no one's locale.
public enum Text {
  /// Printed for what is not a number or not finite.
  public static let missing = "–"

  /// A fixed number of decimals, halves away from zero, thousands separated by commas: `1,234.50`.
  public static func fixed(_ value: Double, _ decimals: Int, grouping: Bool = true) -> String {
    guard value.isFinite else { return missing }
    let places = min(max(decimals, 0), 12)
    let power = (0..<places).reduce(1.0) { product, _ in product * 10 }
    let scaled = (value.magnitude * power).rounded(.toNearestOrAwayFromZero)
    guard scaled < 9e18 else { return exponent(value) }
    let whole = Int64(scaled)
    let sign = value < 0 && whole > 0 ? "−" : ""
    let unit = Int64(power)
    let integer = grouping ? grouped(whole / unit) : String(whole / unit)
    guard places > 0 else { return sign + integer }
    let fraction = String(whole % unit)
    return "\(sign)\(integer).\(String(repeating: "0", count: places - fraction.count))\(fraction)"
  }

  /// A whole number with commas between thousands: `1,234,567`.
  public static func grouped(_ value: some BinaryInteger) -> String {
    let digits = String(value.magnitude)
    var result = value < 0 ? "−" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return result
  }

  /// As many decimals as make `digits` significant digits, whole numbers never cut: `0.0123`, `1.23`, `123`, `12,345`.
  public static func significant(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite else { return missing }
    guard value != 0 else { return "0" }
    let magnitude = value.magnitude
    guard magnitude >= 1e-6 else { return exponent(value) }
    var decimals = digits - 1
    var bound = 10.0
    while decimals > 0, magnitude >= bound * (1 - 0.05 * pow10(-digits + 1)) {
      decimals -= 1
      bound *= 10
    }
    var small = 1.0
    while magnitude < small * (1 - 0.05 * pow10(-digits + 1)), decimals < 12 {
      decimals += 1
      small /= 10
    }
    return fixed(value, decimals)
  }

  /// A number that someone chose, without the zeros of its decimals: `0.08`, `4`.
  public static func round(_ value: Double) -> String { Measure(significant(value)).trimmed.number }

  /// A number of things, in the singular for one: `1 request`, `1,200 requests`.
  public static func counted(_ count: Int, _ noun: String) -> String {
    "\(grouped(count)) \(plural(count, noun))"
  }

  /// The plural of a noun whose number stands elsewhere: `chip` for 1, else `chips`.
  public static func plural(_ count: Int, _ noun: String) -> String { count == 1 ? noun : "\(noun)s" }

  /// A signed fraction of 1 as percent, as short as it is exact to a tenth: `+7.3%`, `−2%`, `0%`.
  public static func signedPercent(_ fraction: Double) -> String {
    guard fraction.isFinite else { return missing }
    let text = Measure(fixed(fraction * 100, 1), "%").trimmed.description
    return fraction > 0 && text != "0%" ? "+\(text)" : text
  }

  /// A count: whole below ten thousand if it is whole, then `12.3 k`, `1.23 M`, `4.56 G`.
  public static func count(_ value: Double) -> Measure {
    guard value.isFinite else { return Measure(missing) }
    let magnitude = value.magnitude
    if magnitude < 9999.5 {
      return Measure(value == value.rounded() ? fixed(value, 0) : significant(value))
    }
    return scaled(value, [("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)])
  }

  /// Seconds as `340 µs`, `23.4 ms`, `1.50 s`, `2 min 30 s`, `3 h 20 min`, `4 d 2 h`.
  public static func duration(_ seconds: Double) -> Measure {
    guard seconds.isFinite else { return Measure(missing) }
    let magnitude = seconds.magnitude
    if magnitude == 0 { return Measure("0", "s") }
    if magnitude < 99.95 { return scaled(seconds, [("s", 1), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)]) }
    guard magnitude < 9e15 else { return Measure(exponent(seconds), "s") }
    let sign = seconds < 0 ? "−" : ""
    let whole = Int64(magnitude.rounded())
    let (large, largeUnit, small, smallUnit) =
      if whole < 3600 {
        (whole / 60, "min", whole % 60, "s")
      } else if whole < 86_400 {
        (whole / 3600, "h", whole % 3600 / 60, "min")
      } else {
        (whole / 86_400, "d", whole % 86_400 / 3600, "h")
      }
    if small == 0 { return Measure("\(sign)\(large)", largeUnit) }
    return Measure("\(sign)\(large) \(largeUnit) \(small)", smallUnit)
  }

  /// Decimal multiples of bytes: `1.50 GB`.
  public static func bytes(_ value: Double) -> Measure {
    scaled(value, [("PB", 1e15), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1)])
  }

  public static func watts(_ value: Double) -> Measure {
    scaled(value, [("GW", 1e9), ("MW", 1e6), ("kW", 1e3), ("W", 1)])
  }

  public static func joules(_ value: Double) -> Measure {
    scaled(value, [("GJ", 1e9), ("MJ", 1e6), ("kJ", 1e3), ("J", 1), ("mJ", 1e-3)])
  }

  /// US dollars: cents below a hundred thousand, tenths of a cent and finer below a dime.
  public static func dollars(_ value: Double) -> String {
    guard value.isFinite else { return missing }
    let sign = value < 0 ? "−" : ""
    let magnitude = value.magnitude
    if magnitude >= 99_999.5 {
      return "\(sign)$\(scaled(magnitude, [("tn", 1e12), ("bn", 1e9), ("M", 1e6), ("k", 1e3)]))"
    }
    return magnitude == 0 || magnitude >= 0.1
      ? "\(sign)$\(fixed(magnitude, 2))" : "\(sign)$\(significant(magnitude, digits: 2))"
  }

  /// Chinese yuan, as `dollars`.
  public static func yuan(_ value: Double) -> String { dollars(value).replacing("$", with: "¥") }

  /// A fraction of 1: `4.2%`, `99.95%`, `100%`; never rounded to 0 or 100 unless it is, to the last bit or so.
  public static func percent(_ fraction: Double) -> Measure {
    guard fraction.isFinite else { return Measure(missing) }
    let percent = fraction * 100
    if percent.magnitude < 1e-9 || (percent - 100).magnitude < 1e-9 { return Measure(fixed(percent, 0), "%") }
    if percent > 99.94, percent < 100 { return Measure(percent >= 99.995 ? "> 99.99" : fixed(percent, 2), "%") }
    if percent > 0, percent < 0.095 { return Measure(percent < 0.005 ? "< 0.01" : fixed(percent, 2), "%") }
    return Measure(fixed(percent, 1), "%")
  }

  /// Scaled to the first unit that leaves at least 1, or the last.
  static func scaled(_ value: Double, _ units: [(symbol: String, size: Double)]) -> Measure {
    guard value.isFinite else { return Measure(missing) }
    let fit = units.first { value.magnitude >= $0.size * 0.9995 } ?? units.last { value != 0 || $0.size == 1 }
    guard let fit else { return Measure(significant(value)) }
    return Measure(significant(value / fit.size), fit.symbol)
  }

  /// Scientific notation with two decimals, for what no prefix fits.
  private static func exponent(_ value: Double) -> String {
    var mantissa = value
    var power = 0
    while mantissa.magnitude >= 9.995 { mantissa /= 10; power += 1 }
    while mantissa.magnitude < 0.9995 { mantissa *= 10; power -= 1 }
    return "\(fixed(mantissa, 2))e\(power)"
  }

  private static func pow10(_ power: Int) -> Double {
    (0..<abs(power)).reduce(1.0) { product, _ in power > 0 ? product * 10 : product / 10 }
  }
}
