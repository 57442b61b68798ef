import Formats
import Simulation
import Units

extension WorkloadSpecification {
  /// The path of the trace; nil for generated requests. What is a file or looks like a path is one, any other name is
  /// the catalog's.
  public func tracePath(catalog: Catalog) throws -> String? {
    guard let trace else { return nil }
    let endings = [".jsonl", ".json", ".csv", ".gz"]
    if trace == "-" || trace.contains("/") || endings.contains(where: trace.hasSuffix) { return trace }
    do { return try placed("workload.trace") { try TraceEntry.find(trace, in: catalog).path } } catch {
      if fileKind(at: trace) != .missing { return trace }
      throw error
    }
  }

  /// Whether the trace can be read but once: standard input or another pipe.
  public func isReadOnce(catalog: Catalog) throws -> Bool {
    guard let path = try tracePath(catalog: catalog) else { return false }
    return path == "-" || fileKind(at: path) == .stream
  }

  /// Opens the trace or starts the generator, with all that this workload does to it.
  public func makeSource(catalog: Catalog, seed: Seed) throws -> any RequestSource {
    var source = try unscaledSource(catalog: catalog, seed: seed)
    if rateScale != 1 { source = try RateScaledSource(source, by: rateScale) }
    if prompts != nil || duration != nil || from != nil {
      let start = from.map { Instant.zero + Span($0) } ?? .zero
      let end = duration.map { Self.later($0, than: start) } ?? .never
      source = LimitedSource(source, requests: prompts, start: start, end: end)
    }
    return source
  }

  private static func later(_ time: Seconds, than start: Instant) -> Instant {
    let (sum, overflow) = start.picoseconds.addingReportingOverflow(Span(time).picoseconds)
    return overflow ? .never : Instant(picoseconds: sum)
  }

  /// How the trace is read.
  var traceReading: TraceReading {
    var reading = TraceReading()
    reading.format = format
    reading.clock = clock
    reading.blockTokens = blockTokens
    reading.columns = columns
    reading.skipBad = skipBad
    reading.sorts = sort
    reading.bytesPerToken = bytesPerToken
    reading.needsClock = !isRetimed
    reading.needsOutputs = outputTokens == nil
    return reading
  }

  /// Whether a trace's requests arrive by a process of their own.
  private var isRetimed: Bool { requestRate != nil || rampUp != nil }

  private func unscaledSource(catalog: Catalog, seed: Seed) throws -> any RequestSource {
    guard let path = try tracePath(catalog: catalog) else { return try generatedSource(seed: seed) }
    if path != "-", fileKind(at: path) == .folder {
      return try editedTrace(ServeGenSource(folder: path, requestRate: finiteRate, skipBad: skipBad, seed: seed), seed)
    }
    let reading = traceReading
    let spreads = spread && !isRetimed
    let draws = seed.stream("spread")
    func open(round: Int) throws -> any RequestSource {
      let trace = try TraceSource(path: path, reading)
      return spreads ? SpreadSource(trace, stream: draws.substream(UInt64(round))) : trace
    }
    var source: any RequestSource = try rounds > 1 ? RepeatedSource(rounds: rounds, open) : open(round: 0)
    if isRetimed { source = RetimedSource(source, arrivals: arrivalProcess, seed: seed) }
    return editedTrace(source, seed)
  }

  private var finiteRate: Double? { requestRate.flatMap { $0.isFinite ? $0 : nil } }

  private func editedTrace(_ base: any RequestSource, _ seed: Seed) -> any RequestSource {
    var source = base
    if inputScale != 1 || outputScale != 1 || outputTokens != nil {
      source = LengthsSource(
        source, promptFactor: inputScale, outputFactor: outputScale, outputs: outputTokens, seed: seed)
    }
    if let sessions {
      source = SessionsSource(source, thinkTime: sessions.thinkTime, waits: sessions.waits ?? true, seed: seed)
    }
    return source
  }

  private func generatedSource(seed: Seed) throws -> any RequestSource {
    guard let prompts, let inputTokens, let outputTokens else {
      throw Problem(
        "workload", "prompts, inputTokens or outputTokens to generate is missing", wayOut: "give them, or name a trace")
    }
    let conversations = sessions?.turns.map {
      GeneratedSessions(turns: $0, thinkTime: sessions?.thinkTime ?? ThinkTime(mean: .zero))
    }
    let source = GeneratedSource(
      requests: prompts, arrivals: arrivalProcess, promptTokens: inputTokens, outputTokens: outputTokens,
      tokensPerBlock: blockTokens ?? 0, prefixes: prefixes, sessions: conversations, seed: seed)
    guard inputScale != 1 || outputScale != 1 else { return source }
    return LengthsSource(source, promptFactor: inputScale, outputFactor: outputScale, seed: seed)
  }

  private var arrivalProcess: ArrivalProcess {
    if let rampUp {
      return .ramp(
        from: rampUp.from, to: rampUp.to, isExponential: rampUp.strategy == .exponential, requests: prompts ?? 1,
        burstiness: burstiness ?? 1)
    }
    guard let requestRate, requestRate.isFinite else { return .atOnce }
    switch arrivals {
    case .constant: return .constant(rate: requestRate)
    case .poisson: return .poisson(rate: requestRate)
    case .gamma: return .gamma(rate: requestRate, burstiness: burstiness ?? 1)
    }
  }
}
