import Simulation

extension RequestRecord {
  /// Times in seconds since the start of the trace, lengths in tokens; `first_token_s` and later are empty where not
  /// reached.
  public static let csvHeader =
    "request,outcome,prompt_tokens,output_tokens,cached_tokens,arrival_s,scheduled_s,first_token_s,assigned_s,"
    + "transferred_s,finished_s,ttft_s,tpot_s,e2e_s,prefill_instance,decode_instance,decode_rank"

  public var csvLine: String {
    func seconds(_ instant: Instant) -> String { isCompleted && instant < .never ? "\(instant.sinceStart.value)" : "" }
    let toFirst = isCompleted ? (firstToken - arrival).seconds.value : nil
    let whole = isCompleted ? (finished - arrival).seconds.value : nil
    let perToken =
      outputTokens > 1 && isCompleted ? (finished - firstToken).seconds.value / Double(outputTokens - 1) : nil
    func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    let fields = [
      "\(number)", isCompleted ? "completed" : outcome.label, "\(promptTokens)", "\(outputTokens)", "\(cachedTokens)",
      "\(arrival.sinceStart.value)", seconds(scheduled), seconds(firstToken), seconds(assigned), seconds(transferred),
      seconds(finished), text(toFirst), text(perToken), text(whole), "\(prefillInstance)",
      decodeInstance < 0 ? "" : "\(decodeInstance)", rank < 0 ? "" : "\(rank)",
    ]
    return fields.joined(separator: ",")
  }
}
