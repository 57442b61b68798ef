/// Options of vLLM, SGLang and TensorRT-LLM as people paste them: other names are made ours, and what says nothing to a
/// simulation is taken out and named.
struct PastedOptions {
  /// What is left for the parser.
  private(set) var arguments: [String] = []
  /// Given and without effect, as written.
  private(set) var idle: [String] = []
  /// Given, of effect on a real machine, and not modelled.
  private(set) var unmodelled: [String] = []

  /// How many values follow.
  private enum Values { case none, one, many }

  init(_ given: some Collection<String>) throws {
    var rest = Array(given)[...]
    var extra: ExtraOptions?
    let isTensorRT = given.contains("trtllm")
    while let argument = rest.popFirst() {
      guard let (name, value) = Self.split(argument) else {
        arguments.append(argument)
        continue
      }
      let values = Self.withoutEffect[name] ?? Self.notModelled[name]
      if name == "extra-llm-api-options" || name == "config" && isTensorRT {
        guard let path = value ?? rest.popFirst() else { continue }
        extra = try ExtraOptions(path: path)
      } else if let values {
        Self.drop(values, hasValue: value != nil, from: &rest)
        if Self.withoutEffect[name] != nil { idle.append("--\(name)") } else { unmodelled.append("--\(name)") }
      } else {
        keep(name, value, &rest)
      }
    }
    if let extra { take(extra) }
    // For the command itself, which has the remark.
    for name in idle { arguments += ["--idle-option", String(name.dropFirst(2))] }
    for name in unmodelled { arguments += ["--unmodelled-option", String(name.dropFirst(2))] }
  }

  /// The file wins over what stands beside it.
  private mutating func take(_ extra: ExtraOptions) {
    var kept: [String] = []
    var rest = arguments[...]
    while let word = rest.popFirst() {
      guard extra.replaces(word) else {
        kept.append(word)
        continue
      }
      if extra.names.contains(word) { rest = rest.dropFirst() }
    }
    arguments = kept + extra.arguments
    idle += extra.idle.map { "--extra-llm-api-options.\($0)" }
    unmodelled += extra.unmodelled.map { "--extra-llm-api-options.\($0)" }
  }

  private mutating func keep(_ name: String, _ value: String?, _ rest: inout ArraySlice<String>) {
    let own = Self.otherNames[name] ?? name
    guard Self.counts.contains(own), let text = value ?? rest.first else {
      arguments.append("--\(own)" + (value.map { "=\($0)" } ?? ""))
      return
    }
    if value == nil { rest.removeFirst() }
    // The model's own length.
    if own == "max-model-len", text == "auto" || text == "-1" { return }
    arguments.append("--\(own)=\(Self.count(text))")
  }

  private static func drop(_ values: Values, hasValue: Bool, from rest: inout ArraySlice<String>) {
    guard !hasValue else { return }
    switch values {
    case .none: break
    case .one: rest = rest.dropFirst()
    case .many: rest = rest.drop { !$0.hasPrefix("-") }
    }
  }

  /// `--a_b=c` as `a-b` and `c`; nil of what is no long option.
  private static func split(_ argument: String) -> (name: String, value: String?)? {
    // -O3, -O 3 and -O.mode=3 of vLLM.
    if argument.hasPrefix("-O") {
      return ("optimization-level", argument == "-O" ? nil : String(argument.dropFirst(2)))
    }
    if let long = shortNames[argument] { return (long, nil) }
    guard argument.hasPrefix("--"), argument != "--" else { return nil }
    let body = argument.drop { $0 == "-" }
    let end = body.firstIndex(of: "=") ?? body.endIndex
    let name = String(body[..<end].map { $0 == "_" ? "-" : $0 })
    // --json-arg.key is one of vLLM's ways to write JSON.
    let value = end < body.endIndex ? String(body[body.index(after: end)...]) : nil
    return name.isEmpty ? nil : (name, value)
  }

  /// vLLM's 32k and 32K: thousands and 1024.
  private static func count(_ text: String) -> String {
    let scales: [(Character, Double)] = [
      ("k", 1000), ("K", 1024), ("m", 1e6), ("M", 1_048_576), ("g", 1e9), ("G", 1_073_741_824),
    ]
    guard let last = text.last, let scale = scales.first(where: { $0.0 == last })?.1,
      let number = Double(text.dropLast()), abs(number * scale) < 1e15
    else { return text }
    return "\(Int(number * scale))"
  }

  private static let counts: Set = [
    "max-model-len", "max-num-batched-tokens", "chunked-prefill-size", "long-prefill-token-threshold", "num-prompts",
    "input-len", "output-len", "random-input-len", "random-output-len", "random-prefix-len",
  ]
}

extension PastedOptions {
  /// Names of other engines for what has a name here.
  private static let otherNames = [
    "model-path": "model", "tp": "tensor-parallel-size", "tp-size": "tensor-parallel-size", "dp": "data-parallel-size",
    "dp-size": "data-parallel-size", "pp": "pipeline-parallel-size", "pp-size": "pipeline-parallel-size",
    "ep": "expert-parallel-size", "ep-size": "expert-parallel-size", "max-running-requests": "max-num-seqs",
    "max-batch-size": "max-num-seqs", "max-num-tokens": "max-num-batched-tokens",
    "max-prefill-tokens": "max-num-batched-tokens", "context-length": "max-model-len", "max-seq-len": "max-model-len",
    "page-size": "block-size", "tokens-per-block": "block-size",
    "kv-cache-free-gpu-memory-fraction": "gpu-memory-utilization",
    "free-gpu-memory-fraction": "gpu-memory-utilization", "mem-fraction-static": "gpu-memory-utilization",
    "disable-radix-cache": "no-enable-prefix-caching", "enable-ep-moe": "enable-expert-parallel",
    "enable-deepep-moe": "enable-expert-parallel", "enable-attention-dp": "enable-dp-attention",
    "random-seed": "seed", "schedule-policy": "scheduling-policy", "ep-num-redundant-experts": "num-redundant-experts",
    "disable-overlap-schedule": "no-async-scheduling",
  ]

  /// vLLM's short names, beside -tp, -dp and -pp, which are options of their own.
  private static let shortNames = [
    "-ep": "ep", "-q": "quantization", "-sc": "speculative-config", "-cc": "compilation-config",
    "-ac": "attention-config", "-asc": "api-server-count", "-n": "nnodes", "-r": "node-rank",
    "-dpl": "data-parallel-size-local", "-dpa": "data-parallel-address", "-dpp": "data-parallel-rpc-port",
    "-dpr": "data-parallel-start-rank", "-dpb": "data-parallel-backend", "-dcp": "decode-context-parallel-size",
  ]

  private static func table(_ none: String, one: String, many: String = "") -> [String: Values] {
    var table: [String: Values] = [:]
    for (names, values) in [(none, Values.none), (one, .one), (many, .many)] {
      for name in names.split(whereSeparator: \.isWhitespace) { table[String(name)] = values }
    }
    return table
  }

  /// How a client talks to a server, how a server talks to the world, and what is written where: the arguments of
  /// `vllm bench serve` 0.31, `vllm serve`, SGLang's `bench_serving` and `launch_server`, and `trtllm-serve`.
  private static let withoutEffect = table(
    """
    ignore-eos disable-ignore-eos disable-tqdm disable-stream disable-shuffle trust-remote-code save-detailed
    append-result use-beam-search profile skip-tokenizer-init insecure plot-timeline plot-dataset-stats
    no-stream no-oversample skip-chat-template enable-multimodal-chat no-reranker flush-cache output-details
    print-requests return-logprob apply-chat-template tokenize-prompt pd-separated plot-throughput
    custom-ensure-client-side-data disable-log-requests no-enable-log-requests enable-log-requests
    disable-log-stats enable-auto-tool-choice headless no-trust-remote-code skip-server-warmup enable-metrics
    log-requests show-time-cost enable-cache-report disable-fastapi-docs allow-credentials
    enable-request-id-headers disable-uvicorn-access-log decode-log-requests return-token-ids skip-test-run
    disable-detokenize enable-prompt-tokens-details enable-server-load-tracking enable-force-include-usage
    enable-log-outputs
    """,
    one: """
      base-url host port endpoint endpoint-type tokenizer tokenizer-mode tokenizer-path label logprobs
      request-id-prefix top-p top-k min-p temperature frequency-penalty presence-penalty repetition-penalty
      extra-request-body lora-assignment lora-name ready-check-timeout-sec chat-template-kwargs extra-body
      timeline-itl-thresholds random-batch-size probe-request-rate output-file flush-cache-timeout
      warmup-requests served-model-name hf-subset hf-split hf-name hf-output-len spec-bench-output-len
      spec-bench-category random-mm-base-items-per-request random-mm-num-mm-items-range-ratio
      random-mm-limit-mm-per-prompt random-mm-bucket-config blazedit-min-distance blazedit-max-distance
      asr-max-audio-len-sec asr-min-audio-len-sec sonnet-input-len sonnet-output-len sonnet-prefix-len
      sharegpt-context-len prompt-suffix best-of num-iters tag tool-call-parser reasoning-parser chat-template
      load-format download-dir revision tokenizer-revision code-revision config-format api-key log-level
      log-level-http decode-log-interval watchdog-timeout dist-init-addr nnodes node-rank master-addr
      master-port data-parallel-size-local data-parallel-address data-parallel-rpc-port
      data-parallel-start-rank data-parallel-backend distributed-executor-backend uvicorn-log-level max-log-len
      response-role root-path allowed-origins ssl-keyfile ssl-certfile model-impl generation-config
      dist-timeout device stream-interval mm-processor-kwargs limit-mm-per-prompt
      reasoning-parser-plugin random-image-count kv-events-config otlp-traces-endpoint
      metadata-server-config-file server-role crash-dump-folder num-iters-warmup api-server-count output-json
      chat-template-content-format middleware
      """,
    many: "header metadata lora-modules custom-headers")

  /// What a real machine would feel.
  private static let notModelled = table(
    """
    enforce-eager disable-custom-all-reduce enable-eplb enable-dbo disable-cuda-graph enable-torch-compile
    enable-two-batch-overlap enable-dp-lm-head disable-cascade-attn enable-sleep-mode enable-nccl-nvls
    enable-flashinfer-allreduce-fusion enable-symm-mem disable-flashinfer-autotune
    enable-piecewise-cuda-graph disable-piecewise-cuda-graph enable-hierarchical-cache enable-lora
    disable-hybrid-kv-cache-manager enable-memory-saver enable-single-batch-overlap
    enable-tokenizer-batch-encode enable-kv-cache-events
    """,
    one: """
      dtype attention-backend compilation-config cuda-graph-max-bs cuda-graph-bs cuda-graph-sizes
      max-total-tokens sampling-backend grammar-backend guided-decoding-backend all2all-backend moe-a2a-backend
      moe-runner-backend deepep-mode swap-space cpu-offload-gb num-gpu-blocks-override kv-cache-memory-bytes
      kv-transfer-config disaggregation-mode disaggregation-transfer-backend disaggregation-ib-device
      moe-dense-tp-size hf-overrides json-model-override-args rope-scaling max-num-partial-prefills
      max-parallel-loading-workers max-lora-rank max-loras max-queued-requests load-balance-method eplb-config
      ep-dispatch-algorithm eplb-rebalance-num-iterations init-expert-location fp8-gemm-backend
      mm-attention-backend prefill-attention-backend decode-attention-backend speculative-eagle-topk
      speculative-attention-mode decode-context-parallel-size optimization-level max-beam-width
      kv-cache-metrics-sample hicache-ratio hicache-size torch-compile-max-bs max-seq-len-to-capture
      cluster-size gpus-per-node moe-cluster-parallel-size additional-config attention-config kernel-config
      moe-backend mamba-cache-dtype mamba-ssm-cache-dtype max-cudagraph-capture-size
      structured-outputs-config
      """, many: "cudagraph-capture-sizes")
}
