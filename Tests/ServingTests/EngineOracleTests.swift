import Foundation
import Simulation
import Testing
import Workloads

@testable import Serving

/// 1,000 worlds of each kind, or 20,000 with SUPERNODE_LONG=1; one alone with SUPERNODE_WORLD=seed.
private let seeds: [UInt64] = {
  let environment = ProcessInfo.processInfo.environment
  if let one = environment["SUPERNODE_WORLD"].flatMap(UInt64.init) { return [one] }
  return Array(1...(environment["SUPERNODE_LONG"] == nil ? 1000 : 20_000))
}()

/// Every token of every request leaves when the plain stepper sends it.
@Suite struct EngineOracleTests {
  @Test("vLLM's worlds equal the plain engine's") func vLLM() throws { try compare(.vLLM, "vLLM") }
  @Test("SGLang's worlds equal the plain engine's") func sgLang() throws { try compare(.sgLang, "sgLang") }
  @Test("TensorRT-LLM's worlds equal the plain engine's") func tensorRT() throws { try compare(.tensorRT, "tensorRT") }
  @Test("MindIE's worlds equal the plain engine's") func mindIE() throws { try compare(.mindIE, "mindIE") }
  @Test("vLLM-Ascend's worlds equal the plain engine's") func ascend() throws { try compare(.ascend, "ascend") }
  @Test("pairs of pools equal the plain engine's") func disaggregated() throws {
    try compare(.disaggregated, "disaggregated")
  }

  private func compare(_ kind: RandomEngineWorld.Kind, _ name: String) throws {
    for seed in seeds {
      let again = "SUPERNODE_WORLD=\(seed) swift test --filter EngineOracleTests.\(name)"
      try compare(RandomEngineWorld(kind, seed: seed), Comment(rawValue: again))
    }
  }

  private func compare(_ world: RandomEngineWorld, _ again: Comment) throws {
    let source = world.source
    let oracle = PlainEngine(world.requests, under: world.configuration)
    oracle.run(mostSteps: 100_000)
    try #require(oracle.all.allSatisfy { $0.outcome != nil }, again)

    var records: [RequestRecord] = []
    var tokens = [[Int64]](repeating: [], count: world.requests.count)
    var runEnds = 0
    let observers = ServingObservers(
      requests: { records += $0 }, engineRuns: { runEnds += $0.count },
      tokens: { request, instant, total in
        while tokens[request].count < total { tokens[request].append(instant.picoseconds) }
      })
    let system = try ServingSystem.run(source, under: world.configuration, observing: observers)
    records.sort { $0.number < $1.number }
    try #require(records.map(\.number) == oracle.all.map(\.number), again)
    for (record, request) in zip(records, oracle.all) {
      try #require(line(record, tokens[request.number]) == line(request), again)
    }
    try #require(runEnds == oracle.steps, again)
    try checkConservation(system, oracle, again)
  }

  /// What became of a request, to be compared.
  private func line(_ record: RequestRecord, _ tokens: [Int64]) -> String {
    let isServed = record.outcome == .completed
    let admitted = isServed ? "scheduled \(record.scheduled.picoseconds), found \(record.cachedTokens), " : ""
    return "\(record.number) \(record.outcome) in \(record.prefillInstance), \(record.decodeInstance): \(admitted)"
      + "finished \(record.finished.picoseconds), first \(isServed ? record.firstToken.picoseconds : 0), \(tokens)"
  }

  private func line(_ request: PlainServed) -> String {
    let isServed = request.outcome == .completed
    let admitted = isServed ? "scheduled \(request.scheduled ?? 0), found \(request.found), " : ""
    let outcome = request.outcome.map { "\($0)" } ?? "unserved"
    return "\(request.number) \(outcome) in \(request.entry), \(request.decoder): \(admitted)"
      + "finished \(request.finished), first \(isServed ? request.tokens[0] : 0), \(request.tokens)"
  }

  private func checkConservation(_ system: ServingSystem, _ oracle: PlainEngine, _ again: Comment) throws {
    let statistics = system.outcome().statistics
    try #require(statistics.offered == oracle.all.count, again)
    try #require(statistics.completed + statistics.rejected + statistics.failed == statistics.offered, again)
    let completed = oracle.all.filter { $0.outcome == .completed }
    try #require(statistics.outputTokens == completed.map(\.output).reduce(0, +), again)
    try #require(completed.allSatisfy { $0.tokens.count == $0.output }, again)
    for number in system.configuration.engines.indices {
      let preemptions = oracle.instances.filter { $0.poolNumber == number }.map(\.preemptions).reduce(0, +)
      try #require(system.recorder.pools[number].preemptions == preemptions, again)
    }
    var gaps = LatencyHistogram()
    for request in completed {
      for (later, earlier) in zip(request.tokens.dropFirst(), request.tokens) where later > earlier {
        gaps.record(Span(picoseconds: later - earlier))
      }
    }
    try #require(statistics.interTokenLatency == gaps, again)
    try #require(system.slots.inUse == 0 && system.agenda.isEmpty, again)
    for (engine, plain) in zip(system.engines, oracle.instances) {
      try #require(engine.outstanding == 0 && engine.outstandingTokens == 0 && engine.waitingCount == 0, again)
      try #require(engine.incoming.isEmpty && engine.received.isEmpty, again)
      for (rank, plain) in zip(engine.ranks, plain.ranks) {
        try #require(rank.seats == 0 && rank.decoding == 0 && rank.load == 0, again)
        try #require(rank.sums.allSatisfy { $0 == 0 } && rank.growing.allSatisfy { $0 == 0 }, again)
        try #require(rank.growth.count == 0, again)
        try #require(rank.memory.free == rank.memory.total && plain.memory.free == rank.memory.total, again)
        try #require(rank.memory.freeOldestFirst == plain.memory.freeOldestFirst, again)
      }
    }
  }
}
