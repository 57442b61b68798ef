/// Small files of every kind that the repository does not have as files.
enum Samples {
  static func of(_ kind: Subject.Kind) -> [String] {
    switch kind {
    case .serving: scenarios
    case .mooncake, .gzip: mooncake
    case .bailian: bailian
    case .azure: azure
    case .burstgpt: burst
    case .vidur: ["arrived_at,num_prefill_tokens,num_decode_tokens\n0.0,4808,10\n0.052,3180,8\n4,7,9\n5e-05,3,8\n"]
    case .splitwise: splitwise
    case .csv: tables
    case .aiperf: aiperf
    case .vllm: vllm
    case .text: text
    case .sharegpt: conversations
    case .inputs: inputs
    case .servegen: servegen
    case .estimates: estimates
    case .commands: commands
    default: []
    }
  }

  private static let scenarios = [
    """
    name: a
    model: Llama-3.1-8B
    system: HGX H100
    engine: vLLM
    pools: [{ chips: 1 }]
    workload: { prompts: 20, inputTokens: 100, outputTokens: 9 }

    """,
    """
    name: a
    model: Llama-3.1-8B
    system: HGX H100
    engine: SGLang
    pools:
    - { role: prefill, chips: 2, instances: 2 }
    - { role: decode, chips: 4, dataParallel: 2, scheduling: { maxRequests: 8, maxBatchedTokens: 512 } }
    workload:
      requestRate: 5
      prompts: 20
      inputTokens: { minimum: 10, maximum: 300 }
      outputTokens: { values: [3, 40], weights: [1, 2] }

    """,
    """
    name: b
    model: DeepSeek-R1
    system: HGX H200
    engine: TensorRT-LLM
    maxModelLength: 9000
    speculation: { draftTokens: 2, acceptance: [0.8, 0.5], method: mtp }
    pools: [{ chips: 8, expertParallel: 8 }]
    workload:
      rampUp: { from: 1, to: 9, strategy: exponential }
      prompts: 30
      inputTokens: 900
      outputTokens: 40
      blockTokens: 16
      prefixes: { groups: 3, tokens: 200 }
      statistics: { warmUpRequests: 3 }
      maxConcurrency: 4
    cost: { electricity: 0.1 USD/kWh, powerUsageEffectiveness: 1.3, amortization: 3 years, systemPrice: 3e5 USD }

    """,
    """
    name: c
    model: Qwen3-32B
    system: Atlas 800 A2
    engine: MindIE
    pools: [{ chips: 8, tensorParallel: 4 }]
    load: 0.5
    workload: { trace: azure-2023-code, duration: 30 s, spread: true, rateScale: 2 }
    seed: 7

    """,
  ]

  private static let mooncake = [
    #"""
    {"timestamp": 0, "input_length": 1200, "output_length": 52, "hash_ids": [46, 47, 2353]}
    {"timestamp": 0, "input_length": 600, "output_length": 5, "hash_ids": [46, 47]}
    {"timestamp": 3000, "input_length": 1, "output_length": 500, "hash_ids": [9]}
    {"timestamp": 3000, "input_length": 2000, "output_length": 1, "hash_ids": [46, 47, 2353, 5]}

    """#,
    #"""
    {"timestamp": 7, "input_length": 10, "output_length": 1, "session_id": "a"}
    {"session_id": "a", "delay": 1500, "input_length": 20, "output_length": 2}
    {"timestamp": 9, "input_length": 30, "output_length": 3, "session_id": 5, "delay": null}

    """#,
  ]
  private static let bailian = [
    #"""
    {"chat_id": 7, "parent_chat_id": -1, "timestamp": 61.114, "input_length": 40, "output_length": 5, \#
    "turn": 1, "hash_ids": [1, 2, 3]}
    {"chat_id": 9, "parent_chat_id": 7, "timestamp": 61.5, "input_length": 50, "output_length": 6, \#
    "turn": 2, "hash_ids": [1, 2, 4, 5]}
    {"chat_id": 11, "parent_chat_id": 9, "timestamp": 62, "input_length": 16, "output_length": 6, \#
    "type": "file", "hash_ids": [1]}

    """#
  ]
  private static let azure = [
    """
    TIMESTAMP,ContextTokens,GeneratedTokens
    2023-11-16 18:15:46.6805900,374,44
    2023-11-16 18:15:50.9951690,396,109

    """,
    """
    TIMESTAMP,NumImages,ContextTokens,GeneratedTokens
    2024-10-15 00:00:00.100000+00:00,1,4117,5
    2024-10-15 00:00:00.200000+00:00,0,120,7

    """,
  ]
  private static let burst = [
    """
    Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type
    5,ChatGPT,472,18,490,Conversation log
    45,ChatGPT,1087,230,1317,Conversation log
    118,GPT-4,417,276,693,API log

    """,
    """
    Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type
    35,s1,4.5,GPT-4,1166,481,1647,Conversation log
    46,,,ChatGPT,1068,492,1560,API log
    50.5,s1,2,GPT-4,1700,10,1710,Conversation log

    """,
  ]
  private static let splitwise = [
    """
    request_id,request_type,application_id,arrival_timestamp,batch_size,prompt_size,token_size
    0,2,0,0.0,1,374,44
    1,2,0,4.314579,1,396,109
    2,2,0,4.5,1,12,1

    """
  ]
  private static let tables = [
    "arrival_ms;in_tokens;prompt_tokens;output_tokens\n1.5;9;3;4\n3;9;\"5\";6.0\n",
    "ts,prompt_len,output_len\n1700000000000,3,4\n1700000001000,5,6\n",
    "time\tisl\tosl\n2024-01-01T00:00:00\t3\t4\n2024-01-01T00:00:01Z\t5\t6\n",
    "arrival_s,prompt_tokens,output_tokens,session,priority\n0,100,5,a,0\n0.5,200,9,,1\n1,300,9,a,2\n",
  ]
  private static let aiperf = [
    #"""
    {"metadata": {"session_num": 1, "x_correlation_id": "u", "request_start_ns": 1759813207632900363}, \#
    "metrics": {"input_sequence_length": {"value": 550, "unit": "tokens"}, \#
    "inter_chunk_latency": {"value": [4.8, 5.3]}, \#
    "output_sequence_length": {"value": 9, "unit": "tokens"}}, "error": null}
    {"metadata": {"session_num": 0, "request_start_ns": 1759813207532900363}, \#
    "metrics": {"input_sequence_length": {"value": 70}, "output_sequence_length": {"value": 3}}, "error": null}

    """#
  ]
  private static let vllm = [
    #"""
    {"date": "x", "input_lens": [5, 6, 7], "output_lens": [2, 3, 4], "ttfts": [0.1], "itls": [[0.1], []], \#
    "start_times": [101.5, 101.25, 102.0], "errors": ["", "", ""]}

    """#
  ]
  private static let text = [
    #"""
    {"prompt": "Twelve\nbytes", "output_tokens": 3}
    {"prompt": "\u00e9\ud83d\ude00", "output_tokens": 30}

    """#,
    #"""
    {"text": "Why?", "output_tokens": 3, "timestamp": 0}
    {"text": "Because", "timestamp": 20}

    """#,
  ]
  private static let conversations = [
    #"""
    [{"id": 1, "conversations": [{"from": "human", "value": "0123456789abcdef"}, {"value": "0123456789abcdefgh"}]},
     {"conversations": [{"value": "too"}, {"value": "short"}]},
     {"conversations": []}]

    """#
  ]
  private static let inputs = [
    #"""
    {
      "data": [
        {"session_id": "a", "payloads": [
          {"messages": [{"role": "user", "content": "Hello"}], "model": "m", "max_tokens": 30},
          {"messages": [{"role": "assistant", "content": [{"type": "text", "text": "Hi there!"}]}],
            "max_completion_tokens": 9}]},
        {"session_id": "b", "payloads": [{"prompt": "Why?", "max_tokens": 4}]}
      ]
    }

    """#,
    #"{"data": [{"session_id": "a", "payloads": [{"prompt": "Twelve bytes", "max_tokens": 7}]}]}"# + "\n",
  ]
  /// The two files of a client behind each other.
  private static let servegen = [
    #"""
    0,0.085,6.69,Gamma,0.022,73.0
    600,0,1,,,
    1200,2.5,1.1,Weibull,0.9,1.2
    @@
    {"0": {"input_tokens": "{100: 0.5, 2000: 0.5}", "output_tokens": "{10: 0.25, 300: 0.75}"}, \#
    "600": {"input_tokens": "{}", "output_tokens": "{}"}}

    """#
  ]
  private static let estimates = [
    """
    id,quantity,unit,period,low,mid,high,source,notes,asOf
    A1,Ascend 910C dies,k,2025,600,805,900,x,,2025-09-08
    A2,same,k,2026,1000,1600,1800,x,plan,
    A3,H20 sold,units,2025Q1,,500000,,y,,2025-04

    """
  ]

  /// An argument a line.
  private static let commands = lines.map { $0.split(separator: "|").joined(separator: "\n") }
  private static let lines = [
    "simulate|llama-3.1-70b-hgx-h100|--request-rate|5|--num-prompts|50|--goodput|ttft:500|tpot:50|--json|out.json",
    "simulate|--model|Llama-3.1-8B|--system|HGX H100|--engine|sglang|-tp|2|--max-num-seqs|64|--num-prompts|20",
    "simulate|--model|meta-llama/Llama-3.1-8B-Instruct|--system|HGX H100|--dataset-name|random|--random-input-len|1024"
      + "|--random-range-ratio|0.5|--random-prefix-len|64|--num-warmups|5|--num-prompts|20|--explain",
    "simulate|deepseek-r1-h20|--num-prompts|30|--set|pools[0].dataParallel=8|--requests|out.csv|--report|out.html",
    "simulate|--model|DeepSeek-R1|--system|HGX H200|--quantization|fp8|--kv-cache-dtype|fp8|--speculative-config"
      + "|{\"method\": \"mtp\", \"num_speculative_tokens\": 2}|--num-prompts|20|--max-model-len|5000",
    "simulate|--model|DeepSeek-R1|--system|HGX H200|--engine|sglang|--tp-size|8|--dp-size|4|--enable-dp-attention"
      + "|--chunked-prefill-size|8k|--max-running-requests|64|--served-model-name|x|--num-prompts|20",
    "simulate|llama-3.1-70b-hgx-h100|--trace|azure-2023-code|--num-prompts|40|--rate-scale|3|--format|json",
    "init|--model|Llama-3.1-8B|--system|HGX H100|--request-rate|5|--output|mine.yaml", "init|deepseek-r1-h20",
    "supply|--draws|4|--without|h20-ban|--set|chip.life_years=3 to 5|--as-of|2025-09-30|--json|out.json",
    "supply|revocation|--draws|4|--school|capacity=nikkei|--format|csv",
    "supply|--why|hbm.cxmt.stacks@2026", "catalog|show|Ascend 910C", "catalog|list|chips", "catalog|lint",
    "trace|inspect|azure-2023-conv|--request-rate|5|--format|json",
    "trace|scale|azure-2023-code|--rate|2|--from|10|--duration|20|--requests|40|--output|out.csv",
    "schema|engine", "validate|--kind|network|--format|markdown|--json|out.json",
  ]
}
