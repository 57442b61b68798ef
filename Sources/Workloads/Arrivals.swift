import Simulation
import Units

/// When generated requests arrive; the first always at zero.
public enum ArrivalProcess: Hashable, Sendable {
  /// One every 1/rate seconds, to the nearest picosecond and without drift.
  case constant(rate: Double)
  /// Exponential gaps of mean 1/rate.
  case poisson(rate: Double)
  /// Gamma-distributed gaps of mean 1/rate and this shape, vLLM's `--burstiness`: 1 is Poisson, less is burstier.
  case gamma(rate: Double, burstiness: Double)
  /// Gamma-distributed gaps whose rate goes from one to the other over so many requests, vLLM's `--ramp-up-strategy`.
  case ramp(from: Double, to: Double, isExponential: Bool, requests: Int, burstiness: Double)
  /// All at zero: the limit of requests in flight decides when each is sent.
  case atOnce
}

/// The arrivals of a process one after another.
struct ArrivalClock {
  private let process: ArrivalProcess
  private let ratio: DecimalRatio?
  private var stream: RandomStream
  private var index: Int64 = 0
  private var now = Instant.zero

  init(_ process: ArrivalProcess, seed: Seed) {
    self.process = process
    stream = seed.stream("arrivals")
    if case .constant(let rate) = process { ratio = DecimalRatio(rate) } else { ratio = nil }
  }

  /// Nil beyond the range of an `Instant`.
  mutating func next() -> Instant? {
    defer { index += 1 }
    guard index > 0 else { return .zero }
    switch process {
    case .atOnce: return .zero
    case .constant:
      let (seconds, overflow) = index.multipliedReportingOverflow(by: 1_000_000_000_000)
      guard !overflow, let arrival = ratio?.dividing(seconds) else { return nil }
      return Instant(picoseconds: arrival)
    case .poisson(let rate): return advance(Distribution.exponential(mean: 1 / rate).sample(&stream))
    case .gamma(let rate, let burstiness):
      return advance(sampleGamma(shape: burstiness, &stream) / (rate * burstiness))
    case .ramp(let from, let to, let isExponential, let requests, let burstiness):
      let progress = min(1, Double(index) / Double(max(1, requests - 1)))
      let rate = isExponential ? from * exponential(logarithm(to / from) * progress) : from + (to - from) * progress
      return advance(sampleGamma(shape: burstiness, &stream) / (rate * burstiness))
    }
  }

  private mutating func advance(_ seconds: Double) -> Instant? {
    let picoseconds = (seconds * 1e12).rounded()
    guard picoseconds < 9e18 else { return nil }
    let (sum, overflow) = now.picoseconds.addingReportingOverflow(Int64(picoseconds))
    if overflow { return nil }
    now = Instant(picoseconds: sum)
    return now
  }
}

/// A draw of the gamma distribution of this shape (> 0) and scale 1, the same on every machine.
///
/// Marsaglia and Tsang's squeeze ("A simple method for generating gamma variables", 2000); below shape 1 the draw of
/// shape + 1 times U^(1/shape).
func sampleGamma(shape: Double, _ stream: inout RandomStream) -> Double {
  if shape < 1 {
    let larger = sampleGamma(shape: shape + 1, &stream)
    return larger * exponential(logarithm(stream.uniform()) / shape)
  }
  let d = shape - 1.0 / 3
  let c = 1 / (9 * d).squareRoot()
  while true {
    let normal = standardNormalQuantile(stream.uniform())
    let root = 1 + c * normal
    guard root > 0 else { continue }
    let cube = root * root * root
    let bound = normal * normal / 2 + d - d * cube + d * logarithm(cube)
    if logarithm(stream.uniform()) < bound { return d * cube }
  }
}
