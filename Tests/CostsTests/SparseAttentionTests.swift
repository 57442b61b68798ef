import Costs
import Formats
import Hardware
import Models
import Testing
import Units

/// Attention by an indexer's choice, compressed attention, and experts of other shapes.
@Suite struct SparseAttentionTests {
  // One layer of DeepSeek-V3.2 at 131,072 tokens: the indexer multiplies 2.15e9 and reads 17.3e6 bytes, attention over
  // 2,048 latents 0.57e9 and 1.34e6 bytes in FP8.
  @Test("an indexer reads every index key, and the core as many latents as are chosen")
  func indexer() throws {
    let latent = LatentAttention(
      heads: 128, queryRank: 1536, keyValueRank: 512, nopeDimension: 128, ropeDimension: 64, valueDimension: 128,
      visibility: .topK(2048, indexer: Indexer(heads: 64, dimension: 128)))
    let model = try AttentionKindTests.model(
      [AttentionKindTests.layers(1, .latent(latent))], hidden: 7168, keyValue: .fp8)
    #expect(model.contextKinds == 2)
    let work = model.decodeWork(requestsPerRank: 1, contextTokensPerRank: 131_072)
    #expect(work.decode?.context == [131_072, 2048])
    let scores = try AttentionKindTests.row("indexer, scores", model, work)
    #expect(scores.flops == FLOPs(2 * 64 * 128 * 131_072))
    #expect(scores.bytes == Bytes((131_072 + 1) * 132))
    let core = try AttentionKindTests.row("latent attention, window 2048", model, work)
    #expect(core.flops == FLOPs(2 * 128 * 2048 * (2 * 512 + 64)))
    #expect(core.bytes == Bytes((2048 + 1) * 656))
  }

  @Test("a layer without an indexer of its own reuses the choice: no scores")
  func reuse() throws {
    let latent = LatentAttention(
      heads: 16, queryRank: 64, keyValueRank: 32, nopeDimension: 16, ropeDimension: 8, valueDimension: 16,
      visibility: .topK(32, indexer: nil))
    let model = try AttentionKindTests.model([AttentionKindTests.layers(1, .latent(latent))])
    let step = model.decodeStep(requestsPerRank: 1, contextTokensPerRank: 1000)
    #expect(!step.operators.contains { $0.name.hasPrefix("indexer") })
  }

  // A layer of V4 at s tokens reads 33·s + 584·(min(topK, s/4) + 128) with an indexer, 584·(s/128 + 128) without.
  @Test("compressed attention reads entries, a window and index keys")
  func compressed() throws {
    func model(ratio: Int, _ indexer: Indexer?) throws -> StepModel {
      try AttentionKindTests.model(
        [
          AttentionKindTests.layers(
            1,
            .compressed(
              CompressedAttention(
                heads: 64, headDimension: 512, ropeDimension: 64, queryRank: 1024, outputGroups: 8, outputRank: 1024,
                window: 128, ratio: ratio, indexer: indexer, topK: 512)))
        ], hidden: 4096, keyValue: .fp8)
    }
    let context = 8192.0
    let sparse = try model(ratio: 4, Indexer(heads: 64, dimension: 128))
    let work = sparse.decodeWork(requestsPerRank: 1, contextTokensPerRank: context)
    func bytes(_ name: String, _ model: StepModel) throws -> Double {
      try AttentionKindTests.row(name, model, work).bytes.value
    }
    // A new token writes a quarter of an entry and of an index key, and its place in the window.
    #expect(try bytes("indexer, scores", sparse) == (context + 1) / 4 * 132)
    #expect(try bytes("attention, entries", sparse) == (512 + 0.25) * 584)
    #expect(try bytes("attention, window 128", sparse) == (128 + 1) * 584)
    let dense = try model(ratio: 128, nil)
    #expect(try bytes("attention, entries", dense) == (context + 1) / 128 * 584)
    let flops = try AttentionKindTests.row("attention, entries", dense, work).flops
    #expect(flops == FLOPs(4 * 64 * 64 * 512))
  }

  @Test("experts without a gate, in a latent width and beside zero experts cost what they multiply")
  func experts() throws {
    func rows(_ mixture: MixtureOfExperts) throws -> [OperatorCost] {
      let group = LayerGroup(count: 1, attention: AttentionKindTests.grouped(), feedForward: .mixture(mixture))
      return try AttentionKindTests.model([group]).decodeStep(requestsPerRank: 4, contextTokensPerRank: 40).operators
    }
    func flops(_ name: String, _ rows: [OperatorCost]) throws -> Double {
      try #require(rows.first { $0.name == name }, "no operator '\(name)'").flops.value
    }
    let plain = try rows(
      MixtureOfExperts(
        experts: 8, expertsPerToken: 2, intermediateSize: 32, sharedExperts: 1, sharedIntermediateSize: 48,
        isGated: false, latentSize: 16))
    // 4 tokens · 2 choices through 16 × 32, and through 64 × 16 into the latent width.
    #expect(abs(try flops("experts, up", plain) - 8 * 2 * 16 * 32) < 1e-6)
    #expect(abs(try flops("experts, down", plain) - 8 * 2 * 16 * 32) < 1e-6)
    #expect(try flops("into latent width", plain) == 4 * 2 * 64 * 16)
    #expect(try flops("shared experts, up", plain) == 4 * 2 * 64 * 48)
    let zero = try rows(
      MixtureOfExperts(
        experts: 8, expertsPerToken: 3, intermediateSize: 32, sharedExperts: 0, sharedIntermediateSize: 0,
        zeroExperts: 4))
    // Of three choices two fall on experts with weights, on average.
    #expect(abs(try flops("experts, gate and up", zero) - 8 * 2 * 64 * 64) < 1e-6)
    #expect(try flops("router", zero) == 4 * 2 * 64 * 12)
  }
}
