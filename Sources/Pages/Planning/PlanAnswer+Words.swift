import Costs
import Planning
import Reports
import Serving
import Units

extension [PlanAnswer.Plan] {
  var hasSeveralSystems: Bool { Set(map(\.candidate.system)).count > 1 }
}

extension PlanAnswer.Plan {
  /// What it gives, in a few words.
  var yield: String {
    let value = simulated?.outputTokensPerChip ?? candidate.outputTokensPerChip
    return "\(Measure(value, .count)) output tokens/s a chip"
  }
}

extension PlanSimulation {
  /// What came of the simulation.
  func sentence(_ candidate: PlanCandidate, _ request: PlanRequest) -> String {
    let tokens = "\(Measure(outputTokensPerChip, .count)) output tokens/s a chip"
    let times =
      "TTFT p50 \(Measure(report.timeToFirstToken.p50.value, .duration)), p99 "
      + "\(Measure(report.timeToFirstToken.p99.value, .duration)); TPOT p50 "
      + "\(Measure(report.timePerOutputToken.p50.value, .duration)), p99 "
      + "\(Measure(report.timePerOutputToken.p99.value, .duration))"
    let kept =
      request.objectives.isEmpty ? "" : ", \(Measure(share, .percent)) of the requests within every objective"
    let part = slices > 1 ? " (one of \(slices) equal parts was simulated)" : ""
    return "Simulated: \(Measure(servedRate, .count)) requests/s served of \(Measure(requestRate, .count)) that came, "
      + "\(tokens)\(kept)\(part) (\(times))."
  }
}

extension PlanCandidate {
  /// `vLLM, 4 × TP8` or `SGLang, 2 × prefill TP4 + 1 × decode DP16 EP16`.
  public var words: String {
    let parts = pools.map { pool in
      let role = pool.role == .colocated ? "" : "\(pool.role.rawValue) "
      let place = division == .mixed ? " on \(pool.system)" : ""
      return "\(pool.instances) × \(role)\(pool.plan.words)\(pool.settings.words)\(place)"
    }
    let format = formats == PlanRequest.FormatChoice.ofFiles.name ? "" : ", \(formats)"
    return "\(engine)\(format), \(parts.joined(separator: " + "))"
  }

  func group(severalSystems: Bool) -> String {
    let format = formats == PlanRequest.FormatChoice.ofFiles.name ? "" : " \(formats)"
    return (severalSystems ? "\(system), " : "") + engine + format
  }
}

extension PlanSettings {
  /// What is not the engine's own: ` chunk 2,048, 2 drafts`.
  fileprivate var words: String {
    var parts: [String] = []
    if let chunkTokens { parts.append("chunk \(Text.grouped(chunkTokens))") }
    if draftTokens > 0 { parts.append(Text.counted(draftTokens, "draft")) }
    if let memoryShare { parts.append("memory \(Measure(memoryShare, .percent))") }
    return parts.isEmpty ? "" : " " + parts.joined(separator: ", ")
  }
}

extension ParallelPlan {
  /// `TP8`, `TP2 PP2`, `TP1 DP32 EP32`.
  public var words: String {
    var parts = ["TP\(tensor)"]
    if pipeline > 1 { parts.append("PP\(pipeline)") }
    if data > 1 { parts.append("DP\(data)") }
    if expert > 1 { parts.append("EP\(expert)") }
    if expert > 1, expertTensor > 1 { parts.append("MoE-TP\(expertTensor)") }
    return parts.joined(separator: " ")
  }
}

extension PlanRefusal {
  var words: String {
    let role = role == .colocated ? "" : "\(role.rawValue) "
    return "\(engine), \(role)\(plan.words)"
  }

  var told: String {
    guard let missed else { return problem }
    let batch = batch.map { ", with \(Text.counted($0, role == .prefill ? "prompt" : "request")) on a rank" } ?? ""
    return "\(missed.words)\(batch)"
  }
}

extension PlanMiss {
  /// `TTFT within 412 ms where 300 ms is asked (37% too long)`.
  var words: String {
    "\(objective.words) within \(Measure(time.value, .duration)) where \(Measure(limit.value, .duration)) is asked "
      + "(\(Text.significant(share * 100, digits: 2))% too long)"
  }
}

extension PlanObjective {
  var words: String {
    switch self {
    case .timeToFirstToken: "TTFT"
    case .timePerOutputToken: "TPOT"
    case .endToEnd: "end to end"
    }
  }
}

extension PlanRemedy {
  var words: String { parts.map(\.words).joined(separator: " with ") }
}

extension PlanRemedy.Part {
  /// `24 chips of HGX H100 in place of 8`.
  var words: String {
    switch change {
    case .chips:
      "\(Text.counted(Int(needed), "chip")) of \(system ?? "the system") in place of \(Text.grouped(Int(asked)))"
    case .requestRate: "\(Measure(needed, .count)) requests/s in place of \(Measure(asked, .count))"
    case .objective(let objective):
      "\(objective.words) within \(Measure(needed, .duration)) in place of \(Measure(asked, .duration))"
    }
  }
}

extension PlanAnswer {
  /// What would do, one thing at a time; nil where nothing was found.
  var remedySentence: String? {
    guard let first = remedies.first else { return nil }
    let each = remedies.map { remedy in
      remedy.words + (remedy.candidate.map { " (\($0.words))" } ?? "")
    }
    let basis = first.basis == .simulated ? "in the simulation" : "by estimates"
    return "What would do, \(remedies.count > 1 ? "each by itself, " : "")\(basis): "
      + each.joined(separator: "; ") + "."
  }

  /// Why the plan that is named does not do, where its simulation says so.
  var shortfallSentence: String? {
    guard let run = best?.simulated, !run.meets else { return nil }
    guard let missed = run.missed, missed.share > 0 else {
      return request.objectives.isEmpty || run.share >= request.objectives.share
        ? "It does not keep up: requests come faster than they leave, and wait ever longer."
        : "It misses its objectives: \(Measure(run.share, .percent)) of the requests keep all of them, "
          + "\(Measure(request.objectives.share, .percent)) must."
    }
    return "It misses its objectives: \(Measure(request.objectives.share, .percent)) of the requests have "
      + "\(missed.words)."
  }
}

extension PlanRefusal.Reason {
  var words: String {
    switch self {
    case .memory: "does not fit in memory"
    case .divisibility: "heads, experts or layers do not divide"
    case .fabric: "nothing carries what its dies exchange"
    case .engine: "the engine has no such mode"
    case .objective: "misses an objective at every batch"
    case .chips: "more chips than there are"
    }
  }
}
