import Simulation
import Testing
import Units

@testable import Serving

@Suite struct LatencyHistogramTests {
  @Test("percentiles are within 0.2% of the sorted values, mean and maximum exact")
  func percentiles() {
    var draw = Draw(stream: Seed(3).stream("times"))
    var histogram = LatencyHistogram()
    var values: [Int] = []
    for _ in 0..<5000 {
      let value = draw.between(1, 1 << draw.between(1, 45))
      values.append(value)
      histogram.record(Span(picoseconds: Int64(value)))
    }
    values.sort()
    for (share, place) in [(0.5, 2499), (0.9, 4499), (0.99, 4949)] {
      let exact = Double(values[place]) * 1e-12
      #expect(abs(histogram.quantile(share).value - exact) <= 0.002 * exact)
    }
    let mean = Double(values.reduce(0, +)) / 5000 * 1e-12
    #expect(abs(histogram.mean.value - mean) <= 1e-12 * mean)
    #expect(histogram.maximum == Span(picoseconds: Int64(values[4999])).seconds)
  }

  @Test("a run of growing steps is entered as if one by one", arguments: [0, 1, 3, 1000, 123_456_789])
  func runs(increment: Int64) {
    var together = LatencyHistogram()
    var alone = LatencyHistogram()
    together.recordRun(first: 20_000, increment: increment, steps: 500, times: 3)
    for step in 0..<500 { alone.record(Span(picoseconds: 20_000 + Int64(step) * increment), times: 3) }
    #expect(together.summary() == alone.summary())
    #expect(together.count == 1500)
  }

  @Test("the chart's bins hold every value and meet end to end")
  func density() {
    var histogram = LatencyHistogram()
    for value in 1...1000 { histogram.record(Span(picoseconds: Int64(value * value))) }
    let bins = histogram.summary(bins: 20).histogram
    #expect(bins.map(\.count).reduce(0, +) == 1000)
    #expect(zip(bins, bins.dropFirst()).allSatisfy { $0.to == $1.from })
    #expect(LatencyHistogram().summary().histogram.isEmpty)
  }
}
