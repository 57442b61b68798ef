import Formats
import Units

/// TensorRT-LLM's file of further options (`trtllm-serve --extra_llm_api_options FILE`, `--config FILE`), as options.
///
/// As in TensorRT-LLM the file wins over the command line.
struct ExtraOptions {
  /// Options of ours, each with its value: `--max-num-seqs=64`.
  private(set) var arguments: [String] = []
  /// Keys without effect, and keys that are not modelled.
  private(set) var idle: [String] = []
  private(set) var unmodelled: [String] = []

  init(path: String) throws {
    guard fileKind(at: path) == .file else {
      throw Problem(
        path, "there is no such file of TensorRT-LLM's options", wayOut: "name it, or leave --extra_llm_api_options out"
      )
    }
    for (key, value) in try Node.read(path: path).fields where !value.isNull { add(key, value) }
  }

  /// Names of the options that have a value.
  var names: Set<String> { Set(arguments.filter { $0.contains("=") }.map(Self.name)) }

  /// Whether a word of the command line, with its value if it has one, gives way to the file.
  func replaces(_ word: String) -> Bool {
    func plain(_ name: String) -> String { name.replacing("--no-", with: "--") }
    return word.hasPrefix("--") && arguments.contains { plain(Self.name($0)) == plain(Self.name(word)) }
  }

  private static func name(_ argument: String) -> String { String(argument.prefix { $0 != "=" }) }

  private mutating func add(_ key: String, _ value: Node) {
    switch key {
    case "kv_cache_config":
      for (inner, value) in value.fields where !value.isNull { addPlain("\(key).\(inner)", value) }
    case "speculative_config": addDrafts(value)
    default: addPlain(key, value)
    }
  }

  private mutating func addPlain(_ key: String, _ value: Node) {
    if let name = Self.numbers[key], let text = value.text {
      arguments.append("--\(name)=\(text)")
    } else if let (name, other) = Self.flags[key], let text = value.text?.lowercased() {
      if let flag = text == "true" ? name : other { arguments.append("--\(flag)") }
    } else if Self.withoutEffect.contains(key) {
      idle.append(key)
    } else {
      unmodelled.append(key)
    }
  }

  /// TensorRT-LLM's drafts as vLLM's JSON.
  private mutating func addDrafts(_ config: Node) {
    let methods = ["mtp": "mtp", "eagle": "eagle", "eagle3": "eagle", "ngram": "ngram", "drafttarget": "draft_model"]
    let counts = ["num_nextn_predict_layers", "max_draft_len"].compactMap { config.field($0)?.text }
    guard let method = config.field("decoding_type")?.text.flatMap({ methods[$0.lowercased()] }),
      let drafts = counts.first.flatMap({ Int($0) })
    else {
      unmodelled.append("speculative_config")
      return
    }
    let named = ["speculative_model", "speculative_model_dir"].compactMap { config.field($0)?.text }.first
    let model = named.map { ", \"model\": \"\($0)\"" } ?? ""
    arguments.append(
      "--speculative-config={\"method\": \"\(method)\", \"num_speculative_tokens\": \(drafts)\(model)}")
  }

  private static let numbers = [
    "kv_cache_config.free_gpu_memory_fraction": "gpu-memory-utilization", "kv_cache_config.dtype": "kv-cache-dtype",
    "kv_cache_config.tokens_per_block": "block-size", "max_batch_size": "max-num-seqs",
    "max_num_tokens": "max-num-batched-tokens", "max_seq_len": "max-model-len",
    "tensor_parallel_size": "tensor-parallel-size", "pipeline_parallel_size": "pipeline-parallel-size",
    "moe_expert_parallel_size": "expert-parallel-size",
  ]

  /// The option for true, and the one for false.
  private static let flags: [String: (String?, String?)] = [
    "kv_cache_config.enable_block_reuse": ("enable-prefix-caching", "no-enable-prefix-caching"),
    "enable_attention_dp": ("enable-dp-attention", nil),
    "enable_chunked_prefill": ("enable-chunked-prefill", "no-enable-chunked-prefill"),
    "disable_overlap_scheduler": ("no-async-scheduling", "async-scheduling"),
  ]

  private static let withoutEffect: Set = [
    "print_iter_log", "stream_interval", "trust_remote_code", "backend", "num_postprocess_workers",
    "enable_iter_perf_stats", "enable_iter_req_stats", "return_perf_metrics", "perf_metrics_max_requests",
    "postprocess_tokenizer_dir", "tokenizer", "skip_tokenizer_init", "revision", "gpus_per_node", "load_format",
  ]
}
