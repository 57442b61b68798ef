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
      if plans.hasSeveralSystems { sections.append(Document.Section("The best of each", [.table(systemTable)])) }
    }
    if let launch { sections.append(Document.Section("To start it", [.verbatim(title: "Commands", text: launch)])) }
    if !frontier.isEmpty { sections.append(Document.Section("Frontier", frontierBlocks(measured))) }
    if !energyBlocks.isEmpty { sections.append(Document.Section("Energy and cost of a token", energyBlocks)) }
    if let day { sections.append(day.section) }
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
    guard let best else { return [failure] + (remedySentence.map { [$0] } ?? []) + leftOut }
    let candidate = best.candidate
    var lines = [
      "\(candidate.words): \(Text.grouped(candidate.chips)) of \(Text.counted(candidate.budget, "chip")) "
        + "of \(candidate.system)\(candidate.division == .mixed ? " together" : "")."
    ]
    if let run = best.simulated {
      lines.append(run.sentence(candidate, request))
      lines += [shortfallSentence, remedySentence].compactMap { $0 }
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
    if let sentence = day?.sentence { lines.append(sentence) }
    if let cheaper = cheaper(than: best) { lines.append(cheaper) }
    return lines + leftOut
  }

  /// A plan on another system whose tokens cost less, where nobody asked for the cheapest.
  private func cheaper(than best: Plan) -> String? {
    guard request.goal != .cost, plans.hasSeveralSystems, let cost = best.dollarsPerMillion else { return nil }
    let others = plans.filter { $0.candidate.system != best.candidate.system && $0.simulated?.meets != false }
    let priced = others.compactMap { plan in plan.dollarsPerMillion.map { (plan: plan, cost: $0) } }
    guard let least = priced.min(by: { $0.cost < $1.cost }), least.cost < cost * 0.99 else { return nil }
    let candidate = least.plan.candidate
    return "Cheaper: \(candidate.words) on \(candidate.system), \(Text.counted(candidate.chips, "chip")), "
      + "\(Measure(least.cost, .dollars)) per million output tokens in place of \(Measure(cost, .dollars))."
  }

  /// Why there is no plan, and what is nearest to one.
  var failure: String {
    guard let nearest = nearestMisses.first else {
      let why = refused.max { $0.count < $1.count }
      let reason = why.map { ": \($0.example.words), \($0.example.problem)" } ?? ""
      return "No deployment serves this\(reason)."
    }
    return "No deployment serves this. Nearest: \(nearest.words) on \(nearest.system): \(nearest.told)."
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
    if let cost = best.dollarsPerMillion { list.append(.init("Per million output tokens", Measure(cost, .dollars))) }
    return list
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
