import Models
import Testing

@testable import Costs

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// How many experts a batch of tokens reads, where some are chosen more often than others.
struct ExpertPopularityTests {
  private static func mixture(_ experts: Int, _ chosen: Int) -> MixtureOfExperts {
    MixtureOfExperts(
      experts: experts, expertsPerToken: chosen, intermediateSize: 1024, sharedExperts: 0, sharedIntermediateSize: 0)
  }

  @Test(
    "one token reads exactly the experts that it chose", arguments: [(128, 4), (256, 8), (8, 2), (512, 10)],
    [1, 3, 27, 300])
  func oneToken(shape: (Int, Int), spread: Double) {
    let popularity = ExpertPopularity(of: Self.mixture(shape.0, shape.1), spread: spread)
    #expect(abs(popularity.share(ofTokens: 1) * Double(shape.0) / Double(shape.1) - 1) < 1e-9)
  }

  @Test("alike experts follow the formula of independent choices") func alikeExperts() {
    let popularity = ExpertPopularity(of: Self.mixture(128, 4), spread: 1)
    for tokens in [1, 2, 7, 64, 300] {
      #expect(abs(popularity.share(ofTokens: Double(tokens)) - (1 - pow(1 - 4.0 / 128, Double(tokens)))) < 1e-12)
    }
  }

  @Test("a wider spread reads fewer experts, more tokens read more, and many read all") func spreadAndTokens() {
    for tokens in [2.0, 8, 32, 128] {
      let shares = [1.0, 3, 10, 30, 100].map {
        ExpertPopularity(of: Self.mixture(128, 8), spread: $0).share(ofTokens: tokens)
      }
      #expect(zip(shares, shares.dropFirst()).allSatisfy { $0 > $1 })
    }
    let popularity = ExpertPopularity(of: Self.mixture(128, 8), spread: 27)
    let shares = [1.0, 2, 4, 16, 64, 256, 1024].map(popularity.share(ofTokens:))
    #expect(zip(shares, shares.dropFirst()).allSatisfy { $0 < $1 })
    #expect(popularity.share(ofTokens: 100_000) > 0.999)
  }

  /// Tokens choose without putting back, each expert by its weight, as a router's noise would: drawn, not integrated.
  @Test("the share agrees with choices that were drawn") func drawnChoices() {
    let (experts, chosen, spread) = (128, 4, 27.0)
    var generator = SplitMix(state: 7)
    let weights = (0..<experts).map { pow(spread, (Double($0) + 0.5) / Double(experts)) }
    for tokens in [8, 32, 64, 256] {
      var read = 0
      let repeats = 40
      for _ in 0..<repeats {
        var seen = Set<Int>()
        for _ in 0..<tokens {
          // The smallest of exponential clocks: draws by weight without putting back.
          let clocks = weights.enumerated().map { (-log(generator.uniform()) / $0.element, $0.offset) }
          for (_, index) in clocks.sorted(by: { $0.0 < $1.0 }).prefix(chosen) { seen.insert(index) }
        }
        read += seen.count
      }
      let drawn = Double(read) / Double(repeats * experts)
      let share = ExpertPopularity(of: Self.mixture(experts, chosen), spread: spread).share(ofTokens: Double(tokens))
      #expect(abs(share / drawn - 1) < 0.03, "\(tokens) tokens: \(share), drawn \(drawn)")
    }
  }

  @Test("the busiest of dies reads more than the mean, all where all are read, and the mean where there is one")
  func busiestDie() {
    // The greatest of two standard normal values is 1/√π in the mean, of three 1.5/√π.
    let two = BusiestExperts(groups: 2).read(ofSlots: 64, share: 0.25)
    #expect(abs(two - (16 + (1 / Double.pi).squareRoot() * 12.0.squareRoot())) < 1e-6)
    let three = BusiestExperts(groups: 3).read(ofSlots: 64, share: 0.25)
    #expect(abs(three - (16 + 1.5 * (1 / Double.pi).squareRoot() * 12.0.squareRoot())) < 1e-6)
    #expect(BusiestExperts(groups: 1).read(ofSlots: 64, share: 0.25) == 16)
    #expect(BusiestExperts(groups: 8).read(ofSlots: 32, share: 1) == 32)
    #expect(BusiestExperts(groups: 320).read(ofSlots: 1, share: 0.9) == 1)
    let groups = [1, 2, 4, 8, 64].map { BusiestExperts(groups: $0).read(ofSlots: 32, share: 0.3) }
    #expect(zip(groups, groups.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("the busiest die agrees with choices that were drawn", arguments: [4, 8, 16])
  func drawnBusiest(dies: Int) {
    let (experts, chosen) = (256, 8)
    var generator = SplitMix(state: 11)
    for tokens in [8, 32, 96] {
      var most = 0
      let repeats = 60
      for _ in 0..<repeats {
        var seen = Set<Int>()
        for _ in 0..<tokens {
          var own = Set<Int>()
          while own.count < chosen { own.insert(Int(generator.uniform() * Double(experts))) }
          seen.formUnion(own)
        }
        most += (0..<dies).map { die in seen.count { $0 * dies / experts == die } }.max() ?? 0
      }
      let drawn = Double(most) / Double(repeats)
      let share = ExpertPopularity(of: Self.mixture(experts, chosen), spread: 1).share(ofTokens: Double(tokens))
      let read = BusiestExperts(groups: dies).read(ofSlots: Double(experts / dies), share: share)
      #expect(abs(read / drawn - 1) < 0.06, "\(tokens) tokens: \(read), drawn \(drawn)")
    }
  }

  private struct SplitMix {
    var state: UInt64

    mutating func uniform() -> Double {
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = state
      value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
      value ^= value >> 31
      return (Double(value >> 11) + 0.5) / 9_007_199_254_740_992
    }
  }
}
