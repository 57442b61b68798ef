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
    reason == .objective && misses.isFinite
      ? "an objective is missed by \(Measure(max(0, misses), .percent)) at best" : problem
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
