/// A positive number as a ratio of whole ones, so that times scale without rounding twice: 1.5 is 15/10.
struct DecimalRatio: Hashable, Sendable {
  let numerator: Int64
  let denominator: Int64

  /// Exact for up to nine digits after the point, else the nearest billionth; nil if that is zero or above 10⁹.
  init?(_ value: Double) {
    guard value > 0, value <= 1e9 else { return nil }
    var denominator: Int64 = 1
    while denominator < 1_000_000_000, (value * Double(denominator)).rounded() / Double(denominator) != value {
      denominator *= 10
    }
    numerator = Int64((value * Double(denominator)).rounded())
    self.denominator = denominator
    if numerator == 0 { return nil }
  }

  /// `whole` / self, to the nearest, halves up, for `whole` ≥ 0; nil beyond 64 bits.
  @inline(__always) func dividing(_ whole: Int64) -> Int64? {
    let product = UInt64(whole).multipliedFullWidth(by: UInt64(denominator))
    let (low, carry) = product.low.addingReportingOverflow(UInt64(numerator) / 2)
    let high = product.high + (carry ? 1 : 0)
    guard high < UInt64(numerator) else { return nil }
    let quotient = UInt64(numerator).dividingFullWidth((high, low)).quotient
    return Int64(exactly: quotient)
  }
}
