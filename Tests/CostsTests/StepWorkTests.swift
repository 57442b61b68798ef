import Costs
import Hardware
import Testing
import Units

@Suite struct StepWorkTests {
  private func xDeepServe() throws -> StepModel {
    try stepModel(.decode, chips: 144, engine: "xDeepServe", microbatching: false, drafts: 1)
  }

  @Test("where nothing overlaps the parts of a step add up to it: decode, prompts, and both in one step")
  func parts() throws {
    let model = try xDeepServe()
    #expect(model.isSeparable)
    let decode = StepWork.Decode(requests: 24, queries: 2, context: [24 * 3000])
    let chunk = StepWork.Prefill(newTokens: 512, cachedTokens: 1024, pairs: [512 * 1280], sampled: 1)
    for work in [
      StepWork(decode: decode), StepWork(prefill: [chunk]), StepWork(decode: decode, prefill: [chunk, chunk]),
    ] {
      let parts = model.parts(work)
      #expect(abs(parts.total.value / model.seconds(work).value - 1) < 1e-12)
      #expect(parts.cores.allSatisfy { $0 > .zero } && parts.head > .zero && parts.host > .zero)
    }
    #expect(try !stepModel(.decode, chips: 160).isSeparable)
  }

  @Test("a mixed step takes less than its halves one after the other, and more than the longer of them")
  func mixed() throws {
    let model = try xDeepServe()
    let decode = StepWork.Decode(requests: 24, queries: 1, context: [24 * 3000])
    let chunk = StepWork.Prefill(newTokens: 512, pairs: [512 * 513 / 2], sampled: 1)
    let both = model.seconds(StepWork(decode: decode, prefill: [chunk]))
    let alone = [StepWork(decode: decode), StepWork(prefill: [chunk])].map { model.seconds($0) }
    #expect(both > max(alone[0], alone[1]))
    #expect(both < alone[0] + alone[1])
  }

  @Test("two chunks in one step cost their own attention each, and read the weights once")
  func chunks() throws {
    let model = try xDeepServe()
    let chunk = StepWork.Prefill(newTokens: 256, cachedTokens: 512, pairs: [256 * 640], sampled: 1)
    let one = model.parts(StepWork(prefill: [chunk]))
    let two = model.parts(StepWork(prefill: [chunk, chunk]))
    #expect(two.cores[0] > one.cores[0])
    #expect(two.cores[0] <= one.cores[0] * 2)
    #expect(two.shared < one.shared * 2)
    #expect(two.host == one.host)
  }

  @Test("a step without work takes no time")
  func empty() throws {
    let model = try xDeepServe()
    #expect(model.seconds(StepWork()) == .zero)
    #expect(model.estimate(StepWork()).operators.isEmpty)
    #expect(model.parts(StepWork()).total == .zero)
  }
}
