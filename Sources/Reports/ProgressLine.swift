/// How far a long run is, as one line for a terminal: `[######......] 45%  123,000 req/s  1:02 left`.
public struct ProgressLine: Sendable, Hashable {
  /// Of the work, 0 to 1; nil where the end is unknown (standard input).
  public var fraction: Double?
  public var done: Int
  /// Seconds of wall time.
  public var elapsed: Double
  /// What is counted, short: "req".
  public var unit: String

  public init(fraction: Double?, done: Int, elapsed: Double, unit: String = "req") {
    self.fraction = fraction
    self.done = done
    self.elapsed = elapsed
    self.unit = unit
  }

  /// Fits `width` columns; the bar gives way first.
  public func text(width: Int = 80) -> String {
    let rate = elapsed > 0 ? Double(done) / elapsed : 0
    var words = "\(Text.grouped(Int(rate.isFinite ? rate : 0))) \(unit)/s"
    guard let fraction, fraction.isFinite else {
      return "\(Text.grouped(done)) \(unit)  \(words)  \(Self.clock(elapsed))"
    }
    let share = min(max(fraction, 0), 1)
    let percent = "\(Int(share * 100))%"
    words = String(repeating: " ", count: 4 - percent.count) + percent + "  " + words
    if share >= 1 {
      words += "  \(Self.clock(elapsed))"
    } else if share > 0 {
      words += "  \(Self.clock(elapsed * (1 - share) / share)) left"
    }
    let room = min(width - words.count - 4, 40)
    guard room >= 8 else { return words }
    let full = Int(share * Double(room))
    let bar = String(repeating: "#", count: full) + String(repeating: ".", count: room - full)
    return "[\(bar)] \(words)"
  }

  /// `0:07`, `1:02`, `2:03:04`.
  static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return Text.missing }
    let whole = Int(max(seconds, 0).rounded())
    let (hours, minutes, rest) = (whole / 3600, whole % 3600 / 60, whole % 60)
    let tail = rest < 10 ? "0\(rest)" : "\(rest)"
    guard hours > 0 else { return "\(minutes):\(tail)" }
    return "\(hours):\(minutes < 10 ? "0" : "")\(minutes):\(tail)"
  }
}
