// `exp` and `log` of the C library differ in their last bits between processors; random draws use these, which do not.

/// e^x by range reduction to |r| ≤ ln 2 / 2 and a Taylor series; relative error below 4e-16.
public func exponential(_ x: Double) -> Double {
  if x > 709 { return .infinity }
  if x < -745 { return 0 }
  let k = (x * 1.4426950408889634).rounded()
  let r = (x - k * 0.693147180369123816490) - k * 1.90821492927058770002e-10
  var term = 1.0
  var sum = 1.0
  for n in 1...16 {
    term *= r / Double(n)
    sum += term
  }
  let whole = Int(k)
  return whole < -1000 ? sum * 0x1p-1000 * scaleByPowerOfTwo(whole + 1000) : sum * scaleByPowerOfTwo(whole)
}

private func scaleByPowerOfTwo(_ k: Int) -> Double {
  k <= 1023 ? Double(sign: .plus, exponent: k, significand: 1) : Double(sign: .plus, exponent: 1023, significand: 1) * 2
}

/// ln x for x > 0, by the series of artanh on the significand in [√½, √2); relative error below 4e-16.
public func logarithm(_ x: Double) -> Double {
  precondition(x > 0, "logarithm of \(x)")
  var exponent = Double(x.exponent)
  var significand = x.significand
  if significand > 1.4142135623730951 {
    significand *= 0.5
    exponent += 1
  }
  let s = (significand - 1) / (significand + 1)
  let square = s * s
  var power = s
  var sum = 0.0
  for n in stride(from: 1, through: 39, by: 2) {
    sum += power / Double(n)
    power *= square
  }
  return 2 * sum + exponent * 1.90821492927058770002e-10 + exponent * 0.693147180369123816490
}
