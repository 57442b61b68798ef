import Reports
import Serving
import Units

/// How far an answer was held against measurements, in words.
extension Validity {
  /// `validated: TPOT ±8%`, `outside what was validated`, `never compared with measurements`.
  public var badge: Document.Badge {
    switch grade {
    case .validated: Document.Badge("validated\(nearest?.shortError.map { ": \($0)" } ?? "")", tone: .good)
    case .inaccurate:
      Document.Badge("measured, and predicted badly\(nearest?.shortError.map { ": \($0)" } ?? "")", tone: .bad)
    case .fitted:
      Document.Badge("fitted to such runs\(nearest?.shortError.map { ": \($0)" } ?? "")", tone: .caution)
    case .outsideRange: Document.Badge("outside the validated range", tone: .caution)
    case .neverCompared: Document.Badge("never compared with measurements", tone: .bad)
    }
  }

  /// What the answer was held against, and where it leaves it.
  public var sentence: String {
    switch grade {
    case .validated:
      return "Validity: validated. \(nearest?.sentence(of: "It lies within") ?? "")"
    case .inaccurate:
      return "Validity: such runs were measured, and predicted badly. "
        + (nearest?.sentence(of: "It lies within") ?? "")
    case .fitted:
      return "Validity: constants were fitted to all such runs of this model, so nothing has tested it. "
        + (nearest?.sentence(of: "It lies within") ?? "")
    case .outsideRange:
      let axes = outside.map(\.words).joined(separator: "; ")
      return "Validity: outside the validated range: \(axes). \(nearest?.sentence(of: "Nearest") ?? "")"
    case .neverCompared:
      let near = nearest.map { " \($0.sentence(of: "Nearest"))" } ?? ""
      if nearest?.group == group {
        return "Validity: never compared: an entry of your own stands where measurements were compared with the "
          + "built-in one.\(near)"
      }
      return "Validity: never compared. No published measurement of \(group.words) was compared with this model, so "
        + "nothing has tested these times.\(near)"
    }
  }
}

extension Validity.Nearest {
  fileprivate var shortError: String? {
    let errors = [
      timePerOutputToken.map { "TPOT \(percent($0))" }, timeToFirstToken.map { "TTFT \(percent($0))" },
      timePerOutputToken == nil ? prefillThroughput.map { "prefill throughput \(percent($0))" } : nil,
    ].compactMap { $0 }
    return errors.isEmpty ? nil : "median error \(errors.joined(separator: ", "))"
  }

  /// `It lies within 75 runs of vLLM on NVIDIA H100 with dense models (24 of them of this model: median error of …).`
  fileprivate func sentence(of beginning: String) -> String {
    let errors = [
      timePerOutputToken.map { "TPOT \(percent($0))" }, timeToFirstToken.map { "TTFT \(percent($0))" },
      prefillThroughput.map { "prefill throughput \(percent($0))" },
    ].compactMap { $0 }
    let verb = beginning == "Nearest" ? runs == 1 ? " is" : " are" : ""
    let all = "\(beginning)\(verb) \(Text.counted(runs, "published measurement")) of \(group.words)"
    let own =
      if let model, let modelRuns, isFitted == true {
        "; and \(Text.counted(modelRuns, "other")) of \(model) itself, which constants were fitted to"
      } else if let model, let modelRuns {
        modelRuns == runs ? ", all of \(model)" : ", \(modelRuns) of them of \(model)"
      } else {
        ", none of them of this model"
      }
    return "\(all)\(own): median error \(errors.joined(separator: ", "))."
  }

  private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }
}

extension ComparedRuns.Group {
  fileprivate var words: String {
    "\(engine) on \(chip) with \(dense ? "dense models" : "mixtures of experts")"
      + (apart ? ", prefill and decode apart" : "")
  }
}

extension Validity.Axis {
  /// `13,379 tokens of context (compared: 1,024 to 4,352; 3.1 times the most)`.
  fileprivate var words: String {
    if let word, let compared {
      let known = compared.joined(separator: ", ")
      return switch name {
      case .weights: "weights in \(word) (compared: \(known))"
      case .cache: "keys and values in \(word) (compared: \(known))"
      case .leftOut: "not modelled: \(word.hasSuffix(".") ? String(word.dropLast()) : word)"
      case .queue: "\(word) (compared: a number kept in flight)"
      case .system: "on \(word) (compared: \(known))"
      default: "\(word) (compared: \(known))"
      }
    }
    guard let value, let low, let high else { return name.rawValue }
    if name == .cachedPromptShare {
      return "\(Measure(value, .percent)) of the prompts from the cache (compared: none)"
    }
    let range = low == high ? "\(number(low)) alone" : "\(number(low)) to \(number(high))"
    return "\(number(value)) \(what) (compared: \(range)\(distance))"
  }

  private var distance: String {
    guard let value, let high, factor.isFinite, factor >= 1.05 else { return "" }
    let times = Measure(Text.significant(factor, digits: 2)).trimmed
    return value > high ? "; \(times) times the most" : "; the least is \(times) times as much"
  }

  private func number(_ value: Double) -> String {
    switch name {
    case .activeParameters: "\(Text.count(value))"
    case .requestsPerChip where value < 10: "\(Measure(Text.significant(value, digits: 2)).trimmed)"
    default: Text.grouped(Int(value.rounded()))
    }
  }

  private var what: String {
    switch name {
    case .activeParameters: "active parameters"
    case .chips: value == 1 ? "chip in an instance" : "chips in an instance"
    case .stages: "pipeline stages"
    case .promptTokens: "tokens of prompt"
    case .contextTokens: "tokens of context"
    case .requestsPerChip: "requests in flight per chip"
    case .draftTokens: "draft tokens"
    case .system, .queue, .attention, .weights, .cache, .leftOut, .cachedPromptShare: name.rawValue
    }
  }
}

extension Validity.Grade {
  /// As tables have it.
  var words: String {
    switch self {
    case .validated: "validated"
    case .inaccurate: "measured, and predicted badly"
    case .fitted: "constants were fitted to such runs"
    case .outsideRange: "outside the validated range"
    case .neverCompared: "never compared with measurements"
    }
  }
}
