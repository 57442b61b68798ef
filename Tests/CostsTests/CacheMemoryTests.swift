import Costs
import Formats
import Hardware
import Models
import Testing
import Units

/// Bytes of caches on ranks against counts by hand.
@Suite struct CacheMemoryTests {
  static func plan(
    _ name: String, _ plan: ParallelPlan = ParallelPlan(tensor: 8), keyValue: NumberFormat = .bf16
  ) throws -> (model: StepModel, memory: MemoryPlan) {
    let model = try StepModel(
      architecture: Architecture(named: name, in: catalog),
      machine: Machine(system: "HGX H200", engine: "vLLM", in: catalog), plan: plan,
      precision: Precision(weights: .nvfp4, keyValue: keyValue))
    return (model, model.memoryPlan(requestsPerRank: 8))
  }

  @Test("bytes of one further token and of a request, over all layers")
  func bytes() throws {
    // 80 layers · 2 · 8 heads · 128 · 2 bytes.
    let llama = try Self.plan("Llama-3.1-70B")
    #expect(llama.model.keyValueBytesPerToken == Bytes(327_680) && llama.memory.bytesPerRequest() == .zero)
    // 61 layers · 576 · 2 bytes.
    #expect(try Self.plan("DeepSeek-R1").model.keyValueBytesPerToken == Bytes(70_272))
    // 61 · (656 + 132): latents in FP8 with scales and a rotary part in 16 bits, and index keys.
    #expect(try Self.plan("DeepSeek-V3.2", keyValue: .fp8).model.keyValueBytesPerToken == Bytes(48_068))
    // 18 full layers · 2 · 8 heads · 64 · 2 bytes, and as many with windows of 128.
    let oss = try Self.plan("gpt-oss-120b")
    #expect(oss.model.keyValueBytesPerToken == Bytes(36_864))
    #expect(oss.memory.bytesPerRequest() == Bytes(36_864 * 128))
    #expect(oss.memory.bytesPerRequest(tokens: 100) == Bytes(36_864 * 100))
    // 15 full layers · 2 heads of 2 · 256 · 2 bytes, 45 states; as models.md counts them.
    let hybrid = try Self.plan("Qwen3.5-397B-A17B", ParallelPlan(tensor: 2, expert: 1)).model
    #expect(hybrid.keyValueBytesPerToken == Bytes(30_720))
    #expect(hybrid.cacheFootprint.fixed == Bytes(192_061_440))
  }

  @Test("each layer's cache is divided as far as its heads go, and latents not at all")
  func shards() throws {
    func tokens(_ name: String, _ tensor: Int) throws -> Double {
      let (model, memory) = try Self.plan(name, ParallelPlan(tensor: tensor))
      // Memory of a rank over bytes of a token on it: both count what its dies hold together.
      return memory.keyValueMemory / model.keyValueBytesPerToken / Double(memory.keyValueTokensPerRank)
    }
    #expect(abs(try tokens("Llama-3.1-70B", 8) - 1) < 1e-3)
    #expect(abs(try tokens("gpt-oss-120b", 8) - 1) < 1e-3)
    // Two key-value heads over eight dies: four copies of each, and the states' heads divided by all.
    let (model, memory) = try Self.plan("Qwen3.5-397B-A17B", ParallelPlan(tensor: 8))
    let free = memory.keyValueMemory.value / 2
    #expect(abs(free / (30_720 / 2) / Double(memory.keyValueTokensPerRank) - 1) < 1e-3)
    // Beside tokens, in their measure: an eighth of the states against half of the tokens' bytes.
    #expect(abs(memory.tokensPerRequest() - 192_061_440 / 8 / (30_720 / 2)) < 1e-6)
    #expect(model.keyValueBytesPerToken == Bytes(30_720))
  }

  @Test("as many requests fit as their tokens, windows and states leave room for")
  func requests() throws {
    let (_, memory) = try Self.plan("gpt-oss-120b", ParallelPlan(tensor: 1))
    let tokens = memory.keyValueTokensPerRank
    // A window of 128 tokens over half of the layers takes as much as 128 tokens of the others.
    #expect(memory.requests(of: 1000) == tokens / 1128)
    #expect(memory.requests(of: 50) == tokens / 100)
    #expect(memory.tokens(beside: 10) == tokens - 1280)
    let llama = try Self.plan("Llama-3.1-70B").memory
    #expect(llama.requests(of: 3000) == llama.keyValueTokensPerRank / 3000)
    #expect(llama.tokens(beside: 10) == llama.keyValueTokensPerRank)
  }
}
