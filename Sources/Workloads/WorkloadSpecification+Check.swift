import Units

extension WorkloadSpecification {
  /// Fields that do not go together, and fields that are missing beside others.
  func problems(arrivalsGiven: Bool) -> [Problem] {
    var problems = trace == nil ? generatorProblems() : traceProblems()
    if problems.count == 1, trace == nil, prompts == nil, inputTokens == nil, outputTokens == nil { return problems }
    if burstiness != nil, arrivals != .gamma {
      problems.append(Problem("", "burstiness is for gamma arrivals, not \(arrivals)", wayOut: "remove one of the two"))
    }
    if requestRate == nil, rampUp == nil, arrivalsGiven || burstiness != nil {
      let why = trace == nil ? "all requests come at once" : "a trace has times of its own"
      problems.append(
        Problem(
          "", "without requestRate \(why)",
          wayOut: "give requestRate, or remove arrivals and burstiness"))
    }
    if rampUp != nil, requestRate?.isFinite == true || arrivals == .constant {
      problems.append(
        Problem("", "rampUp has rates of its own", wayOut: "remove requestRate and arrivals, or rampUp"))
    }
    return problems
  }

  private func traceProblems() -> [Problem] {
    let fields: [(String, Bool)] = [
      ("inputTokens", inputTokens != nil), ("prefixes", prefixes != nil), ("sessions.turns", sessions?.turns != nil),
    ]
    var problems = fields.filter(\.1).map { name, _ in
      Problem(
        "", "\(name) is for generated requests, not for a trace",
        wayOut: "remove it or remove trace; --trace FILE removes all such")
    }
    if trace == "-", rounds > 1 {
      problems.append(
        Problem("", "standard input cannot be read \(rounds) times", wayOut: "name a file or remove repeat"))
    }
    if rampUp != nil, prompts == nil {
      problems.append(Problem("", "rampUp goes over a number of requests", wayOut: "give prompts"))
    }
    return problems
  }

  private func generatorProblems() -> [Problem] {
    let needed: [(String, Bool)] = [
      ("prompts", prompts != nil), ("inputTokens", inputTokens != nil), ("outputTokens", outputTokens != nil),
    ]
    let missing = needed.filter { !$0.1 }.map(\.0)
    if missing.count == needed.count, requestRate == nil {
      return [
        Problem(
          "", "there is neither a trace nor what to generate",
          wayOut: "give trace, or requestRate, prompts, inputTokens and outputTokens")
      ]
    }
    var problems: [Problem] = []
    if !missing.isEmpty {
      problems.append(
        Problem("", "\(missing.joined(separator: " and ")) to generate is missing", wayOut: "give it, or name a trace"))
    }
    let ofTraces: [(String, Bool)] = [
      ("repeat", rounds > 1), ("format", format != nil), ("clock", clock != nil), ("columns", !columns.all.isEmpty),
      ("sort", sort), ("bytesPerToken", bytesPerToken != nil),
    ]
    for (name, isGiven) in ofTraces where isGiven {
      problems.append(
        Problem("", "\(name) is for a trace", wayOut: name == "repeat" ? "give more prompts instead" : "remove it"))
    }
    if let sessions, sessions.turns == nil {
      problems.append(Problem("", "sessions of generated requests have no turns", wayOut: "give sessions.turns: 4"))
    }
    if sessions?.waits == false {
      problems.append(Problem("", "turns of generated conversations wait", wayOut: "remove sessions.waits"))
    }
    if let problem = absurdCount { problems.append(problem) }
    if prefixes != nil, blockTokens == nil {
      problems.append(
        Problem("", "prefixes are shared by blocks, and there is no blockTokens", wayOut: "give blockTokens: 512"))
    }
    return problems
  }

  /// The most requests that are generated, and the most that come at once and wait in memory.
  private static let mostPrompts = 1_000_000_000
  private static let mostAtOnce = 10_000_000
  /// What the clock holds, and a little more for the luck of the draw.
  private static let longestRun = 110.0 * 86_400

  /// More generated requests than any run would end with; nil where a duration ends them.
  private var absurdCount: Problem? {
    guard let prompts, duration == nil else { return nil }
    if prompts > Self.mostPrompts {
      return Problem("", "\(prompts) prompts are more than 1,000,000,000", wayOut: "give fewer, or a duration")
    }
    guard let rate = fastestRate else {
      guard prompts > Self.mostAtOnce, maxConcurrency == nil, sessions == nil else { return nil }
      return Problem(
        "", "\(prompts) prompts come at once, and more than 10,000,000 are not held",
        wayOut: "give requestRate, maxConcurrency or fewer prompts")
    }
    guard sessions == nil, Double(prompts) / rate > Self.longestRun else { return nil }
    return Problem(
      "", "\(prompts) prompts take more than 106 days to arrive", wayOut: "give fewer, or a higher requestRate")
  }

  /// Requests per second at most; nil where all come at once.
  private var fastestRate: Double? {
    if let rampUp { return max(rampUp.from, rampUp.to) }
    return requestRate.flatMap { $0.isFinite ? $0 : nil }
  }
}
