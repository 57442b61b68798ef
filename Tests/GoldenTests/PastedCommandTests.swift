import Formats
import Foundation
import Testing

/// Commands as they stand in public issues and documents, behind `supernode simulate --system …`.
@Suite struct PastedCommandTests {
  struct Pasted: CustomTestStringConvertible, Sendable {
    /// Where it was found.
    var source: String
    var command: String
    /// What stands before it: the system, and the engine or the model where the command has none.
    var before: [String]
    var testDescription: String { source }
  }

  static let commands: [Pasted] = [
    Pasted(
      source: "vllm#24058",
      command: """
        --base-url http://infra-wide-ep-pd-inference-gateway-istio.llm-d-wide-ep-pd.svc.cluster.local --model \
        deepseek-ai/DeepSeek-V3-0324 --dataset-name random --random-input-len 2000 --random-output-len 1000 \
        --max-concurrency 10000 --num-prompts 100000 --seed 1756684800 --ignore-eos
        """, before: ["--system", "HGX H200"]),
    Pasted(
      source: "vllm#10847",
      command: """
        --model /data/Qwen3-30B-A3B-Instruct-2507 --dataset-name random --random-input-len=10000 \
        --random-output-len=50 --random-range-ratio=0 --num-prompts 10 --max-concurrency 1 --trust-remote-code \
        --ignore-eos --metric-percentiles=50,90,99
        """, before: ["--system", "HGX H100"]),
    Pasted(
      source: "vllm#54628",
      command: """
        --backend openai-responses --dataset-name random --random-input-len 512 --random-output-len 128 \
        --num-prompts 32 --max-concurrency 8 --ignore-eos --temperature 0.0 --seed 42
        """, before: ["--system", "HGX A100", "--model", "Qwen3-8B"]),
    Pasted(
      source: "vllm-skills#13",
      command: """
        --backend openai-chat --host 127.0.0.1 --port 8000 --endpoint /v1/chat/completions --dataset-name random \
        --num-prompts 1000
        """, before: ["--system", "Atlas 800 A2", "--model", "Qwen3-32B"]),
    Pasted(
      source: "sglang#5611",
      command: """
        --backend sglang-oai --num-prompts 50 --request-rate 10 --dataset-name random --random-input-len 1000 \
        --random-output-len 2000 --random-range-ratio 1
        """, before: ["--system", "HGX H200", "--engine", "sglang", "--model", "deepseek-ai/DeepSeek-V3"]),
    Pasted(
      source: "sglang#4141",
      command: """
        --backend vllm --served-model-name qwq-32b --host qwq-32b-v1 --port 8000 --dataset-name random \
        --random-input 256 --random-output 10 --num-prompts=10 --random-range-ratio 1.0 --dataset-path \
        /data/ShareGPT_V3_unfiltered_cleaned_split.json --disable-stream
        """,
      before: ["--system", "HGX H100", "--model", "Qwen3-32B"]),
    Pasted(
      source: "sglang#3314",
      command: "--model deepseek-ai/DeepSeek-R1 --tp 8 --trust-remote-code --enable-dp-attention --dp-size 8",
      before: ["--system", "HGX H200", "--engine", "sglang"]),
    Pasted(
      source: "sglang#6017",
      command: """
        --model-path /nvme4/models/DeepSeek-R1-0528 --disaggregation-mode prefill --dist-init-addr 192.168.0.138:5757 \
        --nnodes 2 --node-rank 0 --tp-size 16 --dp-size 16 --enable-dp-attention --decode-log-interval 1 \
        --enable-deepep-moe --page-size 1 --host 0.0.0.0 --trust-remote-code --moe-dense-tp-size 1 --enable-dp-lm-head \
        --disable-radix-cache --watchdog-timeout 1000000 --deepep-mode normal --mem-fraction-static 0.85 \
        --chunked-prefill-size 524288 --max-running-requests 8192 --max-total-tokens 65536 --context-length 8192 \
        --enable-eplb --ep-num-redundant-experts 16 --eplb-rebalance-num-iterations 1000
        """, before: ["--system", "HGX H200", "--engine", "sglang"]),
    Pasted(
      source: "sglang-plugin-FL#40",
      command: """
        --tp-size 4 --pp-size 2 --host 0.0.0.0 --port 30000 --disable-piecewise-cuda-graph --trust-remote-code \
        --mem-fraction-static 0.75 --reasoning-parser qwen3 --cuda-graph-max-bs 70 --sampling-backend flashinfer
        """, before: ["--system", "HGX A100", "--engine", "sglang", "--model", "Qwen3-30B-A3B"]),
    Pasted(
      source: "TensorRT-LLM's trtllm-serve",
      command: "--host localhost --port 8000 --backend pytorch --tp_size 2 --max_batch_size 128 --max_num_tokens 8192 "
        + "--kv_cache_free_gpu_memory_fraction 0.85 --max_seq_len 8192",
      before: ["--system", "HGX H100", "--engine", "trtllm", "--model", "meta-llama/Llama-3.1-8B-Instruct"]),
    Pasted(
      source: "vLLM's guide to data parallelism",
      command: "--data-parallel-size 4 --tensor-parallel-size 2 --max-model-len 32K --dtype auto --enforce-eager",
      before: ["--system", "HGX H100", "--engine", "vllm", "--model", "meta-llama/Meta-Llama-3.1-8B-Instruct"]),
  ]

  @Test("a command from elsewhere runs; what says nothing here is named", arguments: commands)
  func runs(_ pasted: Pasted) throws {
    let words = pasted.command.split(separator: " ").map(String.init)
    let answer = try BuiltProgram.run(
      ["simulate"] + pasted.before + words + ["--num-prompts", "20", "--format", "json"])
    #expect(answer.code == 0, "\(answer.error)")
    let result = try Node.parse(answer.output, file: "out")
    #expect(result["requests.completed"]?.text == "20", "\(answer.error)")
    let idle = ["--base-url", "--trust-remote-code", "--host", "--ignore-eos"].filter(words.contains)
    for name in idle { #expect(answer.error.contains(name), "\(name): \(answer.error)") }
  }

  private func inputs(_ words: String) throws -> Node {
    let answer = try BuiltProgram.run(
      ["simulate", "--system", "HGX H200", "--num-prompts", "10", "--json", "-"]
        + words.split(separator: " ").map(String.init))
    #expect(answer.code == 0, "\(answer.error)")
    return try #require(try Node.parse(answer.output, file: "out").field("inputs"))
  }

  @Test("what an engine would not start with, or has no kernels for, is told; on Ascend vLLM is its plugin")
  func wouldNotStart() throws {
    func notes(_ words: String) throws -> String {
      let rest = ["--max-concurrency", "2", "--num-prompts", "4", "--random-input-len", "64", "--format", "json"]
      let answer = try BuiltProgram.run(["simulate"] + words.split(separator: " ").map(String.init) + rest)
      #expect(answer.code == 0, "\(answer.error)")
      return answer.output
    }
    // Weights of 65.5 GB and its engine leave a die of 80 GB some 27,000 tokens of 262,144 bytes.
    let small = try notes("vllm serve Qwen/Qwen3-32B -tp 1 --system HGX-H100")
    #expect(small.contains("fewer than the model's 40,960"))
    let short = try notes("vllm serve Qwen/Qwen3-32B -tp 1 --system HGX-H100 --max-model-len 8192")
    #expect(!short.contains("would not start"))
    let long = try notes("vllm serve Qwen/Qwen3-8B -tp 1 --system HGX-H100 --max-model-len 100k")
    #expect(long.contains("is more than the model's 40,960 positions: vLLM would not start without"))
    let longer = try notes("--model Qwen3-8B --engine sglang --system HGX-H100 --context-length 100000")
    #expect(longer.contains("SGLANG_ALLOW_OVERWRITE_LONGER_CONTEXT_LEN"))
    let block = try notes("vllm serve Qwen/Qwen3-8B --system HGX-H100 --block-size 7")
    #expect(block.contains("Blocks of 7 tokens: vLLM takes 1, 8, 16"))
    let page = try notes("--model Qwen3-8B --engine sglang --system HGX-H100 --page-size 7")
    #expect(!page.contains("Blocks of"))
    let other = try notes("vllm serve Qwen/Qwen3-8B-AWQ --system HGX-H100 --quantization fp8")
    #expect(other.contains("--quantization fp8 on files that are quantised by awq"))
    let same = try notes("vllm serve Qwen/Qwen3-8B-AWQ --system HGX-H100 -q awq_marlin --max-model-len 8192")
    #expect(!same.contains("would not start"))
    let ascend = try notes("vllm serve Qwen/Qwen3-32B-FP8 -tp 2 --system Atlas-800-A2")
    #expect(ascend.contains("vLLM-Ascend") && ascend.contains("has no products in the weights' format"))
  }

  @Test("a format that is not read is told first, until a format is given; bitsandbytes has four bits")
  func unreadFormat() throws {
    let scratch = try Scratch()
    let folder = "\(BuiltProgram.root)/Sources/Formats/Resources/catalog/models/Qwen3-8B/config.json"
    let text = try String(contentsOfFile: folder, encoding: .utf8)
    let start = try #require(text.firstIndex(of: "{"))
    let config = try scratch.write(
      "{ \"quantization_config\": {\"quant_method\": \"gptq\", \"bits\": 3},"
        + text[text.index(after: start)...], to: "config.json")
    let rest = ["--system", "HGX H100", "--max-concurrency", "2", "--num-prompts", "4"]
    let plain = try BuiltProgram.run(["simulate", "--model", config] + rest)
    // As one line: the terminal's are wrapped.
    let words = plain.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(plain.code == 0 && words.contains("(gptq 3) is not read"), "\(plain.error)")
    #expect(words.contains("Until then all weights count as 16 bits"), "\(words)")
    let said = try BuiltProgram.run(["simulate", "--model", config, "--quantization", "bitsandbytes"] + rest)
    #expect(said.code == 0 && !said.output.contains("is not read"), "\(said.error)")
    #expect(said.output.contains("INT4"), "\(said.output)")
  }

  @Test("a file of TensorRT-LLM's options is read; it wins, and what is not modelled is named")
  func extraOptions() throws {
    let scratch = try Scratch()
    let file = try scratch.write(
      """
      enable_attention_dp: true
      max_batch_size: 32
      print_iter_log: true
      cuda_graph_config:
        enable_padding: true
      kv_cache_config:
        free_gpu_memory_fraction: 0.8
        enable_block_reuse: false
        dtype: fp8
      speculative_config:
        decoding_type: MTP
        num_nextn_predict_layers: 2
      """, to: "extra.yml")
    let answer = try BuiltProgram.run([
      "simulate", "--system", "HGX H200", "--num-prompts", "10", "--json", "-", "mpirun", "-n", "1", "--oversubscribe",
      "trtllm-serve", "deepseek-ai/DeepSeek-R1", "--tp_size", "8", "--ep_size", "8", "--max_batch_size", "64",
      "--extra_llm_api_options", file,
    ])
    #expect(answer.code == 0, "\(answer.error)")
    let inputs = try #require(try Node.parse(answer.output, file: "out").field("inputs"))
    #expect(inputs["pools[0].dataParallel"]?.text == "8" && inputs["pools[0].memoryShare"]?.text == "0.8")
    #expect(inputs["pools[0].scheduling.maxRequests"]?.text == "32")
    #expect(inputs["pools[0].scheduling.prefixCaching"]?.text == "false")
    #expect(inputs["precision.keyValue"]?.text == "fp8" && inputs["speculation.draftTokens"]?.text == "2")
    #expect(answer.error.contains("left out: --extra-llm-api-options.cuda_graph_config"), "\(answer.error)")
    #expect(answer.error.contains("no effect on a simulation: --extra-llm-api-options.print_iter_log"))
    let missing = try BuiltProgram.run([
      "simulate", "--system", "HGX H200", "trtllm-serve", "Qwen3-8B", "--extra_llm_api_options", "nowhere.yml",
    ])
    #expect(missing.code == 1 && missing.error.contains("nowhere.yml: there is no such file"), "\(missing.error)")
  }

  @Test(
    "commands of containers, launchers and offline benchmarks are pasted whole",
    arguments: [
      "docker run --gpus all --name vllm -e A=b -p 8000:8000 vllm/vllm-openai:v0.11 --model Qwen/Qwen3-8B -tp 1",
      "sudo docker run --rm lmsysorg/sglang:latest python3 -m sglang.launch_server --model-path Qwen/Qwen3-8B --tp 1",
      "mpirun -n 1 --allow-run-as-root trtllm-serve Qwen/Qwen3-8B --tp_size 1",
      "/usr/bin/python -m vllm.entrypoints.openai.api_server --model Qwen/Qwen3-8B -O3",
      "vllm serve Qwen/Qwen3-8B --additional-config {\"a\":1} -O.mode=3 -asc 2",
      "vllm bench latency --model Qwen/Qwen3-8B --input-len 64 --output-len 8 --batch-size 10 --num-iters-warmup 1",
      "python3 -m sglang.bench_one_batch --model-path Qwen/Qwen3-8B --batch 10 --input-len 64 --output-len 8",
      "python3 benchmarks/benchmark_serving.py --backend vllm --model Qwen/Qwen3-8B",
    ])
  func whole(_ command: String) throws {
    let words = command.split(separator: " ").map(String.init)
    let count = command.contains("--batch") ? [] : ["--num-prompts", "10"]
    let answer = try BuiltProgram.run(["simulate", "--system", "HGX H200"] + words + count + ["--json", "-"])
    #expect(answer.code == 0, "\(answer.error)")
    let result = try Node.parse(answer.output, file: "out")
    #expect(result["requests.completed"]?.text == "10" && result["inputs.model"]?.text == "Qwen3-8B")
    let engine = command.contains("sglang") ? "sglang" : command.contains("trtllm") ? "TensorRT-LLM" : "vLLM"
    #expect(result["inputs.engine"]?.text == engine)
    if command.contains("--batch") { #expect(result["inputs.workload.inputTokens"]?.text == "64") }
  }

  @Test("a negative number is a value, and what it should be is said")
  func negative() throws {
    func refusal(_ words: String) throws -> String {
      let answer = try BuiltProgram.run(words.split(separator: " ").map(String.init))
      #expect(answer.code != 0 && !answer.error.contains("Missing value"), "\(answer.error)")
      return answer.error
    }
    let model = "simulate --model Qwen3-8B --system HGX-H100"
    #expect(try refusal("\(model) --request-rate -5").contains("--request-rate: -5.0 is not above 0"))
    #expect(try refusal("\(model) --num-prompts -5").contains("-5 is not between 1 and"))
    #expect(try refusal("\(model) --max-concurrency -5,3").contains("'-5' is no load above 0"))
    #expect(try refusal("\(model) --gpu-memory-utilization -0.5").contains("-0.5 is no share"))
    #expect(try refusal("\(model) --seed -1").contains("'-1' is invalid"))
    #expect(try refusal("supply --draws -5").contains("-5"))
  }

  @Test("SGLang's sizes and limits keep its meaning: of the whole server with attention data parallelism, else copies")
  func sglang() throws {
    let shared = try inputs(
      "--model DeepSeek-R1 --engine sglang --tp-size 8 --dp-size 4 --enable-dp-attention --chunked-prefill-size 8192 "
        + "--max-running-requests 64 --schedule-policy lpm --disable-radix-cache")
    #expect(shared["pools[0].tensorParallel"]?.text == "2" && shared["pools[0].dataParallel"]?.text == "4")
    #expect(shared["pools[0].scheduling.chunkTokens"]?.text == "2048")
    #expect(shared["pools[0].scheduling.maxRequests"]?.text == "16")
    #expect(shared["pools[0].scheduling.policy"]?.text == "lpm")
    #expect(shared["pools[0].scheduling.prefixCaching"]?.text == "false")
    let copies = try inputs("--model Llama-3.1-8B --engine sglang --tp 2 --dp 3 --max-running-requests 64")
    #expect(copies["pools[0].instances"]?.text == "3" && copies["pools[0].tensorParallel"]?.text == "2")
    #expect(copies["pools[0].scheduling.maxRequests"]?.text == "64" && copies["pools[0].dataParallel"] == nil)
    let drafts = try inputs(
      "--model DeepSeek-R1 --engine sglang --tp 8 --speculative-algorithm EAGLE --speculative-num-steps 2 "
        + "--speculative-eagle-topk 1 --speculative-num-draft-tokens 3")
    #expect(drafts["speculation.draftTokens"]?.text == "2" && drafts["speculation.method"]?.text == "mtp")
  }

  @Test("vLLM's and TensorRT-LLM's limits are each rank's own")
  func ranks() throws {
    let vllm = try inputs("--model Llama-3.1-8B --engine vllm -tp 2 -dp 3 --max-num-seqs 64 --max-model-len 8k")
    // Ranks of a dense model do not wait for each other: instances of their own.
    #expect(vllm["pools[0].instances"]?.text == "3" && vllm["pools[0].scheduling.maxRequests"]?.text == "64")
    #expect(vllm["maxModelLength"]?.text == "8000")
    let trt = try inputs(
      "--model DeepSeek-R1 --engine trtllm --tp_size 8 --ep_size 8 --enable_attention_dp --max_batch_size 64")
    #expect(trt["pools[0].dataParallel"]?.text == "8" && trt["pools[0].tensorParallel"]?.text == "1")
    #expect(trt["pools[0].scheduling.maxRequests"]?.text == "64" && trt["pools[0].expertParallel"]?.text == "8")
  }
}
