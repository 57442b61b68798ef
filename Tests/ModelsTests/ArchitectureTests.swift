import Formats
import Testing
import Units

@testable import Models

private func architecture(_ name: String) throws -> Architecture {
  try Architecture(config: Catalog().node("models", name), name: name)
}

@Suite struct ParameterCountTests {
  /// Billions as their makers publish them (model cards and reports; Sources/Formats/Resources/catalog/models).
  struct Published {
    var model: String
    var total, active: Double
    var isWithEmbedding: Bool
    var multiTokenPrediction: Double = 0
    /// How far the makers round.
    var tolerance = 0.01
    var activeTolerance = 0.0102
  }

  static let published = [
    Published(model: "DeepSeek-R1", total: 671, active: 37, isWithEmbedding: false, multiTokenPrediction: 11.61),
    Published(model: "DeepSeek-V3", total: 671, active: 37, isWithEmbedding: false, multiTokenPrediction: 11.61),
    // The makers say "355 B", between the count without and with the multi-token-prediction layer, and "32 B active".
    Published(
      model: "GLM-4.5", total: 355, active: 32, isWithEmbedding: false, multiTokenPrediction: 3.99,
      activeTolerance: 0.03),
    // The makers say "1 T".
    Published(model: "Kimi-K2", total: 1026.41, active: 32, isWithEmbedding: false),
    // The text part; the makers count the vision tower too.
    Published(model: "Kimi-K2.5", total: 1026.41, active: 32, isWithEmbedding: false),
    Published(model: "Llama-3.1-405B", total: 405.9, active: 405.9, isWithEmbedding: true),
    Published(model: "Llama-3.1-70B", total: 70.6, active: 70.6, isWithEmbedding: true),
    Published(model: "Llama-3.1-8B", total: 8.03, active: 8.03, isWithEmbedding: true),
    // "230 B, 10 B active".
    Published(model: "MiniMax-M2.5", total: 229.9, active: 10, isWithEmbedding: false, activeTolerance: 0.05),
    Published(model: "Mixtral-8x22B", total: 140.6, active: 39.1, isWithEmbedding: true),
    Published(model: "Mixtral-8x7B", total: 46.7, active: 12.9, isWithEmbedding: true),
    Published(model: "Qwen2.5-72B", total: 72.7, active: 72.7, isWithEmbedding: true),
    Published(model: "Qwen3-235B-A22B", total: 235, active: 22, isWithEmbedding: true),
    // "3.3 B active" is rounded to a digit.
    Published(model: "Qwen3-30B-A3B", total: 30.5, active: 3.3, isWithEmbedding: true, activeTolerance: 0.02),
    Published(model: "Qwen3-32B", total: 32.8, active: 32.8, isWithEmbedding: true),
    Published(
      model: "openPangu-Ultra-MoE-718B", total: 718, active: 39, isWithEmbedding: false, multiTokenPrediction: 12.44),
  ]

  @Test("counts agree with the makers' within 1% or their rounding", arguments: Self.published)
  func agreement(row: Published) throws {
    let count = ParameterCount(try architecture(row.model))
    let active = row.isWithEmbedding ? count.activeWithEmbedding : count.activeWithoutEmbedding
    #expect(abs(Double(count.total) / 1e9 / row.total - 1) < row.tolerance)
    #expect(abs(Double(active) / 1e9 / row.active - 1) < row.activeTolerance)
    #expect(abs(Double(count.multiTokenPrediction.total) / 1e9 - row.multiTokenPrediction) < 0.006)
  }

  @Test("Llama 3.1 8B has 8,030,261,248 parameters, summed by hand")
  func llamaByHand() throws {
    let count = ParameterCount(try architecture("Llama-3.1-8B"))
    // 128256 × 4096 each
    #expect(count.main[.embedding] == 525_336_576)
    #expect(count.main[.head] == 525_336_576)
    // 32 layers × (query and output 2 × 4096², key and value 2 × 4096 × 1024)
    #expect(count.main[.attention] == 32 * (33_554_432 + 8_388_608))
    // 32 layers × 3 × 4096 × 14336
    #expect(count.main[.denseFeedForward] == 32 * 176_160_768)
    // 2 a layer and the last one
    #expect(count.main[.norms] == 65 * 4096)
    #expect(count.total == 8_030_261_248)
    #expect(count.activeWithEmbedding == count.total)
    #expect(count.main.bytes { $0 == .norms ? 4 : 2 } == 2 * 8_030_261_248 + 2 * 65 * 4096)
  }

  @Test("DeepSeek-R1's parts: 3 dense and 58 expert layers, 576 cached elements a layer")
  func deepSeekParts() throws {
    let model = try architecture("DeepSeek-R1")
    #expect(model.layers.map(\.count) == [3, 58])
    #expect(model.multiTokenPredictionLayers == 1)
    // 512 + 64 elements in each of 61 layers
    #expect(model.keyValueElementsPerToken == 61 * 576)
    #expect(model.multiTokenPredictionKeyValueElementsPerToken == 576)
    let count = ParameterCount(model)
    // One expert: 3 × 7168 × 2048
    #expect(count.main[.experts] == 58 * 256 * 44_040_192)
    #expect(count.active[.experts] == 58 * 8 * 44_040_192)
    #expect(count.main[.sharedExperts] == 58 * 44_040_192)
    #expect(count.main[.router] == 58 * 256 * (7168 + 1))
    // 7168 × 1536 + 1536 × 128 × 192 + 7168 × 576 + 512 × 128 × 256 + 128 × 128 × 7168
    #expect(count.main[.attention] == 61 * (11_010_048 + 37_748_736 + 4_128_768 + 16_777_216 + 117_440_512))
  }

  @Test("grouped-query attention caches 2 × key-value heads × head dimension elements a layer")
  func groupedCache() throws {
    // 2 × 8 × 128 in each of 80 layers
    #expect(try architecture("Qwen2.5-72B").keyValueElementsPerToken == 80 * 2048)
  }

  @Test("a tied embedding is counted once, and works as the head")
  func tied() throws {
    let model = try config(["hidden_size": "4", "vocab_size": "10", "tie_word_embeddings": "true"])
    let count = ParameterCount(model)
    #expect(count.main[.embedding] == 40)
    #expect(count.main[.head] == 0)
    #expect(count.activeWithoutEmbedding == count.activeWithEmbedding)
  }
}

/// A Llama with these keys changed; nil removes one.
private func config(_ changes: [String: String?], class name: String = "LlamaForCausalLM") throws -> Architecture {
  var keys: [String: String] = [
    "hidden_size": "8", "vocab_size": "16", "max_position_embeddings": "128", "num_hidden_layers": "2",
    "num_attention_heads": "2", "num_key_value_heads": "1", "intermediate_size": "32",
  ]
  for (key, value) in changes { keys[key] = value }
  let fields = keys.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
  let text = "{\"architectures\": [\"\(name)\"],\n\(fields.joined(separator: ",\n"))}"
  return try Architecture(config: Node.parse(text, file: "config.json"), name: "toy")
}

@Suite struct ConfigTests {
  @Test("an architecture that is not modelled is refused by name with those that are")
  func unknownClass() throws {
    let problem = try #require(throws: Problem.self) { try config([:], class: "RwkvForCausalLM") }
    #expect(problem.place == "config.json:1: architectures[0]")
    #expect(problem.fault == "RwkvForCausalLM is not modelled yet")
    #expect(problem.wayOut.hasPrefix("\(Architecture.modelledClasses.count) classes are read"))
    #expect(problem.wayOut.contains("those of LlamaForCausalLM, name that class"))
  }

  @Test("all missing and impossible keys are told at once, with their places")
  func badKeys() throws {
    let problems = try #require(throws: Problems.self) {
      try config(["vocab_size": nil, "num_hidden_layers": "-2", "num_attention_heads": "3"])
    }
    #expect(
      problems.list.map(\.description).sorted()
        == [
          "config.json:5: num_attention_heads: 3 does not divide hidden_size 8, and there is no head_dim; "
            + "give head_dim",
          "config.json:6: num_hidden_layers: is not a whole number of at least 1; "
            + "see the config.json of the model's makers",
          "config.json:1: vocab_size: is missing; take the config.json as the model's makers publish it",
        ].sorted())
  }

  @Test("sizes so great that the parameters could not be counted are refused")
  func greatSizes() throws {
    let problems = try #require(throws: Problems.self) {
      try config(["hidden_size": "1000000000000", "num_hidden_layers": "99999999999999999999"])
    }
    #expect(problems.list.count == 2)
  }

  @Test("layers with experts are placed as the config says: every second, but not the fourth")
  func sparsePlacement() throws {
    let model = try config(
      [
        "num_hidden_layers": "6", "decoder_sparse_step": "2", "mlp_only_layers": "[3]", "num_experts": "4",
        "num_experts_per_tok": "2", "moe_intermediate_size": "5",
      ], class: "Qwen3MoeForCausalLM")
    // Layers 1, 3 and 5 (from 0) are due; 3 is taken out.
    #expect(model.layers.map(\.count) == [4, 2])
    let isMixture = model.layers.map { if case .mixture = $0.feedForward { true } else { false } }
    #expect(isMixture == [false, true])
  }
}
