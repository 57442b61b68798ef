import Testing

@testable import Supply

/// The first draws as they are, and bins laid by them for the rest.
@Suite struct QuantileTests {
  private func bins(_ values: [Double]) -> ValueBins {
    var sorted = values.prefix(PilotDraws.most).sorted()
    return sorted.withUnsafeMutableBufferPointer { ValueBins(of: $0) }
  }

  /// Quantiles by bins that the first thousand of the values laid.
  private func binned(_ values: [Double]) -> [Double] {
    let bins = bins(values)
    var counts = [UInt32](repeating: 0, count: ValueBins.count)
    for value in values { counts[bins.bin(of: value)] += 1 }
    return bins.quantiles(counts, bandLevels)
  }

  /// Of a distribution, in an order that no value depends on.
  private func values(_ function: QuantileFunction) -> [Double] {
    // Steps of a number without a common divisor visit every place once.
    (0..<20_000).map { function((Double($0 * 7919 % 20_000) + 0.5) / 20_000) }
  }

  @Test("numbers are sorted as by comparison, signs, zeros, ties and last places among them")
  func sorts() {
    let sorter = DoubleSorter(most: PilotDraws.most)
    for seed in 0..<40 {
      let count = [0, 1, 2, 65, 300, 1024, 1025][seed % 7]
      var values = (0..<count).map { index -> Double in
        let odd = Double((index * 7919 + seed * 104_729) % 1009) - 300
        return seed % 3 == 0 ? odd : seed % 3 == 1 ? 1 + odd * 0x1p-50 : (odd / 7).rounded() * 1e9
      }
      let expected = values.sorted()
      values.withUnsafeMutableBufferPointer { sorter.sort($0) }
      #expect(values == expected, "seed \(seed)")
    }
  }

  @Test(
    "quantiles by bins are those of the sorted values to within 1%",
    arguments: [
      Uncertainty.interval(low: 90, high: 110), .lognormal(median: 1e9, sigma: 1), .lognormal(median: 1e-3, sigma: 0.2),
      .uniform(low: 5, high: 6), .triangular(low: 1, mode: 2, high: 50), .pert(low: 1e3, mode: 2e3, high: 9e3),
    ]) func agrees(uncertainty: Uncertainty)
  {
    let values = values(QuantileFunction(uncertainty))
    let sorted = values.sorted()
    for (level, value) in zip(bandLevels, binned(values)) {
      let exact = quantile(level, of: sorted)
      #expect(abs(value / exact - 1) < 0.01, "\(level)")
    }
  }

  @Test("zeros, a jump and a constant stay what they are")
  func atoms() {
    // 40% nothing, 10% a hundred, the rest about a million.
    let mixed = values(QuantileFunction(.uniform(low: 0, high: 1))).map { share in
      share < 0.4 ? 0 : share < 0.5 ? 100 : 1e6 * (1 + share)
    }
    let found = binned(mixed)
    #expect(found[0] == 0 && found[1] == 0)
    // A rank on the edge of the jump may be either side of it, and a hundred is as good as nothing beside millions.
    #expect((0...1.51e6).contains(found[2]))
    #expect(abs(found[3] / 1.75e6 - 1) < 0.01 && abs(found[4] / 1.95e6 - 1) < 0.01)
    #expect(binned([Double](repeating: 0.3, count: 5000)) == [0.3, 0.3, 0.3, 0.3, 0.3])
    #expect(binned([Double](repeating: 0, count: 5000)) == [0, 0, 0, 0, 0])
  }

  @Test("a column's bins are those of its values one by one, at every width")
  func columns() {
    let store = ColumnStore()
    let column = store.take()
    let places = UnsafeMutablePointer<SIMD4<UInt8>>.allocate(capacity: ColumnStore.lanes)
    defer { places.deallocate() }
    for spread in [0.0001, 0.01, 0.1, 0.3, 1, 2, 4, 8, 12] {
      let function = QuantileFunction(.lognormal(median: 1000, sigma: spread))
      let bins = bins(values(function))
      for draw in 0..<ColumnStore.draws {
        column.draws[draw] = function((Double(draw) + 0.5) / Double(ColumnStore.draws)) - (draw == 0 ? 1e6 : 0)
      }
      bins.bins(of: column, into: places)
      for draw in 0..<ColumnStore.draws {
        #expect(Int(places[draw / 4][draw % 4]) == bins.bin(of: column.draws[draw]), "\(spread), \(draw)")
      }
    }
  }
}
