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
      print("TPOT", batch, context, published, predicted, predicted / published - 1)
      #expect(abs(predicted / published - 1) < 0.25)
    }
    for batch in [64, 96, 128] {
      let on = try timePerOutputToken(perChip: batch, context: 4096, microbatching: true)
      let off = try timePerOutputToken(perChip: batch, context: 4096, microbatching: false)
      print("microbatch gain", batch, off / on - 1)
    }
    for batch in [8, 24, 64, 96, 128] {
      let with = try timePerOutputToken(perChip: batch, context: 4096)
      let without = try timePerOutputToken(perChip: batch, context: 4096, drafts: 0)
      print("MTP gain", batch, without / with - 1)
    }
    let xds = try stepModel(.decode, chips: 144, engine: "xDeepServe", drafts: 1, acceptance: 0.9)
    let step = xds.decodeStep(requestsPerRank: 60, contextTokensPerRank: 60 * 3072)
    print("XDS step", step.time.milliseconds, step.time.milliseconds / 1.9)
    for row in step.operators { print("  ", row.name, row.stream, row.time.milliseconds, row.share, row.boundBy) }
    let cm = try stepModel(.decode, chips: 160, drafts: 1)
    let s = cm.decodeStep(requestsPerRank: 48, contextTokensPerRank: 48 * 4096)
    print(s.microbatches, s.attentionShare, s.computeUtilisation, s.memoryUtilisation)
    for row in s.operators { print("  ", row.name, row.stream, row.time.milliseconds, row.share, row.boundBy) }
    let m = cm.memoryPlan(requestsPerRank: 48)
    for i in m.items { print("  ", i.name, i.size.gigabytes) }
    print(m.keyValueTokensPerRank, m.shortfall.map { "\($0)" } ?? "fits")
  }

  @Test("prefill on CloudMatrix 384")
  func prefill() throws {
    let model = try stepModel(.prefill, chips: 16)
    let on = prefillSeconds(reuse: 0, model: model)
    let off = prefillSeconds(reuse: 0, model: try stepModel(.prefill, chips: 16, microbatching: false))
    let ideal = prefillSeconds(reuse: 0, model: try stepModel(.prefill, chips: 16, skew: 1))
    print("prefill", 16384 / on, "gain", off / on - 1, "perfect", 16384 / ideal)
    let ub = try stepModel(.prefill, chips: 16, cachePlane: "UB")
    let vpc = try stepModel(.prefill, chips: 16, cachePlane: "VPC")
    for reuse in [0, 0.125, 0.25, 0.5, 0.75, 0.9] {
      print("reuse", reuse, prefillSeconds(reuse: reuse, model: ub), prefillSeconds(reuse: reuse, model: vpc))
    }
    for (system, chip) in [("HGX H800", "H800"), ("HGX H100", "H100")] {
      let fp8 = Precision(weights: .fp8)
      for chips in [32, 128, 144] {
        let p = try stepModel(.prefill, chips: chips, engine: "DeepEP two-batch", system: system, precision: fp8)
        let t = 16384.0
        let on = p.prefillTime(newTokens: t, attentionPairs: t * 2048.5, cachedTokens: 0, requests: 4).value
        let d = try stepModel(.decode, chips: chips, engine: "DeepEP two-batch", system: system, precision: fp8)
        let m = try stepModel(.decode, chips: chips, engine: "DeepEP two-batch", system: system, drafts: 1, precision: fp8)
        print(chip, chips, "prefill", t / on, "decode 128@4096", d.decodeTime(requestsPerRank: 128, contextTokensPerRank: 128 * 4096).milliseconds,
          "92@4989", d.decodeTime(requestsPerRank: 92, contextTokensPerRank: 92 * 4989).milliseconds, "mtp 128@4000", m.decodeTime(requestsPerRank: 128, contextTokensPerRank: 128 * 4000).milliseconds / 1.7)
        if chips == 128 {
          for row in d.decodeStep(requestsPerRank: 128, contextTokensPerRank: 128 * 4096).operators { print("  ", row.name, row.time.milliseconds, row.boundBy) }
        }
      }
    }
    let step = model.prefillStep(newTokens: 262144, attentionPairs: 262144 * 2048.5, cachedTokens: 0, requests: 64)
    for row in step.operators { print("  ", row.name, row.stream, row.time.value, row.share, row.boundBy) }
  }
}
