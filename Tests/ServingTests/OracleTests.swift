import Foundation
import Simulation
import Testing
import Workloads

@testable import Serving

/// 1,000 worlds, or 20,000 with SUPERNODE_LONG=1; one alone with SUPERNODE_WORLD=seed.
private let seeds: [UInt64] = {
  let environment = ProcessInfo.processInfo.environment
  if let one = environment["SUPERNODE_WORLD"].flatMap(UInt64.init) { return [one] }
  return Array(1...(environment["SUPERNODE_LONG"] == nil ? 1000 : 20_000))
}()

@Test("every token of every request leaves when the plain stepper sends it")
func engineEqualsOracle() throws {
  for seed in seeds { try compare(seed) }
}

private func compare(_ seed: UInt64) throws {
  let again = Comment("SUPERNODE_WORLD=\(seed) swift test --filter engineEqualsOracle")
  let world = try SmallWorld(seed: seed)
  let source = world.source
  let oracle = PlainStepper(world.requests, under: world.configuration)
  oracle.run()

  var records: [RequestRecord] = []
  var runs: [DecodeRun] = []
  let observers = ServingObservers(requests: { records += $0 }, decodeRuns: { runs.append($0) })
  let system = try ServingSystem.run(source, under: world.configuration, observing: observers)
  records.sort { $0.number < $1.number }

  try #require(records.map(\.number) == oracle.all.map(\.number), again)
  let stepEnds = ends(of: runs, instances: world.configuration.decode.instances)
  for (record, request) in zip(records, oracle.all) {
    try #require(difference(record, request) == nil, again)
    let tokens = tokenInstants(record, stepEnds, world.configuration)
    try #require(tokens == request.tokens, again)
  }
  try checkConservation(of: system, oracle, again)
}

/// When each step of each instance ends.
private func ends(of runs: [DecodeRun], instances: Int) -> [[Int64]] {
  var ends = [[Int64]](repeating: [], count: instances)
  for run in runs {
    #expect(run.step == ends[run.instance].count)
    for index in 1...run.count { ends[run.instance].append(run.instant(index).picoseconds) }
  }
  return ends
}

private func tokenInstants(
  _ record: RequestRecord, _ stepEnds: [[Int64]], _ configuration: ServingConfiguration
) -> [Int64] {
  guard record.firstToken != .never else { return [] }
  let draws = configuration.seed.stream("speculation")
  let speculation = configuration.decode.speculation
  func total(_ steps: Int) -> Int {
    let phase = speculation.draftTokens == 0 ? 0 : Speculation.phase(of: record.number, draws)
    return Int((Int64(steps) * speculation.tokensPerStepFixed + phase) >> 16)
  }
  var tokens = [record.firstToken.picoseconds]
  for (index, step) in record.steps.enumerated() {
    let sent =
      switch speculation.mode {
      case .perStep: speculation.tokens(of: record.number, step: index, draws)
      case .phase: total(index + 1) - total(index)
      }
    for _ in 0..<min(sent, record.outputTokens - tokens.count) {
      tokens.append(stepEnds[record.decodeInstance][step])
    }
  }
  return tokens
}

/// The first thing in which they differ, for the failure's message.
private func difference(_ record: RequestRecord, _ request: PlainRequest) -> String? {
  let pairs: [(String, Int64, Int64)] = [
    ("outcome", Int64(record.outcome.rawValue), Int64(request.outcome.rawValue)),
    ("arrival", record.arrival.picoseconds, request.arrival),
    ("prefill instance", Int64(record.prefillInstance), Int64(request.prefillInstance)),
    ("scheduled", record.scheduled.picoseconds, request.scheduled),
    ("cached", Int64(record.cachedTokens), Int64(request.cached)),
    ("first token", record.firstToken.picoseconds, request.firstToken),
    ("decode instance", Int64(record.decodeInstance), Int64(request.decodeInstance)),
    ("assigned", record.assigned.picoseconds, request.assigned),
    ("rank", Int64(record.rank), Int64(request.rank)),
    ("transferred", record.transferred.picoseconds, request.transferred),
    ("finished", record.finished.picoseconds, request.finished),
    ("decode steps", Int64(record.steps.count), Int64(request.stepsTaken)),
  ]
  return pairs.first { $0.1 != $0.2 }.map { "request \(request.number): \($0.0) \($0.1), oracle \($0.2)" }
}

private func checkConservation(of system: ServingSystem, _ oracle: PlainStepper, _ again: Comment) throws {
  let outcome = system.outcome()
  let statistics = outcome.statistics
  try #require(statistics.offered == oracle.all.count, again)
  try #require(statistics.completed + statistics.rejected + statistics.failed == statistics.offered, again)
  try #require(statistics.metAll + statistics.misses.reduce(0, +) == statistics.offered, again)
  let completed = oracle.all.filter { $0.outcome == .completed }
  try #require(statistics.outputTokens == completed.map(\.output).reduce(0, +), again)
  try #require(statistics.promptTokens == completed.map(\.prompt).reduce(0, +), again)
  try #require(statistics.transferredTokens == oracle.transferredTokens, again)
  try #require(statistics.decodeSteps == oracle.decodeSteps, again)
  let prefilled = oracle.all.filter { $0.scheduled != .max }
  try #require(statistics.computedTokens + statistics.cachedTokens == prefilled.map(\.prompt).reduce(0, +), again)
  try #require(system.caches.map(\.newestFirst) == oracle.caches.map(\.blocks), again)
  try #require(statistics.insertedBlocks == oracle.caches.map(\.inserted).reduce(0, +), again)
  try #require(statistics.insertedBlocks - statistics.evictedBlocks == statistics.residentBlocks, again)
  let gaps = completed.map { request in zip(request.tokens.dropFirst(), request.tokens).filter { $0 != $1 }.count }
  try #require(statistics.interTokenLatency.count == gaps.reduce(0, +), again)
  try #require(system.slots.inUse == 0 && system.agenda.isEmpty, again)
  for prefill in system.prefills {
    try #require(prefill.heldTokens == 0 && prefill.outstandingTokens == 0 && prefill.queue.count == 0, again)
  }
  for decode in system.decodes {
    try #require(decode.batch == 0 && decode.outstanding == 0 && decode.queue.count == 0, again)
    try #require(decode.ranks.allSatisfy { $0.context == 0 && $0.growth == 0 }, again)
    try #require(decode.pendingQuanta.allSatisfy { $0 == 0 }, again)
    for rank in decode.ranks.indices {
      try #require(decode.load.requests(rank) == 0 && decode.load.blocks(rank) == 0, again)
    }
  }
}
