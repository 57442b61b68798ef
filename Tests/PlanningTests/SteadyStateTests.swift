import Formats
import Hardware
import Testing
import Units

@testable import Planning

@Suite struct SteadyStateTests {
  /// 3 and 6 requests a second on a chip: two thirds of the chips prefill, and 2/3 · 3 = 1/3 · 6 = 2.
  private let state = SteadyState(
    model: "toy", prefill: Worlds.pool(requestsPerSecond: 3, watts: 900),
    decode: Worlds.pool(requestsPerSecond: 6, watts: 600), promptTokens: 80, outputTokens: 20)

  @Test("chips are split so that neither prefill nor decode waits")
  func balance() {
    #expect(abs(state.prefillShare - 2.0 / 3) < 1e-12)
    #expect(abs(state.requestsPerSecond - 2) < 1e-12)
    #expect(abs(state.inputTokensPerSecond - 160) < 1e-9)
    #expect(abs(state.outputTokensPerSecond - 40) < 1e-9)
    // 2/3 · 900 + 1/3 · 600 = 800 W for 200 tokens a second.
    #expect(abs(state.joulesPerToken.value - 4) < 1e-12)
  }

  private func term(_ share: Double, rate: Double?, yardstick: Double) -> MixMean.Term {
    let state = rate.map { rate in
      // 100 tokens a request, of which 20 are the answer; both pools alike, so a chip carries half.
      SteadyState(
        model: "toy", prefill: Worlds.pool(requestsPerSecond: rate / 50, watts: 600),
        decode: Worlds.pool(requestsPerSecond: rate / 50, watts: 600), promptTokens: 80, outputTokens: 20)
    }
    return MixMean.Term(share: share, outputShare: 0.2, state: state, yardstick: yardstick)
  }

  @Test("a chip gives its time to the models so that their tokens come in the mix's shares")
  func mean() throws {
    let mean = try #require(MixMean([term(0.5, rate: 100, yardstick: 7), term(0.5, rate: 300, yardstick: 9)]))
    // 1 / (0.5/100 + 0.5/300) = 150, whatever the yardstick.
    #expect(abs(mean.tokensPerSecond - 150) < 1e-9)
    #expect(abs(mean.outputTokensPerSecond - 30) < 1e-9)
    #expect(abs(mean.joulesPerToken - 4) < 1e-9)
  }

  @Test("a chip that leaves a model to others counts by what it frees them from")
  func leftOut() throws {
    // On the reference: 1 / (0.5/100 + 0.5/400) = 160. This chip makes 200 of the second, half of the reference's.
    let terms = [term(0.5, rate: nil, yardstick: 100), term(0.5, rate: 200, yardstick: 400)]
    let mean = try #require(MixMean(terms))
    #expect(abs(mean.tokensPerSecond - 80) < 1e-9)
    #expect(abs(mean.joulesPerToken - 600.0 / 80) < 1e-9)
    #expect(MixMean([term(1, rate: nil, yardstick: 100)]) == nil)
  }

  @Test("a mix without models, with a share of nothing or with hits of everything is refused in a sentence")
  func faults() throws {
    #expect(throws: Problems.self) { try TokenMix(Node.parse("[]", file: "mix.yaml")) }
    let text = """
      models:
      - {model: X, share: 0, promptTokens: 10, outputTokens: 1, prefixHits: 1, timePerOutputToken: 50 ms,
         timeToFirstToken: 1 s, source: a test, grade: D}
      """
    do {
      _ = try TokenMix(Node.parse(text, file: "mix.yaml"))
      Issue.record("nothing was refused")
    } catch let problems as Problems {
      #expect(problems.list.count == 3)
      #expect(problems.list[0].description.contains("the share of X is not above 0"))
    }
  }
}
