import Costs
import Testing
import Units

@Suite struct PredictionTests {
  @Test("decode on CloudMatrix 384 is predicted within a quarter at every batch and context")
  func decode() throws {
    for (batch, context, published) in [
      (96, 4096.0, 49.4), (128, 1536, 46.8), (112, 2176, 47.4), (24, 4224, 24.6), (8, 4224, 14.9),
    ] {
      let predicted = try timePerOutputToken(perChip: batch, context: context)
      #expect(abs(predicted / published - 1) < 0.25)
    }
    let other = try stepModel(.decode, chips: 144, engine: "xDeepServe", drafts: 1, acceptance: 0.9)
    let step = other.decodeTime(requestsPerRank: 60, contextTokensPerRank: 60 * 3072)
    #expect(abs(step.milliseconds / 1.9 / 50 - 1) < 0.1)
  }

  @Test("microbatches and drafts help as much as the paper says, within ten points")
  func ablations() throws {
    for (batch, percent) in [(64, 5.8), (96, 9.4), (128, 6.9)] {
      let on = try timePerOutputToken(perChip: batch, context: 4096, microbatching: true)
      let off = try timePerOutputToken(perChip: batch, context: 4096, microbatching: false)
      #expect(off > on)
      #expect(abs((off / on - 1) * 100 - percent) < 10)
    }
    for (batch, percent) in [(8, 49.0), (128, 6)] {
      let with = try timePerOutputToken(perChip: batch, context: 4096)
      let without = try timePerOutputToken(perChip: batch, context: 4096, drafts: 0)
      #expect(without > with)
      #expect(abs((without / with - 1) * 100 - percent) < 10)
    }
  }

  @Test("prefill on CloudMatrix 384, with and without overlap, and with cached prefixes")
  func prefill() throws {
    let model = try stepModel(.prefill, chips: 16, cachePlane: "UB")
    let none = prefillSeconds(reuse: 0, model: model)
    #expect(abs(16384 / none / 5655 - 1) < 0.15)
    let off = prefillSeconds(reuse: 0, model: try stepModel(.prefill, chips: 16, microbatching: false))
    #expect(abs((off / none - 1) * 100 - 27) < 10)
    let some = prefillSeconds(reuse: 0.125, model: model)
    let half = prefillSeconds(reuse: 0.5, model: model)
    let most = prefillSeconds(reuse: 0.9, model: model)
    #expect(abs(some / half / 1.42 - 1) < 0.15)
    #expect(abs(none / most / 2.28 - 1) < 0.15)
    let slow = prefillSeconds(reuse: 0.9, model: try stepModel(.prefill, chips: 16, cachePlane: "VPC"))
    #expect(slow > most && slow / most < 1.52)
  }

  @Test("decode of the H800 with DeepEP, from its own kernels' constants")
  func hopper() throws {
    let model = try stepModel(
      .decode, chips: 128, engine: "DeepEP two-batch", system: "HGX H800", precision: Precision(weights: .fp8))
    let time = model.decodeTime(requestsPerRank: 128, contextTokensPerRank: 128 * 4096)
    #expect(abs(time.milliseconds / 50.2 - 1) < 0.15)
  }
}
