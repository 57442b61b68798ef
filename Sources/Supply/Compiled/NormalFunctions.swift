import Simulation

// Called some ten million times a run, so written out where `Simulation.standardNormalQuantile` walks arrays.

/// Φ⁻¹(p) for p in (0, 1): the middle of Wichura's AS 241 in line, its tails from `Simulation`.
@inline(__always) func normalQuantile(_ p: Double) -> Double {
  let q = p - 0.5
  if abs(q) <= 0.425 {
    let r = 0.180625 - q * q
    let upper =
      (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
        + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
        + 133.14166789178437745) * r + 3.387132872796366608)
    let lower =
      (((((((5226.495278852854561 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
        + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
        + 42.313330701600911252) * r + 1)
    return q * upper / lower
  }
  return standardNormalQuantile(p)
}

/// Φ(z) after Hart (as given by West, 2005): absolute error below 1e-15.
func normalProbability(_ z: Double) -> Double {
  let x = abs(z)
  guard x <= 37 else { return z > 0 ? 1 : 0 }
  let tail = exponential(-x * x / 2)
  var below: Double
  if x < 7.07106781186547 {
    let upper =
      (((((0.0352624965998911 * x + 0.700383064443688) * x + 6.37396220353165) * x + 33.912866078383) * x
        + 112.079291497871) * x + 221.213596169931) * x + 220.206867912376
    let lower =
      ((((((0.0883883476483184 * x + 1.75566716318264) * x + 16.064177579207) * x + 86.7807322029461) * x
        + 296.564248779674) * x + 637.333633378831) * x + 793.826512519948) * x + 440.413735824752
    below = tail * upper / lower
  } else {
    below = x + 0.65
    for n in stride(from: 4.0, through: 1, by: -1) { below = x + n / below }
    below = tail / below / 2.506628274631
  }
  return z > 0 ? 1 - below : below
}

/// ln Γ(x) for x > 0 after Lanczos (g = 7, n = 9), relative error about 1e-15.
func logarithmOfGamma(_ x: Double) -> Double {
  let coefficients = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ]
  guard x >= 0.5 else { return logarithmOfGamma(x + 1) - logarithm(x) }
  let y = x - 1
  var sum = coefficients[0]
  for n in 1..<9 { sum += coefficients[n] / (y + Double(n)) }
  let t = y + 7.5
  return 0.91893853320467274178 + (y + 0.5) * logarithm(t) - t + logarithm(sum)
}

/// The regularised incomplete beta function I_x(a, b), by Lentz's continued fraction; relative error about 1e-14.
func betaProbability(_ x: Double, _ a: Double, _ b: Double) -> Double {
  guard x > 0 else { return 0 }
  guard x < 1 else { return 1 }
  guard x <= (a + 1) / (a + b + 2) else { return 1 - betaProbability(1 - x, b, a) }
  let front = exponential(
    logarithmOfGamma(a + b) - logarithmOfGamma(a) - logarithmOfGamma(b) + a * logarithm(x) + b * logarithm(1 - x))
  let tiny = 1e-300
  var c = 1.0, d = 1 - (a + b) * x / (a + 1)
  d = 1 / (abs(d) < tiny ? tiny : d)
  var fraction = d
  for n in 1...300 {
    let m = Double(n), two = 2 * m
    let even = m * (b - m) * x / ((a + two - 1) * (a + two))
    d = 1 + even * d
    c = 1 + even / c
    d = 1 / (abs(d) < tiny ? tiny : d)
    if abs(c) < tiny { c = tiny }
    fraction *= d * c
    let odd = -(a + m) * (a + b + m) * x / ((a + two) * (a + two + 1))
    d = 1 + odd * d
    c = 1 + odd / c
    d = 1 / (abs(d) < tiny ? tiny : d)
    if abs(c) < tiny { c = tiny }
    let step = d * c
    fraction *= step
    if abs(step - 1) < 1e-15 { break }
  }
  return front * fraction / a
}

/// The x with I_x(a, b) = p, by bisection.
func betaQuantile(_ p: Double, _ a: Double, _ b: Double) -> Double {
  var low = 0.0, high = 1.0
  for _ in 0..<60 {
    let middle = (low + high) / 2
    if betaProbability(middle, a, b) < p { low = middle } else { high = middle }
  }
  return (low + high) / 2
}

/// e^x with fixed coefficients, relative error below 2e-15.
@inline(__always) func quickExponential(_ x: Double) -> Double { quickExponential(Lanes(repeating: x))[0] }

/// e^x of four numbers at a time.
@inline(__always) func quickExponential(_ x: Lanes) -> Lanes {
  let limit = Lanes(repeating: 700)
  guard all((x .> -limit) .& (x .< limit)) else {
    return Lanes(exponential(x[0]), exponential(x[1]), exponential(x[2]), exponential(x[3]))
  }
  // What is added and taken away again rounds to a whole number, which then stands in the lowest bits.
  let rounder = Lanes(repeating: 0x1.8p52)
  let shifted = x * 1.4426950408889634 + rounder
  let k = shifted - rounder
  let r = (x - k * 0.693147180369123816490) - k * 1.90821492927058770002e-10
  var sum = Lanes(repeating: 1.1470745597729725e-11)
  sum = sum * r + 1.6059043836821613e-10
  sum = sum * r + 2.08767569878681e-09
  sum = sum * r + 2.505210838544172e-08
  sum = sum * r + 2.755731922398589e-07
  sum = sum * r + 2.7557319223985893e-06
  sum = sum * r + 2.48015873015873e-05
  sum = sum * r + 0.0001984126984126984
  sum = sum * r + 0.001388888888888889
  sum = sum * r + 0.008333333333333333
  sum = sum * r + 0.041666666666666664
  sum = sum * r + 0.16666666666666666
  sum = sum * r + 0.5
  sum = (sum * r + 1) * r + 1
  let power = (unsafeBitCast(shifted, to: SIMD4<Int64>.self) &+ 1023) &<< 52
  return sum * unsafeBitCast(power, to: Lanes.self)
}

/// base^exponent for a base that is not negative.
func quickPower(_ base: Double, _ exponent: Double) -> Double {
  base > 0 ? quickExponential(exponent * logarithm(base)) : 0
}
