import Reports
import Serving
import Units

extension ServingReport {
  /// The report of `simulate`: the answer first, then the evidence, then what it rests on.
  ///
  /// Wall time and memory of this run are left out, so that equal inputs give equal bytes.
  public func document(_ context: ReportContext) -> Document {
    guard hasServed || requests.offered == 0 else {
      return Document(
        title: context.title, subtitle: context.system, badges: [nothingServed], lead: refusalSentences, headlines: [],
        sections: [notesSection, inputsSection(context)].compactMap { $0 }, sources: context.sources, footer: footer)
    }
    return Document(
      title: context.title, subtitle: context.system, mark: validity.badge, badges: verdicts,
      lead: refusalSentences + [answer] + unsoldSentences + validity.sentences + [limits],
      headlines: headlines,
      sections: [
        latencySection, timelineSection, phasesSection, stepsSection, objectivesSection, balanceSection, energySection,
        notesSection, inputsSection(context),
      ].compactMap { $0 },
      sources: context.sources, footer: footer)
  }

  var footer: String { "Supernode \(run.version) · seed \(run.seed) · inputs \(run.inputHash)" }

  var nothingServed: Document.Badge {
    Document.Badge("0 of \(Text.grouped(requests.offered)) requests served", tone: .bad)
  }

  /// Whether fewer requests than should met every objective.
  public var isMissed: Bool { !goodput.objectives.isEmpty && goodput.fraction < goodput.wanted }

  /// What is to be seen at a glance; how far to trust it last.
  var badges: [Document.Badge] { verdicts + [validity.badge] }

  private var verdicts: [Document.Badge] {
    let objectives = goodput.objectives.map { objective in
      Document.Badge(
        "\(objective.label) ≤ \(objective.limit.round): \(Measure(objective.fraction, .percent)) of requests",
        tone: objective.fraction >= goodput.wanted ? .good : .bad)
    }
    let isBad = balance.verdict == .overloaded
    if !isBad, !isMissed, !goodput.objectives.isEmpty {
      return objectives + [Document.Badge("meets its objectives", tone: .good)]
    }
    let missed = isMissed ? [Document.Badge("misses its objectives", tone: .bad)] : []
    let verdict =
      isQueueing && !isBad
      ? Document.Badge("requests queue", tone: .caution)
      : Document.Badge(balance.verdict.label, tone: isBad ? .bad : .plain)
    return objectives + missed + [verdict]
  }

  /// What was served, how fast, and whether that is what was asked for.
  var answer: String {
    let served =
      requests.completed == requests.offered
      ? "All \(Text.grouped(requests.offered)) requests were served"
      : "\(Text.grouped(requests.completed)) of \(Text.grouped(requests.offered)) requests were served"
    let completed = Double(max(requests.completed, 1))
    let lengths =
      "\(Text.grouped(Int((Double(requests.promptTokens) / completed).rounded()))) prompt and "
      + "\(Text.grouped(Int((Double(requests.outputTokens) / completed).rounded()))) output tokens each"
    let speed =
      "Half of them had their first token within \(timeToFirstToken.p50.text) and 99% within "
      + "\(timeToFirstToken.p99.text); each further token took \(timePerOutputToken.p50.text) in the median and "
      + "\(timePerOutputToken.p99.text) at the 99th percentile."
    let rate = "\(Measure(throughput.requests, .count)) a second over \(throughput.duration.text)"
    return "\(served), \(rate), with \(lengths) on average. \(speed) \(verdict)"
  }

  private var verdict: String {
    guard !goodput.objectives.isEmpty else { return "No objective was set." }
    let limits = goodput.objectives.map { "\($0.name.words) of at most \($0.limit.round)" }.joined(separator: " and ")
    let share = Measure(goodput.fraction, .percent)
    if !isMissed {
      let spare = (goodput.spare ?? 0) >= 0.005 ? ", with \(Measure(goodput.spare ?? 0, .percent)) to spare" : ""
      return "The deployment meets its objectives\(spare): \(share) had a \(limits), where \(wanted) should."
    }
    let missed = Double(max(goodput.misses.reduce(0) { $0 + $1.requests }, 1))
    let reasons = goodput.misses.sorted { ($1.requests, $0.reason) < ($0.requests, $1.reason) }.prefix(2).map {
      "\($0.reason) (\(Measure(Double($0.requests) / missed, .percent)))"
    }
    let why = reasons.isEmpty ? "" : "; the others missed mostly through \(reasons.joined(separator: " and "))"
    let short = shortAnswers.map { " \($0)" } ?? ""
    return "It falls short of its objectives: \(share) had a \(limits), where \(wanted) should\(why).\(short)"
  }

  private var wanted: String { "\(Measure(goodput.wanted, .percent))" }

  /// What of the misses in time per output token is no matter of decoding.
  var shortAnswers: String? {
    guard let tokens = goodput.tokenMisses, tokens.shortAnswers + tokens.metWithoutWaiting > 0 else { return nil }
    func of(_ count: Int) -> String { count == tokens.requests ? "all" : Text.grouped(count) }
    var parts: [String] = []
    if tokens.shortAnswers > 0 {
      parts.append(
        "\(of(tokens.shortAnswers)) are answers of ten tokens or fewer, among which few tokens share what "
          + "comes before decoding")
    }
    if tokens.metWithoutWaiting > 0 {
      parts.append(
        "\(of(tokens.metWithoutWaiting)) would have kept it without transfer and the wait for a slot, which "
          + "vLLM's definition counts")
    }
    return "Of the \(Text.counted(tokens.requests, "request")) that missed the time per output token, "
      + parts.joined(separator: "; ") + "."
  }

  /// Electricity is all that is charged: no price of the system is known.
  var isHardwareFree: Bool { cost.perMillionOutputTokens > .zero && cost.hardwareShare == 0 }

  /// In dollars, and in yuan where they are wanted.
  func money(_ amount: Dollars) -> String {
    guard let rate = cost.yuanPerDollar else { return Text.dollars(amount.value) }
    return "\(Text.yuan(amount.value * rate)) (\(Text.dollars(amount.value)))"
  }

  /// What limits the deployment and what it costs.
  var limits: String {
    var sentences: [String] = []
    if isQueueing, balance.overload == nil {
      let waiting = phases.prefillQueue + phases.decodeQueue
      sentences.append(
        "Requests queue: the mean one waits \(waiting.text), longer than it is served, as more come at once than are "
          + "served together.")
    }
    sentences.append(balance.sentence(pools, isMissed: isMissed, isQueueing: isQueueing))
    if !decodeStep.boundBy.isEmpty { sentences.append("A decode step is bound by \(decodeStep.boundBy).") }
    let energyOfToken = Measure(energy.joulesPerOutputToken.value, .joules)
    if isHardwareFree {
      sentences.append(
        "The electricity of a million output tokens costs \(Text.dollars(cost.perMillionOutputTokens.value)); no price "
          + "of the hardware is known. Each output token takes \(energyOfToken).")
    } else if cost.perMillionOutputTokens > .zero {
      let electricity = Measure(cost.electricityShare, .percent)
      sentences.append(
        "A million output tokens cost \(money(cost.perMillionOutputTokens)) "
          + "(\(Measure(cost.hardwareShare, .percent)) hardware, \(electricity) electricity; "
          + "\(money(cost.perChipHour)) a chip-hour), and each takes \(energyOfToken).")
    } else if energy.joules > .zero {
      sentences.append("Each output token takes \(energyOfToken).")
    }
    return sentences.joined(separator: " ")
  }

  var headlines: [Document.Headline] {
    let first = goodput.objectives.first { $0.name == "timeToFirstToken" }
    let per = goodput.objectives.first { $0.name == "timePerOutputToken" }
    // A share of 95% says nothing of the slowest hundredth.
    let isOfTail = goodput.wanted >= 0.99
    func tail(_ label: String, _ value: Seconds, _ objective: Goodput.Objective?) -> Document.Headline {
      Document.Headline(
        label, Measure(value.value, .duration), note: objective.map { "objective \($0.limit.round)" } ?? "",
        tone: objective.map { value <= $0.limit ? .good : isOfTail ? .bad : .plain } ?? .plain)
    }
    let price = cost.perMillionOutputTokens
    return [
      .init("Time to first token, p50", Measure(timeToFirstToken.p50.value, .duration), note: "from arrival"),
      tail("Time to first token, p99", timeToFirstToken.p99, first),
      .init("Time per output token, p50", Measure(timePerOutputToken.p50.value, .duration), note: "after the first"),
      tail("Time per output token, p99", timePerOutputToken.p99, per),
      .init("End to end, p50", Measure(endToEnd.p50.value, .duration), note: "p99 \(endToEnd.p99.text)"),
      .init(
        "Goodput", Measure(Measure(goodput.requests, .count).description, "req/s"),
        note: "\(Measure(goodput.fraction, .percent)) of requests meet every objective"),
      .init(
        "Output tokens/s per chip", Measure(throughput.outputTokensPerChip, .count),
        note: "\(Measure(throughput.outputTokens, .count)) tokens/s on \(chips) chips"),
      .init(
        "Energy per output token", Measure(energy.joulesPerOutputToken.value, .joules),
        note: "mean power \(Measure(energy.meanPower.value, .watts))"),
      .init(
        "Cost per million output tokens", value: price > .zero ? Text.dollars(price.value) : Text.missing,
        note: isHardwareFree
          ? "electricity alone: no price of the hardware is known"
          : price > .zero
            ? "\(Text.dollars(cost.perMillionTokens.value)) per million of all tokens" : "no price given"),
      .init(
        "Cache hit rate", Measure(cache.hitRate, .percent),
        note: cache.lookedUpBlocks > 0 ? "of prompt tokens" : "no block hashes in this trace"),
    ]
  }
}

extension ServingReport {
  var chips: Int { pools.reduce(0) { $0 + $1.chips } }
  /// The pool that decodes; the last where several do.
  var decoding: Pool? { pools.last }
  /// Whether the same instances serve prefill and decode.
  var isTogether: Bool { pools.allSatisfy { $0.role == .colocated } }
}

extension Seconds {
  /// To three significant digits: `23.4 ms`.
  var text: String { Measure(value, .duration).description }
  /// A limit as someone wrote it: `50 ms`.
  var round: String { Measure(value, .duration).trimmed.description }
}

extension String {
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }

  /// With a capital letter and a full stop.
  var sentence: String {
    let ending = last.map { ".!?:".contains($0) } ?? true
    return prefix(1).uppercased() + dropFirst() + (ending ? "" : ".")
  }

  /// A field's name as words: `timeToFirstToken` → `time to first token`.
  var words: String {
    reduce(into: "") { result, letter in
      if letter.isUppercase { result.append(" ") }
      result.append(letter.lowercased())
    }
  }
}

extension ServingReport.Goodput.Objective {
  /// As users write it: TTFT, TPOT.
  var label: String {
    switch name {
    case "timeToFirstToken": "TTFT"
    case "timePerOutputToken": "TPOT"
    case "interTokenLatency": "ITL"
    default: name.words
    }
  }
}

extension ServingReport.Balance.Verdict {
  var label: String {
    switch self {
    case .balanced: "in balance"
    case .prefillBound: "prefill-bound"
    case .decodeBound: "decode-bound"
    case .idle: "room to spare"
    case .full: "full"
    case .overloaded: "overloaded"
    }
  }
}
