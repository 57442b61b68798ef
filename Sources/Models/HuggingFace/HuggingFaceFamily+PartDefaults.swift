import Formats

extension HuggingFaceFamily {
  /// What the class of a text part takes where its config says nothing, as a JSON object. Hugging Face saves the parts
  /// of a larger model without the values that their classes have anyway (google/gemma-3-4b-it, llava-1.5-7b-hf).
  ///
  /// Source: `configuration_*.py` of huggingface/transformers by `model_type`, commit 008e5743 (Gemma 3 008f5c8c,
  /// Mistral 001f85b3).
  static func partDefaults(of config: Node) throws -> Node? {
    let parts = ConfigReader.parts(of: config)
    guard parts.count > 1, let type = parts[0].field("model_type")?.text, let text = partDefaults[type] else {
      return nil
    }
    return try Node.parse(text, file: "the defaults of \(type)")
  }

  private static let partDefaults = [
    "llama": """
    {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32,
     "num_attention_heads": 32, "max_position_embeddings": 2048}
    """,
    "mistral": """
    {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
     "num_attention_heads": 32, "num_key_value_heads": 8, "max_position_embeddings": 131072, "sliding_window": 4096}
    """,
    "mixtral": """
    {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
     "num_attention_heads": 32, "num_key_value_heads": 8, "max_position_embeddings": 131072,
     "num_local_experts": 8, "num_experts_per_tok": 2}
    """,
    "qwen2": """
    {"vocab_size": 151936, "hidden_size": 4096, "intermediate_size": 22016, "num_hidden_layers": 32,
     "num_attention_heads": 32, "num_key_value_heads": 32, "max_position_embeddings": 32768}
    """,
    "qwen3": """
    {"vocab_size": 151936, "hidden_size": 4096, "intermediate_size": 22016, "num_hidden_layers": 32,
     "num_attention_heads": 32, "num_key_value_heads": 32, "head_dim": 128, "max_position_embeddings": 32768}
    """,
    "gemma": """
    {"vocab_size": 256000, "hidden_size": 3072, "intermediate_size": 24576, "num_hidden_layers": 28,
     "num_attention_heads": 16, "num_key_value_heads": 16, "head_dim": 256, "max_position_embeddings": 8192}
    """,
    "gemma2": """
    {"vocab_size": 256000, "hidden_size": 2304, "intermediate_size": 9216, "num_hidden_layers": 26,
     "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256, "max_position_embeddings": 8192,
     "sliding_window": 4096}
    """,
    "gemma3_text": """
    {"vocab_size": 262208, "hidden_size": 2304, "intermediate_size": 9216, "num_hidden_layers": 26,
     "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256, "max_position_embeddings": 131072,
     "sliding_window": 4096}
    """,
    "phi3": """
    {"vocab_size": 32064, "hidden_size": 3072, "intermediate_size": 8192, "num_hidden_layers": 32,
     "num_attention_heads": 32, "max_position_embeddings": 4096}
    """,
  ]
}
