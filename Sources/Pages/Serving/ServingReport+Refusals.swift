import Reports
import Serving
import Units

extension ServingReport {
  /// Whether any request was served; else there is nothing to say of times, prices and energy.
  var hasServed: Bool { requests.completed > 0 }

  /// One sentence for each kind of refusal, what it lacked and what would help.
  var refusalSentences: [String] {
    refusals.map { refusal in
      let all = refusal.requests == requests.offered
      let count = Text.grouped(refusal.requests)
      let who =
        all
        ? (refusal.requests == 1 ? "The only request was refused" : "All \(count) requests were refused")
        : "\(count) of \(Text.grouped(requests.offered)) requests \(refusal.requests == 1 ? "was" : "were") refused"
      return "\(who): \(refusal.why)"
    }
  }
}

extension ServingReport.Refusal {
  /// The longest of these requests.
  private var example: String {
    "a request of \(Text.grouped(promptTokens)) prompt and \(Text.grouped(outputTokens)) output tokens"
  }

  private var limitWords: String { limit.map { " of \(Text.grouped($0))" } ?? "" }

  fileprivate var why: String {
    switch lack {
    case .queue:
      return "too many waited at an instance of the pool '\(pool)'. A longer queueLimit or more instances would help."
    case .stepTokens:
      return "a prompt of \(Text.grouped(promptTokens)) tokens is longer than a step of the pool '\(pool)', whose "
        + "engine does not cut prompts. A larger scheduling.maxBatchedTokens or scheduling.chunked would help."
    case .modelLength:
      return "\(example) is longer than the model's context\(limitWords). A larger maxModelLength (--max-model-len) "
        + "would let it in, where the model is known to go so far."
    case .askedLength:
      return "\(example) is longer than the maxModelLength (--max-model-len) that was asked for\(limitWords). A larger "
        + "one would let it in."
    case .memory:
      let what =
        reason == .contextTooLong
        ? example
        : "a prompt of \(Text.grouped(promptTokens)) tokens"
      let needed = Text.bytes(self.needed?.value ?? 0)
      let available = Text.bytes(self.available?.value ?? 0)
      return "\(what) needs \(needed) for its keys and values, and the pool '\(pool)' has \(available) for one rank. "
        + "More chips with tensor parallelism, weights of fewer bits, or keys and values in FP8 would help."
    }
  }
}
