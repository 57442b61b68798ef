import Formats
import Simulation
import Testing
import Units
import Workloads

@testable import Serving

/// Requests with their conversations, in batches of five.
private struct TurnSource: RequestSource {
  struct Turn {
    var arrival: Int64
    var prompt: Int
    var output = 6
    var session: UInt64 = 0
    var delay: Int64 = -1
  }
  var turns: [Turn]
  let tokensPerBlock = 0
  private var position = 0

  init(_ turns: [Turn]) { self.turns = turns }

  mutating func read(into batch: inout RequestBatch) -> Bool {
    batch.removeAll()
    for turn in turns[position..<min(position + 5, turns.count)] {
      batch.append(
        arrival: Instant(picoseconds: turn.arrival), promptTokens: Int32(turn.prompt),
        outputTokens: Int32(turn.output), session: turn.session, delay: turn.delay)
    }
    position += batch.count
    return batch.count > 0
  }
}

@Suite struct ConversationTests {
  private static let millisecond: Int64 = 1_000_000_000

  /// 1 ms for 10 tokens of a prompt, 1 ms and 0.01 ms a token for its transfer, steps of 2 ms and 1 ms a request.
  private func configuration(
    concurrency: Int? = nil, queueLimit: Int = .max, window: ServingConfiguration.Window? = nil
  ) throws -> ServingConfiguration {
    var configuration = try ServingConfiguration(
      prefill: .init(
        instances: 1, chipsPerInstance: 1, maxBatchedTokens: 1000, queueLimit: queueLimit, keyValueTokens: 100_000,
        durations: PrefillDurations(maxNewTokens: 1024) { .milliseconds(0.1 * Double($0.newTokens)) }),
      decode: .init(
        instances: 1, chipsPerInstance: 1, ranksPerInstance: 1, maxRequestsPerRank: 4, keyValueTokensPerRank: 10_000,
        blockTokens: 1,
        durations: DecodeDurations(requestLimit: 4, contextLimit: 10_000) { requests, _ in
          .milliseconds(2 + Double(requests))
        }),
      transfer: .init(
        bytesPerToken: 10, latency: .milliseconds(1), egress: BytesPerSecond(1e6), ingress: BytesPerSecond(1e6)),
      cache: .none, maxConcurrency: concurrency, seed: Seed(1))
    configuration.window = window
    return configuration
  }

  private func records(
    _ turns: [TurnSource.Turn], _ configuration: ServingConfiguration
  ) throws -> (records: [RequestRecord], outcome: ServingOutcome) {
    var records: [RequestRecord] = []
    let outcome = try serve(TurnSource(turns), under: configuration, observing: .init(requests: { records += $0 }))
    return (records.sorted { $0.number < $1.number }, outcome)
  }

  @Test("a turn is sent its delay after the answer before it, or at its own time if that is later")
  func delays() throws {
    let ms = Self.millisecond
    let (records, outcome) = try records(
      [
        .init(arrival: 0, prompt: 100, session: 1),
        .init(arrival: 0, prompt: 100, session: 1, delay: 20 * ms),
        .init(arrival: 0, prompt: 100, session: 1, delay: 0),
        .init(arrival: 200 * ms, prompt: 100, session: 1, delay: 5 * ms),
      ], configuration())
    // Alone, a request takes 10 ms of prefill, 2 ms of transfer and five steps of 3 ms.
    #expect(records.map { $0.arrival.picoseconds / ms } == [0, 47, 74, 200])
    #expect(records.map { $0.finished.picoseconds / ms } == [27, 74, 101, 227])
    #expect(outcome.hasConversations && outcome.statistics.completed == 4)
  }

  @Test("a turn that is rejected does not hold up its conversation")
  func rejected() throws {
    let turns = (0..<8).map { TurnSource.Turn(arrival: 0, prompt: 900 + $0, session: UInt64($0 % 4 + 1), delay: 0) }
    let (records, outcome) = try records(turns, configuration(queueLimit: 1))
    #expect(records.count == 8 && outcome.statistics.rejected > 0)
    #expect(outcome.statistics.completed + outcome.statistics.rejected == 8)
  }

  @Test("in random worlds every turn is sent at its time, and with a limit never more than that are in flight")
  func random() throws {
    for seed in 1...60 as ClosedRange<UInt64> {
      var draw = Draw(stream: Seed(seed).stream("turns"))
      var arrival: Int64 = 0
      let turns = (0..<draw.between(1, 60)).map { index in
        arrival += Int64(draw.between(0, 30)) * Self.millisecond
        return TurnSource.Turn(
          arrival: arrival, prompt: 10 + index, output: draw.between(1, 9), session: UInt64(draw.between(0, 5)),
          delay: draw.chance() ? Int64(draw.between(0, 40)) * Self.millisecond : -1)
      }
      let limit = seed % 3 == 0 ? draw.between(1, 4) : nil
      let (records, outcome) = try records(turns, configuration(concurrency: limit))
      #expect(records.count == turns.count && outcome.statistics.completed == turns.count)
      let sent = Dictionary(uniqueKeysWithValues: records.map { ($0.promptTokens, $0) })
      var ends: [UInt64: Int64] = [:]
      for turn in turns {
        let record = try #require(sent[turn.prompt])
        var expected = turn.arrival
        if turn.session != 0 {
          if let end = ends[turn.session] { expected = max(expected, end + max(0, turn.delay)) }
          ends[turn.session] = record.finished.picoseconds
        }
        if limit == nil {
          #expect(record.arrival.picoseconds == expected, "seed \(seed), prompt \(turn.prompt)")
        } else {
          #expect(record.arrival.picoseconds >= expected, "seed \(seed), prompt \(turn.prompt)")
        }
      }
      if let limit {
        for record in records {
          let others = records.count { $0.arrival <= record.arrival && $0.finished > record.arrival }
          #expect(others <= limit, "seed \(seed)")
        }
      }
    }
  }

  @Test("engines that plan step by step answer a turn before the next one comes, too")
  func engines() throws {
    let scenario: Scenario = try Node.parse(
      """
      name: talk
      model: Llama-3.1-8B
      system: HGX H100
      engine: vLLM
      pools: [{ chips: 1 }]
      objectives: { timeToFirstToken: 5 s }
      workload:
        { prompts: 30, requestRate: 5, inputTokens: 300, outputTokens: { minimum: 5, maximum: 60 }, blockTokens: 16,
          sessions: { turns: 3, thinkTime: 2 s } }
      """, file: "talk.yaml"
    ).decode()
    let deployment = try Deployment(scenario, catalog: Catalog())
    var records: [RequestRecord] = []
    let outcome = try serve(
      deployment.makeSource(), under: deployment.configuration, observing: .init(requests: { records += $0 }))
    #expect(outcome.statistics.completed == 30)
    let ends = Set(records.map { $0.finished.picoseconds + 2000 * Self.millisecond })
    let later = records.filter { $0.promptTokens > 300 }
    #expect(later.count == 20 && later.allSatisfy { ends.contains($0.arrival.picoseconds) })
    // The prompts before are in memory: 300 tokens and the answer are found in whole blocks of 16.
    #expect(later.allSatisfy { $0.cachedTokens >= 288 })
  }
}

extension ConversationTests {
  @Test("only requests of the window count in latencies, and only what was completed in it in rates")
  func window() throws {
    let ms = Self.millisecond
    // One request each 100 ms, alone: 27 ms each; those with prompts of 200 tokens take 10 + 1 ms longer.
    let turns = (0..<20).map { TurnSource.Turn(arrival: Int64($0) * 100 * ms, prompt: $0 < 5 ? 200 : 100) }
    let window = ServingConfiguration.Window(warmUp: Span(picoseconds: 450 * ms), until: Span(picoseconds: 1550 * ms))
    let (_, outcome) = try records(turns, configuration(window: window))
    let statistics = outcome.statistics
    #expect(statistics.offered == 20 && statistics.completed == 20)
    // Arrivals at 500 … 1500 ms.
    #expect(statistics.offeredInWindow == 11 && statistics.completedInWindow == 11)
    #expect(statistics.endToEnd.count == 11 && statistics.endToEnd.maximum == .milliseconds(27))
    // From 500 to 1550 ms eleven requests of six tokens are completed.
    #expect(outcome.measuredDuration == .milliseconds(1050))
    let throughput = ServingReport.Throughput(outcome)
    #expect(abs(throughput.requests - 11 / 1.05) < 1e-9 && abs(throughput.outputTokens - 66 / 1.05) < 1e-9)
    let first = try records(turns, configuration(window: .init(warmUpRequests: 5))).outcome.statistics
    #expect(first.endToEnd.count == 15 && first.endToEnd.maximum == .milliseconds(27))
    // Five gaps a request after its first token.
    #expect(first.interTokenLatency.count == 75)
  }
}
