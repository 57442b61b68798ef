/// The formats of request traces that are read.
public enum TraceFormat: String, Sendable, CaseIterable, Codable {
  /// JSON lines with `timestamp` (ms), `input_length`, `output_length`, `hash_ids`; AIPerf's `mooncake_trace` too.
  case mooncake
  /// JSON lines of the same keys with `chat_id` and `parent_chat_id`: seconds, blocks of 16 tokens.
  case bailian
  /// CSV with `TIMESTAMP`, `ContextTokens`, `GeneratedTokens`.
  case azure
  /// CSV with `Timestamp` (s), `Request tokens`, `Response tokens`, and perhaps `Session ID` and `Elapsed time`.
  case burstgpt
  /// CSV with `arrived_at` (s), `num_prefill_tokens`, `num_decode_tokens`.
  case vidur
  /// CSV with `arrival_timestamp` (s), `prompt_size`, `token_size`.
  case splitwise
  /// CSV of `simulate --requests`.
  case supernode
  /// Any other CSV with a header.
  case csv
  /// `profile_export.jsonl` of AIPerf: what a benchmark sent.
  case aiperf
  /// The JSON of `vllm bench serve --save-result --save-detailed`.
  case vllm
  /// JSON lines with a `prompt` or `text` in words, as vLLM's custom data set and AIPerf's single turns.
  case text
  /// A JSON list of conversations in words.
  case sharegpt
  /// AIPerf's `inputs.json`: the payloads of each session.
  case inputs
  /// A folder of clients from which requests are drawn.
  case servegen

  /// Such as a sentence calls it.
  public var title: String {
    switch self {
    case .mooncake: "Mooncake JSON lines"
    case .bailian: "Qwen-Bailian JSON lines"
    case .azure: "Azure LLM CSV"
    case .burstgpt: "BurstGPT CSV"
    case .vidur: "Vidur CSV"
    case .splitwise: "Splitwise CSV"
    case .supernode: "requests of simulate"
    case .csv: "CSV with named columns"
    case .aiperf: "AIPerf records"
    case .vllm: "result of vllm bench serve"
    case .text: "JSON lines of prompts"
    case .sharegpt: "ShareGPT conversations"
    case .inputs: "AIPerf inputs"
    case .servegen: "ServeGen clients"
    }
  }
}
