import Simulation
import Units

/// How long a decode step takes one rank, in whole picoseconds: a function of its requests and of their context.
///
/// For each number of requests the duration is piecewise linear in the context, counted in quanta of 1/64 token, on
/// segments of a power-of-two width: `α + β · (C − start)` with whole α and β. Rounding β costs at most half a
/// picosecond a quantum: ½ · 2¹⁸ ps = 0.13 µs at the end of a segment of 4,096 tokens, and does not add up over
/// segments.
public struct DecodeDurations: Sendable {
  /// Quanta of context in a token.
  public static let quantaPerToken: Int64 = 64

  @usableFromInline struct Segment: Sendable, Hashable {
    @usableFromInline var intercept: Int64
    @usableFromInline var slope: Int64
  }

  /// The greatest number of requests on a rank.
  public let requestLimit: Int
  /// Segments for each number of requests.
  public let segmentCount: Int
  /// A segment's width is 2^shift quanta.
  let shift: Int64
  /// `requests · segmentCount + segment`.
  let segments: [Segment]
  let milliwatts: [Int64]

  /// Samples `seconds` at every segment's ends.
  /// - Parameters:
  ///   - contextLimit: tokens of context that a rank can hold over all of its requests; beyond it the last segment goes
  /// on.
  ///   - segmentCount: at most this many segments.
  ///   - requestStride: samples only every so many requests above 16 and interpolates between; 1 samples all.
  ///   - power: of the whole instance while it steps with that many requests on each rank.
  public init(
    requestLimit: Int, contextLimit: Int, segmentCount most: Int = 16, requestStride: Int = 1,
    seconds: (_ requests: Int, _ contextTokens: Int) -> Seconds, power: (_ requests: Int) -> Watts = { _ in .zero }
  ) {
    precondition(requestStride > 0, "decode durations need a range")
    var places = [0]
    while let last = places.last, last < requestLimit {
      places.append(min(requestLimit, last + (last >= 16 ? requestStride : 1)))
    }
    self.init(
      requestLimit: requestLimit, contextLimit: contextLimit, segmentCount: most, sampledAt: places, least: 1,
      seconds: seconds, power: power)
  }

  /// The same, sampled at these ascending numbers of requests, of which the first is 0 and the last at or above the
  /// limit.
  init(
    requestLimit: Int, contextLimit: Int, segmentCount most: Int, sampledAt places: [Int], least: Int64,
    seconds: (_ requests: Int, _ contextTokens: Int) -> Seconds, power: (_ requests: Int) -> Watts = { _ in .zero }
  ) {
    precondition(requestLimit > 0 && contextLimit > 0 && most > 0, "decode durations need a range")
    var tokenShift = 0
    while (contextLimit + (1 << tokenShift) - 1) >> tokenShift > most { tokenShift += 1 }
    let count = (contextLimit + (1 << tokenShift) - 1) >> tokenShift
    func picoseconds(_ requests: Int) -> [Double] {
      if requests == 0 { return [Double](repeating: seconds(0, 0).value * 1e12, count: count + 1) }
      return (0...count).map { seconds(requests, max(requests, $0 << tokenShift)).value * 1e12 }
    }
    let width = Double(Int64(1) << Int64(tokenShift + 6))
    var segments: [Segment] = []
    var milliwatts: [Int64] = []
    var below = picoseconds(0)
    var above = below
    var first = 0
    var last = 0
    var next = 1
    for requests in 0...requestLimit {
      if requests > last {
        (first, below) = (last, above)
        last = places[next]
        next += 1
        above = picoseconds(last)
      }
      let weight = last == first ? 0 : Double(requests - first) / Double(last - first)
      let edges = zip(below, above).map { $0 + ($1 - $0) * weight }
      for index in 0..<count {
        let slope = ((edges[index + 1] - edges[index]) / width).rounded()
        segments.append(Segment(intercept: max(least, Int64(edges[index].rounded())), slope: max(0, Int64(slope))))
      }
      milliwatts.append(Int64((power(requests).value * 1000).rounded()))
    }
    self.requestLimit = requestLimit
    self.segmentCount = count
    self.shift = Int64(tokenShift + 6)
    self.segments = segments
    self.milliwatts = milliwatts
  }

  /// The line on which a rank stands: its duration now, the growth for each quantum, and where the line ends.
  struct Line {
    var duration: Int64
    var slope: Int64
    /// First quantum beyond the line.
    var end: Int64
  }

  @inline(__always)
  func line(requests: Int, quanta: Int64) -> Line {
    let index = min(Int(quanta >> shift), segmentCount - 1)
    let segment = segments[requests * segmentCount + index]
    let offset = quanta - Int64(index) << shift
    let end = index == segmentCount - 1 ? Int64.max : Int64(index + 1) << shift
    return Line(duration: segment.intercept + segment.slope * offset, slope: segment.slope, end: end)
  }

  public func duration(requests: Int, quanta: Int64) -> Span {
    Span(picoseconds: line(requests: requests, quanta: quanta).duration)
  }
}
