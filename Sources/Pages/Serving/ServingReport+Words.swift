import Hardware
import Reports
import Serving
import Units

/// The one place where enumerations and figures of a result become sentences.
extension ServingReport {
  public var noteSentences: [String] { notes.map(\.sentence) }

  /// That the chip cannot be bought, or that the engine was calibrated on results of one's own: never folded away.
  var unsoldSentences: [String] {
    notes.compactMap { note in
      switch note {
      case .unsold, .calibrated: note.sentence
      default: nil
      }
    }
  }
}

extension ServingReport.Balance {
  /// Which side limits the deployment, with the figures that say so; advice where an objective is missed.
  public func sentence(_ pools: [ServingReport.Pool], isMissed: Bool, isQueueing: Bool = false) -> String {
    func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }
    let most = Int(mostRequestsPerRank.rounded())
    guard let decode = pools.last, decode.role == .decode else {
      let limit = pools.last.map { " (\($0.batchLimit.words))" } ?? ""
      let figures =
        "it steps \(percent(busy)) of the time, and its mean batch is \(Int(requestsPerRank.rounded())) of at most "
        + "\(Text.counted(most, "request")) per rank\(limit)"
      switch verdict {
      case .overloaded: return "\(overloaded ?? "The deployment is overloaded.") Here \(figures)."
      case .full: return "The deployment is full: \(figures)."
      case .idle: return "The deployment has room to spare: \(figures)."
      default: return (isQueueing ? "Of the whole run: " : "The deployment keeps up: ") + "\(figures)."
      }
    }
    let figures =
      "prefill computes \(percent(busy)) of the time and decode fills \(percent(filled)) of its \(most) requests per "
      + "rank"
    switch verdict {
    case .idle: return "Both sides have room to spare: \(figures)."
    case .overloaded: return "\(overloaded ?? "The deployment is overloaded.") Here \(figures)."
    case .prefillBound where isMissed:
      return "Prefill limits this deployment: \(figures); move chips from decode to prefill."
    case .decodeBound where isMissed:
      return "Decode limits this deployment: \(figures); move chips from prefill to decode."
    case .prefillBound: return "The deployment keeps up, prefill being its busier side: \(figures)."
    case .decodeBound: return "The deployment keeps up, decode being its busier side: \(figures)."
    case .balanced, .full: return "Prefill and decode are in balance: \(figures)."
    }
  }
}

extension ServingReport.Balance {
  /// That more comes than is served, with the rate that is.
  fileprivate var overloaded: String? {
    overload.map {
      "More comes than is served: \(Int($0.waitingBefore.rounded())) requests wait in the second quarter of the "
        + "arrivals and \(Int($0.waitingAfter.rounded())) in the last"
        + ($0.completed > 0
          ? "; of \(Measure($0.offered, .count)) requests a second \(Measure($0.completed, .count)) are completed, "
            + "about what can be sustained."
          : "; none is completed while they come: a longer run tells what can be sustained.")
    }
  }
}

extension ServingReport.BatchLimit {
  var words: String {
    switch self {
    case .requests(let requests): "\(Text.counted(requests, "request")) in flight per rank"
    case .memory(let requests, let tokens):
      "memory: \(Text.counted(requests, "request")) of \(Text.grouped(tokens)) tokens per rank"
    case .objective(let requests):
      "the objective for time per output token: \(Text.counted(requests, "request")) per rank"
    case .stepTokens(let tokens): "\(Text.grouped(tokens)) new tokens a step"
    }
  }
}

extension ServingNote {
  public var sentence: String {
    switch self {
    case .measured(let from, let until, let requests):
      return "Latencies, rates and goodput are those of \(Text.grouped(requests)) requests from "
        + "\(Text.duration(from.value)) to \(Text.duration(until.value)) after the first arrival; all else is of the "
        + "whole run."
    case .conversations: return "Turns of a conversation wait for the answer before them."
    case .spreadArrivals: return "Arrivals that share one tick of the trace's clock were spread over it."
    case .rateScaled(let factor): return "Arrivals come \(factor) times as fast as in the trace."
    case .loaded(let rate): return rate.sentence
    case .skippedLines(let count, let place, let fault):
      let lines = count == 1 ? "One damaged line was" : "\(count) damaged lines were"
      return "\(lines) skipped; the first is \(place): \(fault)."
    case .unmodelled(let sentence): return sentence
    case .cacheBelowModel(let tokens, let length):
      return
        "A rank's cache holds \(Text.grouped(tokens)) tokens, fewer than the model's \(Text.grouped(length)): vLLM "
        + "would not start; give --max-model-len, or more memory."
    case .lengthBeyondModel(let length, let positions, let scheduler):
      return "--max-model-len \(Text.grouped(length)) is more than the model's \(Text.grouped(positions)) positions: "
        + (scheduler?.refusalOfLength ?? "it was not trained for them.")
    case .blockSize(let tokens, let scheduler):
      let taken =
        scheduler == .tensorRT ? "TensorRT-LLM takes powers of two" : "vLLM takes 1, 8, 16, 32, 64, 128 or 256"
      return "Blocks of \(Text.counted(tokens, "token")): \(taken), and would not start."
    case .otherFormat(let asked, let files):
      return "--quantization \(asked) on files that are quantised by \(files): vLLM and SGLang would not start; here "
        + "all weights are taken as asked for."
    case .unreadFormat(let sentence):
      return "\(sentence) Until then all weights count as 16 bits, so that memory, times and costs are too high; "
        + "--quantization or precision says more."
    case .widened(let chip):
      return "The \(chip) has no products in the weights' format: they are taken to be widened as they are read, which "
        + "needs kernels that do so (vLLM has some for NVIDIA's chips; none are known for Ascend)."
    case .otherMaker(let engine, let chip, let makers):
      return "\(engine) runs on chips of \(makers.joined(separator: " and ")) alone, not on the \(chip): take another "
        + "engine (--engine); the figures say what it would do if it ran."
    case .drafts(let drafts, let tokens):
      return "\(Text.counted(drafts, "draft")) a step, of which \(Measure(tokens - 1, .count)) "
        + "\(tokens - 1 == 1 ? "is" : "are") accepted: an input (speculation.acceptance), on which the time per output "
        + "token rests."
    case .assumedDrafts(let drafts, let tokens, let chance, let low, let high):
      return "\(Text.counted(drafts, "draft")) a step, of which \(Measure(tokens - 1, .count)) are accepted: the "
        + "chance of each, \(chance), is assumed, and the interval of TPOT covers \(low) to \(high). Say it with "
        + "speculation.acceptance (--speculative-acceptance)."
    case .leftOut(let options):
      return "Not modelled, and left out: \(options.joined(separator: ", "))."
    case .calibrated(let results): return results.sentence
    case .unsold(let chip, .rumour):
      return "The \(chip) is a rumour: no maker has published it, and what follows rests on guesses."
    case .unsold(let chip, _):
      return "The \(chip) is announced, not sold: its figures are its maker's plan, and nothing was measured on it."
    }
  }
}

extension Engine.Scheduler {
  /// What the engine does where a request may be longer than the model's positions.
  fileprivate var refusalOfLength: String? {
    switch self {
    case .vLLM, .ascend: "vLLM would not start without VLLM_ALLOW_LONG_MAX_MODEL_LEN=1."
    case .sgLang: "SGLang would not start without SGLANG_ALLOW_OVERWRITE_LONGER_CONTEXT_LEN=1."
    case .tensorRT, .mindIE: nil
    }
  }
}

extension ServingNote.LoadedRate {
  fileprivate var sentence: String {
    func text(_ rate: Double) -> String { "\((rate * 10).rounded() / 10)" }
    let own = "The trace's own \(text(self.own)) requests/s were scaled by \(factor) so that "
    let percent = "\(Int((load * 100).rounded()))%"
    if isShared {
      return own + "the deployment is loaded to \(percent): the estimate is \(text(decodeCapacity)) requests/s."
    }
    let busier = prefillCapacity < decodeCapacity ? "prefill" : "decode"
    return own + "\(busier), the busier side, is loaded to \(percent): the estimate is \(text(prefillCapacity)) "
      + "requests/s for prefill and \(text(decodeCapacity)) for decode."
  }
}
