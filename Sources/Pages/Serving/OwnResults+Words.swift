import Hardware
import Reports

extension Engine.OwnResults {
  /// `The constants of the engine were calibrated on 3 results of your own (a.json, …): each left out in turn, TPOT …`.
  var sentence: String {
    let names = results.prefix(4).joined(separator: ", ") + (results.count > 4 ? ", …" : "")
    let errors = [("TPOT", timePerOutputToken), ("TTFT", timeToFirstToken)].compactMap { name, error in
      error.map { "\(name) within \(shown($0))" }
    }
    let trust =
      errors.isEmpty ? "" : "; each left out in turn, half of them had \(errors.joined(separator: " and "))"
    return "Constants of \(engine) were calibrated on \(Text.counted(results.count, "result")) of your own "
      + "(\(names))\(trust). They were measured at \(loads); beyond that the correction was not tried."
  }

  private var loads: String {
    func span(_ ends: [Double]?, _ unit: String) -> String? {
      guard let low = ends?.first, let high = ends?.last else { return nil }
      return (low == high ? Text.round(low) : "\(Text.round(low)) to \(Text.round(high))") + " \(unit)"
    }
    return [
      span(concurrency, "requests at once"), span(requestRate, "requests/s"), span(promptTokens, "prompt tokens"),
      span(outputTokens, "output tokens"),
    ].compactMap { $0 }.joined(separator: ", ")
  }
}
