import Costs
import Formats
import Hardware
import Testing
import Units
import Models

@Suite struct StepModelTests {
  private let small = Architecture(
    name: "toy", architectureClass: "Toy", hiddenSize: 1024, vocabularySize: 32_000, tiedEmbeddings: false,
    maximumPositions: 4096,
    layers: [
      LayerGroup(
        count: 2,
        attention: .grouped(
          GroupedQueryAttention(heads: 8, keyValueHeads: 2, headDimension: 128, hasInputBias: false)),
        feedForward: .dense(intermediateSize: 4096))
    ], multiTokenPredictionLayers: 0)

  @Test("a small model on one chip: each product is bound by reading its weights once")
  func toy() throws {
    let model = try stepModel(
      .decode, chips: 1, engine: "DeepEP two-batch", system: "HGX H100", architecture: small,
      precision: Precision(weights: .bf16))
    let step = model.decodeStep(requestsPerRank: 1, contextTokensPerRank: 1000)
    // 3 x 1024 x 4096 weights of 2 bytes in two layers; gate-and-up is 2/3 of them.
    let up = try #require(step.operators.first { $0.name == "gate and up" })
    #expect(up.boundBy == .memory)
    #expect(abs(up.bytes.value - 2 * (2 * 1024 * 8192 + 1024 * 2 + 8192 * 2)) < 1)
    let rate = 3.35e12 * 0.88
    #expect(abs(up.time.value - (up.bytes.value / rate + 2 * 2e-6)) < 1e-12)
    // Scores and values: 4 x heads x width x context in each of two layers; keys and values: 2 x 2 x 128 x 2 bytes a
    // token.
    let attention = try #require(step.operators.first { $0.name == "attention" })
    #expect(attention.flops.value == 2 * 4 * 8 * 128 * 1000)
    #expect(attention.bytes.value == 2 * 1001 * 2 * 2 * 128 * 2)
    let sum = step.operators.reduce(Seconds.zero) { $0 + $1.time }
    #expect(abs(sum.value - step.time.value) < 1e-12)
    #expect(abs(step.operators.reduce(0) { $0 + $1.share } - 1) < 1e-9)
  }

  @Test("a step takes at least what its arithmetic and its bytes take at the peaks")
  func roofline() throws {
    let model = try stepModel(.decode, chips: 160, drafts: 1)
    for requests in [1, 4, 16, 48, 64] {
      let step = model.decodeStep(requestsPerRank: requests, contextTokensPerRank: Double(requests) * 4096)
      let flops = step.operators.reduce(0) { $0 + $1.flops.value }
      let bytes = step.operators.reduce(0) { $0 + $1.bytes.value }
      #expect(step.time.value > flops / 752e12)
      #expect(step.time.value > bytes / 1.6e12)
      #expect((0...1).contains(step.computeUtilisation) && (0...1).contains(step.memoryUtilisation))
    }
  }

  @Test("more requests, more context or more new tokens are never faster")
  func monotone() throws {
    let decode = try stepModel(.decode, chips: 160, drafts: 1)
    for context in [512.0, 4096, 16384] {
      var before = Seconds.zero
      for requests in stride(from: 1, through: 64, by: 3) {
        let time = decode.decodeTime(requestsPerRank: requests, contextTokensPerRank: Double(requests) * context)
        #expect(time >= before)
        before = time
      }
    }
    var before = Seconds.zero
    for context in stride(from: 0.0, through: 400_000, by: 5000) {
      let time = decode.decodeTime(requestsPerRank: 48, contextTokensPerRank: context)
      #expect(time >= before)
      before = time
    }
    let prefill = try stepModel(.prefill, chips: 16, cachePlane: "UB")
    before = .zero
    for tokens in stride(from: 64.0, through: 262_144, by: 8192) {
      let time = prefill.prefillTime(newTokens: tokens, attentionPairs: tokens * 2048, cachedTokens: 0, requests: 8)
      #expect(time >= before)
      before = time
    }
  }

  @Test("an engine that may choose is never slower than one that may not")
  func choice() throws {
    let free = try stepModel(.decode, chips: 160, drafts: 1)
    let one = try stepModel(.decode, chips: 160, microbatching: false, drafts: 1)
    let two = try stepModel(.decode, chips: 160, microbatching: true, drafts: 1)
    for requests in [2, 4, 12, 48, 64] {
      let context = Double(requests) * 4096
      let best = free.decodeTime(requestsPerRank: requests, contextTokensPerRank: context)
      #expect(best <= one.decodeTime(requestsPerRank: requests, contextTokensPerRank: context))
      #expect(best <= two.decodeTime(requestsPerRank: requests, contextTokensPerRank: context))
    }
    #expect(free.decodeStep(requestsPerRank: 4, contextTokensPerRank: 16384).microbatches == 1)
    #expect(free.decodeStep(requestsPerRank: 48, contextTokensPerRank: 196_608).microbatches == 2)
  }

  @Test("a switch that failed slows what crosses nodes, and perfect balance is never slower")
  func failuresAndSkew() throws {
    let whole = try stepModel(.decode, chips: 160, drafts: 1)
    let broken = try stepModel(
      .decode, chips: 160, drafts: 1, failures: [.init(plane: "UB", level: "L2", count: 56)])
    let balanced = try stepModel(.decode, chips: 160, drafts: 1, skew: 1)
    func time(_ model: StepModel) -> Seconds { model.decodeTime(requestsPerRank: 48, contextTokensPerRank: 196_608) }
    #expect(time(broken) > time(whole))
    #expect(time(balanced) < time(whole))
  }

  @Test("outside the validated range a step names the nearest validated case")
  func notes() throws {
    let model = try stepModel(.decode, chips: 160, drafts: 1)
    #expect(model.decodeStep(requestsPerRank: 48, contextTokensPerRank: 196_608).notes.isEmpty)
    let far = model.decodeStep(requestsPerRank: 90, contextTokensPerRank: 90 * 20_000)
    #expect(far.notes.count == 2)
    #expect(far.notes[0].contains("49.4 ms"))
  }

  @Test("tokens per step are 1 + a + a² over the drafts")
  func acceptance() throws {
    #expect(try stepModel(.decode, chips: 160, drafts: 1, acceptance: 0.7).tokensPerStep == 1.7)
    #expect(abs(try stepModel(.decode, chips: 160, drafts: 2, acceptance: 0.7).tokensPerStep - 2.19) < 1e-12)
    #expect(try stepModel(.decode, chips: 160).tokensPerStep == 1)
  }

  @Test("dies that share heads share the tokens for the experts: messages do not grow with tensor parallelism")
  func tensorAndExpertParallel() throws {
    func messages(_ tensor: Int) throws -> Double {
      let model = try stepModel(.decode, chips: 16, tensorParallel: tensor)
      let requests = 8 * tensor
      let step = model.decodeStep(requestsPerRank: requests, contextTokensPerRank: Double(requests) * 1024)
      return step.operators.first { $0.kind == .dispatch }?.messages.value ?? 0
    }
    #expect(try messages(4) == messages(1))
    #expect(try stepModel(.decode, chips: 16, tensorParallel: 4).ranks == 8)
  }

  @Test("a dense model over two chips is one rank and sums over both in every layer")
  func dense() throws {
    let one = try stepModel(
      .decode, chips: 2, engine: "DeepEP two-batch", system: "HGX H100", architecture: small,
      precision: Precision(weights: .bf16))
    #expect(one.ranks == 1)
    let step = one.decodeStep(requestsPerRank: 8, contextTokensPerRank: 8192)
    #expect(step.operators.contains { $0.kind == .collective })
  }
}
