import Costs
import Formats
import Hardware
import Models
import Testing
import Units

/// Operations of each kind of attention against counts by hand: FLOPs and bytes of all layers of a step.
@Suite struct AttentionKindTests {
  static func model(
    _ groups: [LayerGroup], hidden: Int = 64, keyValue: NumberFormat = .bf16, plan: ParallelPlan = ParallelPlan()
  ) throws -> StepModel {
    let architecture = Architecture(
      name: "small", architectureClass: "Small", hiddenSize: hidden, vocabularySize: 1000, tiedEmbeddings: false,
      maximumPositions: 1 << 20, layers: groups, multiTokenPredictionLayers: 0)
    return try StepModel(
      architecture: architecture, machine: Machine(system: "HGX H100", engine: "vLLM", in: catalog), plan: plan,
      precision: Precision(weights: .bf16, keyValue: keyValue))
  }

  static func grouped(_ visibility: Visibility = .full, gate: GroupedQueryAttention.Gate = .none) -> Attention {
    .grouped(
      GroupedQueryAttention(
        heads: 4, keyValueHeads: 2, headDimension: 16, hasInputBias: false, gate: gate, visibility: visibility))
  }

  static func layers(_ count: Int, _ attention: Attention) -> LayerGroup {
    LayerGroup(count: count, attention: attention, feedForward: .dense(intermediateSize: 128))
  }

  static func row(_ name: String, _ model: StepModel, _ work: StepWork) throws -> OperatorCost {
    try #require(model.estimate(work).operators.first { $0.name == name }, "no operator '\(name)'")
  }

  static let mixed: [LayerGroup] = [
    layers(2, grouped()), layers(3, grouped(.window(8))), layers(1, grouped(.chunk(16))),
  ]

  @Test("windows and chunks read and multiply what they see")
  func windows() throws {
    let model = try Self.model(Self.mixed)
    #expect(model.contextKinds == 3)
    // Three requests of 100 tokens: 300 seen in full, 3 · 8 in the window, 3 · ((100 − 1) mod 16 + 1) in the chunk.
    let seen = model.visible(context: 300, over: 3)
    #expect(seen == [300, 24, 12])
    let work = StepWork(decode: .init(requests: 3, context: seen))
    let full = try Self.row("attention", model, work)
    #expect(full.flops == FLOPs(2 * 4 * 300 * 64))
    // Keys and values of two heads of 16, in two bytes; the new tokens' are written.
    #expect(full.bytes == Bytes(2 * (300 + 3) * 64 * 2))
    let window = try Self.row("attention, window 8", model, work)
    #expect(window.flops == FLOPs(3 * 4 * 24 * 64) && window.bytes == Bytes(3 * (24 + 3) * 64 * 2))
    let chunk = try Self.row("attention, chunk 16", model, work)
    #expect(chunk.flops == FLOPs(1 * 4 * 12 * 64) && chunk.bytes == Bytes(1 * (12 + 3) * 64 * 2))
  }

  @Test("a chunk of a prompt behind a window sees the window, and reads no more than it")
  func prompts() throws {
    let model = try Self.model(Self.mixed)
    let all = 10.0 * 100 + 55
    let pairs = model.pairs(all, newTokens: 10, cachedTokens: 100, requests: 1)
    // Tokens 101 to 110: windows of 8; places 5 to 14 in the chunk that began at token 97.
    #expect(pairs == [1055, 80, 95])
    let work = StepWork(prefill: [.init(newTokens: 10, cachedTokens: 100, pairs: pairs, sampled: 1)])
    #expect(try Self.row("attention", model, work).flops == FLOPs(2 * 4 * 1055 * 64))
    let window = try Self.row("attention, window 8", model, work)
    #expect(window.flops == FLOPs(3 * 4 * 80 * 64) && window.bytes == Bytes(3 * (10 + 8 + 10) * 64 * 2))
  }

  @Test("the parts of a step with several kinds sum to the step")
  func parts() throws {
    let model = try Self.model(Self.mixed)
    let prompt = StepWork.Prefill(
      newTokens: 100, pairs: model.pairs(5050, newTokens: 100, cachedTokens: 0, requests: 1), sampled: 1)
    let work = StepWork(
      decode: .init(requests: 3, context: model.visible(context: 3000, over: 3)), prefill: [prompt], isCaptured: false)
    let parts = model.parts(work)
    #expect(parts.cores.count == 3 && parts.cores.allSatisfy { $0 > .zero })
    #expect(abs(parts.total / model.seconds(work) - 1) < 1e-12)
  }

  @Test("a longer context costs a window nothing once it is full")
  func growth() throws {
    let model = try Self.model([Self.layers(1, Self.grouped(.window(8)))])
    func time(_ context: Double) -> Seconds { model.decodeTime(requestsPerRank: 1, contextTokensPerRank: context) }
    #expect(time(4) < time(8))
    #expect(time(8) == time(80_000))
  }

  @Test("gates, values of their own width and queries of low rank change the projections")
  func projections() throws {
    let work = StepWork(decode: .init(requests: 1, context: [10]))
    let gated = try Self.model([Self.layers(1, Self.grouped(gate: .perElement))])
    // 64 query, 64 key and value, 64 gate columns.
    #expect(try Self.row("query, key, value", gated, work).flops == FLOPs(2 * 64 * 192))
    let wide = try Self.model([
      Self.layers(
        1,
        .grouped(
          GroupedQueryAttention(
            heads: 4, keyValueHeads: 2, headDimension: 16, valueDimension: 8, hasInputBias: false)))
    ])
    let core = try Self.row("attention", wide, work)
    #expect(core.flops == FLOPs(2 * 10 * (64 + 32)) && core.bytes == Bytes(11 * 2 * (16 + 8) * 2))
    #expect(try Self.row("output projection", wide, work).flops == FLOPs(2 * 32 * 64))
    let ranked = try Self.model([
      Self.layers(
        1,
        .grouped(
          GroupedQueryAttention(heads: 4, keyValueHeads: 1, headDimension: 16, hasInputBias: false, queryRank: 24)))
    ])
    #expect(try Self.row("query down, key, value", ranked, work).flops == FLOPs(2 * 64 * (24 + 32)))
    #expect(try Self.row("query up", ranked, work).flops == FLOPs(2 * 24 * 64))
  }

  @Test("a state costs the same whatever the context, and is read and written by every request")
  func state() throws {
    let mixer = StateMixer.gatedDelta(
      GatedDeltaNet(keyHeads: 2, valueHeads: 4, keyDimension: 8, valueDimension: 8, kernel: 4))
    let model = try Self.model([Self.layers(5, .state(mixer))])
    #expect(model.contextKinds == 1)
    let work = StepWork(decode: .init(requests: 3, context: [3000]))
    let row = try Self.row("state", model, work)
    #expect(row.flops == FLOPs(5 * 3 * 7 * 4 * 8 * 8))
    // 4 · 8 · 8 in FP32, and three columns of the convolution's 2 · 16 + 32 channels in 16 bits.
    #expect(row.bytes == Bytes(5 * 3 * 2 * (256 * 4 + 3 * 64 * 2)))
    // Queries, keys, values, the output's gate, and decay and strength of four heads.
    #expect(try Self.row("state, inputs", model, work).flops == FLOPs(5 * 3 * 2 * 64 * (64 + 32 + 8)))
    let longer = StepWork(decode: .init(requests: 3, context: [300_000]))
    #expect(model.seconds(work) == model.seconds(longer))
    let chunk = StepWork(prefill: [.init(newTokens: 100, pairs: [5050], sampled: 1)])
    let prompt = try Self.row("state", model, chunk)
    #expect(prompt.flops == FLOPs(5 * 100 * 4 * Double(64 * (5 * 8 + 3 * 8) + 6 * 64)))
    #expect(prompt.bytes == Bytes(5 * 2 * (256 * 4 + 3 * 64 * 2)))
  }

  @Test("attention beside a state costs both; a layer without attention or feed-forward has no such operators")
  func besideAndWithout() throws {
    let mamba = StateMixer.mamba2(
      Mamba2(heads: 4, headDimension: 8, groups: 1, stateSize: 16, kernel: 4, chunk: 128))
    let work = StepWork(decode: .init(requests: 2, context: [200]))
    let both = try Self.model([Self.layers(1, .parallel([Self.grouped(), .state(mamba)]))])
    #expect(try Self.row("attention", both, work).flops == FLOPs(4 * 200 * 64))
    #expect(try Self.row("state", both, work).flops == FLOPs(2 * 5 * 4 * 8 * 16))
    let apart = try Self.model(
      [
        LayerGroup(count: 1, attention: .state(mamba), feedForward: .absent, normsPerLayer: 1),
        LayerGroup(count: 1, attention: .absent, feedForward: .plain(intermediateSize: 96), normsPerLayer: 1),
      ], plan: ParallelPlan(tensor: 2))
    let rows = apart.estimate(work).operators
    #expect(!rows.contains { $0.name == "attention" } && !rows.contains { $0.name == "gate and up" })
    // Up and down, half of the width on each of two dies; one sum after each of the two halves that are there.
    #expect(rows.first { $0.name == "up" }?.flops == FLOPs(2 * 2 * 64 * 48))
    let sums = rows.filter { $0.name == "all-reduce" }.reduce(0) { $0 + $1.messages.value }
    #expect(sums == 2 * (2 * 64 * 2))
  }

  @Test("every model of the catalog has a step with a time that grows with its requests")
  func everyModel() throws {
    for name in catalog.names("models") {
      let architecture = try Architecture(named: name, in: catalog)
      let model = try StepModel(
        architecture: architecture, machine: Machine(system: "HGX H200", engine: "vLLM", in: catalog),
        plan: ParallelPlan(), precision: Precision(weights: .fp8))
      #expect(model.contextKinds == max(1, architecture.contextKinds.count), "\(name)")
      let one = model.decodeTime(requestsPerRank: 1, contextTokensPerRank: 4096)
      let many = model.decodeTime(requestsPerRank: 64, contextTokensPerRank: 64 * 4096)
      #expect(one > .zero && many > one, "\(name)")
    }
  }
}
