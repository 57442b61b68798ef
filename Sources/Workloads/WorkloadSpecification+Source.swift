import Formats
import Simulation
import Units

extension WorkloadSpecification {
  /// The file of the trace; nil for generated requests. A name with a slash or a file's ending is a path, any other is
  /// the catalog's.
  public func tracePath(catalog: Catalog) throws -> String? {
    guard let trace else { return nil }
    let isPath = trace == "-" || trace.contains("/") || [".jsonl", ".csv", ".gz"].contains { trace.hasSuffix($0) }
    return isPath ? trace : try TraceEntry.find(trace, in: catalog).path
  }

  /// Opens the trace or starts the generator, with all that this workload does to it.
  public func makeSource(catalog: Catalog, seed: Seed) throws -> any RequestSource {
    var source = try unscaledSource(catalog: catalog, seed: seed)
    if rateScale != 1 { source = try RateScaledSource(source, by: rateScale) }
    if prompts != nil || duration != nil {
      let end = duration.map { Instant.zero + Span($0) } ?? .never
      source = LimitedSource(source, requests: prompts, end: end)
    }
    return source
  }

  private func unscaledSource(catalog: Catalog, seed: Seed) throws -> any RequestSource {
    guard let path = try tracePath(catalog: catalog) else { return try generatedSource(seed: seed) }
    let (skipBad, spread, blockTokens) = (skipBad, spread, blockTokens)
    let draws = seed.stream("spread")
    func open(round: Int) throws -> any RequestSource {
      let trace = try TraceSource(
        path: path, skipBad: skipBad, tokensPerBlock: blockTokens ?? MooncakeLine.tokensPerBlock)
      return spread ? SpreadSource(trace, stream: draws.substream(UInt64(round))) : trace
    }
    return rounds > 1 ? try RepeatedSource(rounds: rounds, open) : try open(round: 0)
  }

  private func generatedSource(seed: Seed) throws -> any RequestSource {
    guard let prompts, let inputTokens, let outputTokens else {
      throw Problem(
        "workload", "prompts, inputTokens or outputTokens to generate is missing", wayOut: "give them, or name a trace")
    }
    return GeneratedSource(
      requests: prompts, arrivals: arrivalProcess, promptTokens: inputTokens, outputTokens: outputTokens,
      tokensPerBlock: blockTokens ?? 0, prefixes: prefixes, seed: seed)
  }

  private var arrivalProcess: ArrivalProcess {
    guard let requestRate else { return .atOnce }
    switch arrivals {
    case .constant: return .constant(rate: requestRate)
    case .poisson: return .poisson(rate: requestRate)
    case .gamma: return .gamma(rate: requestRate, burstiness: burstiness ?? 1)
    }
  }
}
