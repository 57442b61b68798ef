import Costs
import Planning
import Reports
import Serving
import Units
import Validation

extension PlanAnswer {
  /// The plans, the frontier and what cannot serve.
  ///
  /// - Parameters:
  ///   - context: title, command line and sources of the page.
  ///   - launch: how the best plan is started, where that was asked for.
  ///   - measured: published runs of the same model, systems and lengths, laid over the frontier.
  public func document(
    _ context: ReportContext, launch: String? = nil, measured: [MeasuredPoint] = []
  ) -> Document {
    var sections: [Document.Section] = []
    if !plans.isEmpty {
      sections.append(Document.Section("Plans", [.table(planTable(shown: 5)), .notes(planNotes)]))
    }
    if let launch { sections.append(Document.Section("To start it", [.verbatim(title: "Commands", text: launch)])) }
    if !frontier.isEmpty { sections.append(Document.Section("Frontier", frontierBlocks(measured))) }
    if let sensitivity { sections.append(sensitivity.section) }
    sections.append(Document.Section("What cannot serve", refusalBlocks))
    if let text = best?.simulated?.scenario {
      sections.append(
        Document.Section("Scenario", [.verbatim(title: "The best plan, for supernode simulate", text: text)]))
    }
    return Document(
      title: context.title, subtitle: context.system, mark: best?.simulated?.report.validity.badge, badges: badges,
      lead: lead, headlines: headlines, sections: sections, sources: context.sources, footer: context.commandLine)
  }

  /// The same for a terminal.
  public func summary(
    _ context: ReportContext, launch: String? = nil, measured: [MeasuredPoint] = []
  ) -> Document {
    var document = document(context, launch: launch, measured: measured)
    document.sections = document.sections.filter { $0.title != "Scenario" }.map { section in
      section.title == "Frontier"
        ? Document.Section(section.title, [.charts([shortFrontier])] + measuredNotes(measured)) : section
    }
    document.sources = []
    document.footer = ""
    return document
  }

  // MARK: words

  private var badges: [Document.Badge] {
    guard let best else { return [Document.Badge("no plan", tone: .bad)] }
    guard let simulated = best.simulated else { return [Document.Badge("estimated", tone: .caution)] }
    return [
      simulated.meets
        ? Document.Badge(
          request.objectives.isEmpty ? "keeps up in simulation" : "keeps its objectives in simulation", tone: .good)
        : Document.Badge(
          request.objectives.isEmpty ? "falls behind in simulation" : "misses its objectives in simulation", tone: .bad)
    ]
  }

  private var lead: [String] {
    guard let best else { return [failure] + leftOut }
    let candidate = best.candidate
    var lines = [
      "\(candidate.words): \(Text.grouped(candidate.chips)) of \(Text.counted(candidate.budget, "chip")) "
        + "of \(candidate.system)\(candidate.division == .mixed ? " together" : "")."
    ]
    if let run = best.simulated {
      lines.append(run.sentence(candidate, request))
      lines += run.report.validity.sentences
    } else {
      lines.append(
        "Estimated, not simulated: \(Measure(candidate.requestsPerSecond, .count)) requests/s, "
          + "\(Measure(candidate.outputTokensPerChip, .count)) output tokens/s a chip, "
          + "TTFT \(Measure(candidate.timeToFirstToken.value, .duration)), "
          + "TPOT \(Measure(candidate.timePerOutputToken.value, .duration)).")
    }
    let tried = plans.filter { ($0.simulated == nil) == (best.simulated == nil) }
    if let rival = tried.first(where: {
      $0.candidate.engine != candidate.engine || $0.candidate.system != candidate.system
    }),
      rival.candidate.words != candidate.words
    {
      lines.append("Next best otherwise: \(rival.candidate.words) on \(rival.candidate.system), \(rival.yield).")
    }
    return lines + leftOut
  }

  /// Why there is no plan, and what is nearest to one.
  private var failure: String {
    guard let nearest = nearestMisses.first else {
      let why = refused.max { $0.count < $1.count }
      let reason = why.map { ": \($0.example.words), \($0.example.problem)" } ?? ""
      return "No deployment serves this\(reason)."
    }
    let what =
      nearest.reason == .objective
      ? "an objective is missed by \(Measure(max(0, nearest.misses), .percent)) at the batch that misses it least"
      : nearest.problem
    return "No deployment serves this. Nearest: \(nearest.words) on \(nearest.system): \(what)."
  }

  private var headlines: [Document.Headline] {
    guard let best else { return [] }
    let candidate = best.candidate
    let rate = best.simulated?.servedRate ?? candidate.requestsPerSecond
    let perChip = best.simulated?.outputTokensPerChip ?? candidate.outputTokensPerChip
    var list = [
      Document.Headline("Requests per second", Measure(rate, .count)),
      Document.Headline("Output tokens per second and chip", Measure(perChip, .count)),
      Document.Headline("Chips", Measure(Double(candidate.chips), .count)),
    ]
    if let power = best.simulated?.report.energy.meanPower ?? candidate.power {
      list.append(.init("Power", Measure(power.value * Double(best.simulated?.slices ?? 1), .watts)))
    }
    if let cost = best.simulated?.report.cost.perMillionOutputTokens ?? candidate.dollarsPerMillionTokens {
      list.append(.init("Per million output tokens", Measure(cost.value, .dollars)))
    }
    return list
  }

  // MARK: plans

  private func planTable(shown: Int) -> Table {
    let columns: [Table.Column] = [
      .number("#"), "Plan", .number("Chips"), .number("Batch"), .number("req/s estimated"), .number("simulated"),
      .number("TTFT p50"), .number("TPOT p50"), .number("tokens/s·chip"), .number("within"),
    ]
    return Table(
      "", columns: columns,
      rows: plans.prefix(shown).enumerated().map { index, plan in
        let candidate = plan.candidate
        let run = plan.simulated
        let first = run?.report.timeToFirstToken.p50 ?? candidate.timeToFirstToken
        let each = run?.report.timePerOutputToken.p50 ?? candidate.timePerOutputToken
        return [
          Table.Cell("\(index + 1)"),
          Table.Cell(candidate.words, note: plans.hasSeveralSystems ? candidate.system : ""),
          Table.Cell("\(candidate.chips)"),
          Table.Cell("\(candidate.pools[candidate.pools.count - 1].estimate.requestsPerRank)"),
          Table.Cell(Measure(candidate.requestsPerSecond, .count).description),
          Table.Cell(run.map { Measure($0.servedRate, .count).description } ?? ""),
          Table.Cell(Measure(first.value, .duration).description),
          Table.Cell(Measure(each.value, .duration).description),
          Table.Cell(Measure(run?.outputTokensPerChip ?? candidate.outputTokensPerChip, .count).description),
          Table.Cell(
            run.map { request.objectives.isEmpty ? "" : Measure($0.share, .percent).description } ?? "",
            tone: run.map { $0.meets ? .good : .bad } ?? .plain),
        ]
      })
  }

  private var layouts: Int { feasible + refused.reduce(0) { $0 + $1.count } }

  private var planNotes: [String] {
    var notes = [
      "Of \(Text.counted(estimates, "estimate")) of batches in \(Text.counted(layouts, "layout")), "
        + "\(Text.counted(feasible, "deployment")) keep\(feasible == 1 ? "s" : "") the objectives on average.",
      "Batch: requests that decode on a rank. Estimates are of steps at full batches and of mean requests; "
        + "simulations have requests that come by chance (Poisson).",
    ]
    let gaps = plans.compactMap { plan in plan.simulated.map { $0.servedRate / plan.candidate.requestsPerSecond - 1 } }
    if let least = gaps.min(), let most = gaps.max(), request.requestRate == nil {
      notes.append(
        "Simulated rates lie \(Text.signedPercent(least)) to \(Text.signedPercent(most)) from the estimates: requests "
          + "come by chance, and \(Measure(request.objectives.share, .percent)) of them must keep the objectives.")
    }
    return notes
  }

  // MARK: frontier

  private func frontierBlocks(_ measured: [MeasuredPoint]) -> [Document.Block] {
    let names = Dictionary(grouping: frontier) { $0.group(severalSystems: plans.hasSeveralSystems) }
    let series = names.keys.sorted().map { name in
      Chart.Lines.Series(
        name, (names[name] ?? []).map { Chart.Point($0.speedPerUser, $0.outputTokensPerChip) }.sorted { $0.x < $1.x })
    }
    let dots = Dictionary(grouping: measured) { "measured: \($0.engine), \($0.system)" }
    let published = dots.keys.sorted().map { name in
      Chart.Lines.Series(
        name, (dots[name] ?? []).map { Chart.Point($0.speedPerUser, $0.outputTokensPerChip) }, isDots: true)
    }
    let chart = Chart(
      "Tokens per chip against speed per user",
      caption: "Each point is a deployment at one batch, estimated; to the right a user is served faster.",
      .lines(
        .init(
          x: .init("Output tokens per second that a user sees"), y: .init("Output tokens per second and chip"),
          series: series + published)))
    return [.charts([chart])] + measuredNotes(measured) + [.folded(title: "Points", [.table(frontierTable)])]
  }

  /// The best of the published runs near three speeds, beside the frontier there.
  private func measuredNotes(_ measured: [MeasuredPoint]) -> [Document.Block] {
    guard !measured.isEmpty else { return [] }
    let all = PlanAnswer.frontier(of: frontier, grouped: false)
    let lines = [20.0, 50, 100].compactMap { speed -> String? in
      func best<T>(_ list: [T], _ each: (T) -> Double, _ yield: (T) -> Double) -> Double? {
        list.filter { abs(each($0) / speed - 1) <= 0.2 }.map(yield).max()
      }
      guard let run = best(measured, \.speedPerUser, \.outputTokensPerChip),
        let ours = best(all, \.speedPerUser, \.outputTokensPerChip)
      else { return nil }
      return "Near \(Text.significant(speed)) tokens/s a user the best of the published runs made "
        + "\(Measure(run, .count)) tokens/s a chip; the frontier has \(Measure(ours, .count))."
    }
    return [
      .notes(
        ["\(Text.counted(measured.count, "published run")) of this model, these systems and lengths (InferenceX)."]
          + lines)
    ]
  }

  /// Of all engines and formats together, thinned: bars of tokens per chip from the fastest for a user down.
  private var shortFrontier: Chart {
    let several = plans.hasSeveralSystems
    let all = PlanAnswer.frontier(of: frontier, grouped: false)
    let step = max(1, (all.count + Self.mostBars - 1) / Self.mostBars)
    let chosen = all.enumerated().filter { $0.offset % step == 0 || $0.offset == all.count - 1 }.map(\.element)
    return Chart(
      "Tokens per second that a user sees, and output tokens per second and chip",
      caption: "",
      .bars(
        .init(
          .init("tokens/s a chip"),
          chosen.map { point in
            .init(
              "\(Measure(point.speedPerUser, .count)) a user", point.outputTokensPerChip,
              note: (several ? "\(point.system), " : "") + point.words)
          })))
  }

  private static let mostBars = 12

  private var frontierTable: Table {
    Table(
      "", columns: [.number("tokens/s·user"), .number("tokens/s·chip"), "Plan", .number("Batch"), .number("Chips")],
      rows: frontier.map { point in
        [
          Table.Cell(Measure(point.speedPerUser, .count).description),
          Table.Cell(Measure(point.outputTokensPerChip, .count).description),
          Table.Cell(point.words, note: plans.hasSeveralSystems ? point.system : ""),
          Table.Cell("\(point.pools[point.pools.count - 1].estimate.requestsPerRank)"), Table.Cell("\(point.chips)"),
        ]
      })
  }

  // MARK: refusals

  private var refusalBlocks: [Document.Block] {
    guard !refused.isEmpty else { return [.paragraph("Every layout that was tried can serve.")] }
    let table = Table(
      "", columns: ["Why", .number("Instances"), "Nearest"],
      rows: refused.map { entry in
        [
          Table.Cell(entry.reason.words), Table.Cell("\(entry.count)"),
          Table.Cell("\(entry.example.words): \(entry.example.told)"),
        ]
      })
    return [.table(table)]
  }
}

extension [PlanAnswer.Plan] {
  var hasSeveralSystems: Bool { Set(map(\.candidate.system)).count > 1 }
}

extension PlanAnswer.Plan {
  /// What it gives, in a few words.
  fileprivate var yield: String {
    let value = simulated?.outputTokensPerChip ?? candidate.outputTokensPerChip
    return "\(Measure(value, .count)) output tokens/s a chip"
  }
}

extension PlanSimulation {
  /// What came of the simulation.
  fileprivate func sentence(_ candidate: PlanCandidate, _ request: PlanRequest) -> String {
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
      return "\(pool.instances) × \(role)\(pool.plan.words)\(place)"
    }
    let format = formats == PlanRequest.FormatChoice.ofFiles.name ? "" : ", \(formats)"
    return "\(engine)\(format), \(parts.joined(separator: " + "))"
  }

  fileprivate func group(severalSystems: Bool) -> String {
    let format = formats == PlanRequest.FormatChoice.ofFiles.name ? "" : " \(formats)"
    return (severalSystems ? "\(system), " : "") + engine + format
  }
}

extension ParallelPlan {
  /// `TP8`, `TP2 PP2`, `TP1 DP32 EP32`.
  public var words: String {
    var parts = ["TP\(tensor)"]
    if pipeline > 1 { parts.append("PP\(pipeline)") }
    if data > 1 { parts.append("DP\(data)") }
    if expert > 1 { parts.append("EP\(expert)") }
    return parts.joined(separator: " ")
  }
}

extension PlanRefusal {
  fileprivate var words: String {
    let role = role == .colocated ? "" : "\(role.rawValue) "
    return "\(engine), \(role)\(plan.words)"
  }

  fileprivate var told: String {
    reason == .objective && misses.isFinite
      ? "an objective is missed by \(Measure(max(0, misses), .percent)) at best" : problem
  }
}

extension PlanRefusal.Reason {
  fileprivate var words: String {
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
