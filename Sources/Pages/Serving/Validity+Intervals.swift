import Hardware
import Reports
import Serving
import Units

extension Validity {
  /// What the answer was held against, and where nine of ten such runs lie.
  public var sentences: [String] { [sentence] + [intervalSentence, transferSentence].compactMap { $0 } }

  /// `Kernels of X were not measured: its efficiencies are those of nine NVIDIA chips. Where chips were left out, nine
  /// of ten products took 0.68 to 1.7 times as long as predicted, …`
  public var transferSentence: String? {
    guard let transfer else { return nil }
    func words(_ band: EfficiencyTransfer.Band) -> String {
      "\(Text.significant(band.low, digits: 2)) to \(Text.significant(band.high, digits: 2))"
    }
    let experts = group.dense ? "" : ", of experts \(words(transfer.experts))"
    let steps = [("a decode step", transfer.decodeStep), ("a step of prompts", transfer.prefillStep)].compactMap {
      name, band in band.map { "\(name) of this run may take \(words($0)) times" }
    }
    let end = steps.isEmpty ? "" : ": \(steps.joined(separator: ", ")); the interval holds it"
    return
      "Kernels of \(group.chip) were not measured: its efficiencies are those of \(transfer.from). Where chips were "
      + "left out, nine of ten products took \(words(transfer.products)) times as long as predicted\(experts), of "
      + "attention \(words(transfer.attention))\(end)."
  }

  /// `TPOT 18.4 ms: nine of ten such runs lie within 14 to 23 ms; TTFT 187 ms: 120 to 320 ms (means).`
  public var intervalSentence: String? {
    guard let intervals else { return nil }
    let parts = [("TPOT", intervals.timePerOutputToken), ("TTFT", intervals.timeToFirstToken)].compactMap {
      name, interval in interval.map { (name: name, interval: $0) }
    }
    guard let first = parts.first else { return nil }
    let beginning = "\(first.name) \(first.interval.predicted.text): nine of ten \(intervals.what) lie within "
    let rest = parts.dropFirst().map { "; \($0.name) \($0.interval.predicted.text): \($0.interval.words)" }
    let short = parts.filter { $0.interval.predicted < $0.interval.low }.map(\.name)
    let long = parts.filter { $0.interval.predicted > $0.interval.high }.map(\.name)
    let slower = short.isEmpty ? "" : " Such runs had a longer \(short.joined(separator: " and ")) than is predicted."
    let faster = long.isEmpty ? "" : " Such runs had a shorter \(long.joined(separator: " and ")) than is predicted."
    return
      "\(beginning)\(first.interval.words)\(rest.joined()) (means)\(intervals.ending(of: grade)).\(slower)\(faster)"
  }
}

extension Validity.Intervals {
  fileprivate var what: String {
    switch basis {
    case .model, .group: isLowerBound ? "of the nearest runs" : isFitted ? "such runs, fitted ones," : "such runs"
    case .engine: "runs of \(name ?? "this engine") on \(Text.counted(chips, "kind")) of chip"
    case .all: "of all measured runs on \(Text.counted(chips, "kind")) of chip"
    }
  }

  fileprivate func ending(of grade: Validity.Grade) -> String {
    switch (basis, grade) {
    case (.model, .outsideRange), (.group, .outsideRange): return "; the doubt is at least this"
    case (.engine, .validated), (.all, .validated), (.engine, .inaccurate), (.all, .inaccurate):
      return ", a spread over chips, for too few such runs were measured"
    case (.engine, _), (.all, _): return ", a spread over chips; the doubt is at least this"
    default: return ""
    }
  }
}

extension Validity.Interval {
  /// `14 to 23 ms`: two digits, three where the ends are near each other.
  fileprivate var words: String {
    let isShort = high < .seconds(1)
    let scale = isShort ? 1e3 : 1
    let digits = high.value < low.value * 1.2 ? 3 : 2
    func number(_ time: Seconds) -> String {
      let value = time.value * scale
      // A whole number has all its digits.
      return value >= 100 ? Text.grouped(Int(Self.rounded(value, digits))) : Text.significant(value, digits: digits)
    }
    return "\(number(low)) to \(number(high)) \(isShort ? "ms" : "s")"
  }

  private static func rounded(_ value: Double, _ digits: Int) -> Double {
    var step = 1.0
    while value / step >= (digits == 2 ? 100 : 1000) { step *= 10 }
    return (value / step).rounded() * step
  }
}
