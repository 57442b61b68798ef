import Simulation
import Testing
import Units

@testable import Serving

@Suite struct StructureTests {
  @Test("the tournament knows the rank with the fewest requests, then the fewest blocks, then the lowest index")
  func tournament() {
    var draw = Draw(stream: Seed(5).stream("ranks"))
    for ranks in [1, 2, 3, 7, 64, 100] {
      var tree = RankTree(ranks: ranks)
      var plain = (0..<ranks).map { (requests: 0, blocks: 0, rank: $0) }
      for _ in 0..<500 {
        let rank = draw.between(0, ranks - 1)
        let leaves = plain[rank].requests > 0 && draw.chance()
        let blocks = leaves ? plain[rank].blocks / plain[rank].requests : draw.between(0, 1000)
        plain[rank].requests += leaves ? -1 : 1
        plain[rank].blocks += leaves ? -blocks : blocks
        tree.add(requests: leaves ? -1 : 1, blocks: leaves ? -blocks : blocks, to: rank)
        #expect(tree.requests(rank) == plain[rank].requests)
        #expect(tree.blocks(rank) == plain[rank].blocks)
        #expect(tree.leastLoaded == plain.min { $0 < $1 }?.rank)
      }
    }
  }

  @Test("the calendar finds the next departure, and one that lies beyond its ring comes round again")
  func calendar() {
    var slots = RequestSlots()
    var calendar = DepartureCalendar()
    let (near, far) = (slots.allocate(), slots.allocate())
    #expect(calendar.distance(from: 0) == 4096)
    calendar.insert(far, after: 4096 + 10, &slots)
    calendar.insert(near, after: 300, &slots)
    // 4,106 shares its place with 10.
    #expect(calendar.distance(from: 0) == 10)
    #expect(calendar.take(10) == far)
    calendar.insert(far, after: 4096 + 10, &slots)
    #expect(calendar.distance(from: 10) == 290)
    #expect(calendar.take(300) == near)
    #expect(calendar.distance(from: 300) == 3806)
  }

  @Test("slots and runs of hashes are used again, so that memory is bounded by what is in flight")
  func slotsAreReused() {
    var slots = RequestSlots()
    let hashes: [UInt64] = Array(0..<20)
    for _ in 0..<1000 {
      let taken = (0..<5).map { _ in slots.allocate() }
      for (index, slot) in taken.enumerated() {
        hashes.prefix(16 + index).withUnsafeBufferPointer { slots.keepBlocks($0, of: slot) }
      }
      for slot in taken { slots.release(slot) }
    }
    #expect(slots.states.count == 5)
    #expect(slots.hashes.count == 16 + 4 * 32)
  }

  @Test("a step's duration is the model's to half a picosecond a quantum, exact at a segment's start")
  func decodeRounding() {
    let table = DecodeDurations(requestLimit: 4, contextLimit: 65_536, segmentCount: 16) { requests, tokens in
      Seconds(10e-3 + 1e-3 * Double(requests) + 3.3333e-8 * Double(tokens))
    }
    // Segments of 4,096 tokens are 2¹⁸ quanta: at most 2¹⁷ ps off.
    for tokens in stride(from: 0, through: 65_535, by: 997) {
      let exact = (10e-3 + 2e-3 + 3.3333e-8 * Double(tokens)) * 1e12
      let duration = Double(table.duration(requests: 2, quanta: Int64(tokens) * 64).picoseconds)
      #expect(abs(duration - exact) <= 131_073)
    }
    // 10 + 3 + 3.3333e-8 · 8,192 · 10³ = 13.2730639… ms
    #expect(table.duration(requests: 3, quanta: 8192 * 64).picoseconds == 13_273_063_936)
  }

  @Test("a prefill iteration's duration is linear in tokens, pairs, tokens read and requests")
  func prefillTable() {
    let table = PrefillDurations(maxNewTokens: 8192, samples: 8) { work in
      let computing = Double(work.newTokens) * 1e-6 + Double(work.attentionPairs) * 1e-9
      return Seconds(1e-3 + computing + Double(work.cachedTokens) * 1e-8 + Double(work.requests) * 1e-4)
    }
    // 1 + 5 + 8 + 0.4 + 0.3 ms, to a few picoseconds in each 2¹⁶ pairs
    let work = PrefillDurations.Work(newTokens: 5000, attentionPairs: 8_000_000, cachedTokens: 40_000, requests: 3)
    #expect(abs(table.duration(of: work).picoseconds - 14_700_000_000) < 1_000_000)
  }

  @Test("a phase gives the expected tokens over many requests, and every step at least one")
  func speculation() {
    let speculation = Speculation(draftTokens: 1, acceptance: 0.7)
    let draws = Seed(1).stream("speculation")
    let counts = (0..<2000).map { speculation.steps(for: 100, of: $0, draws) }
    // 100 / 1.7 = 58.82 steps, of which the phase spares up to one token's worth and the last step may waste some.
    #expect(Set(counts).isSubset(of: [58, 59]))
    let drawn = Speculation(draftTokens: 2, acceptance: 0.4, mode: .perStep)
    let tokens = (0..<20_000).map { drawn.tokens(of: $0 / 100, step: $0 % 100, draws) }
    // Variance 2 · 0.4 · 0.6 = 0.48; four standard errors of the mean are 4 · √(0.48 / 20,000) = 0.02.
    #expect(abs(Double(tokens.reduce(0, +)) / 20_000 - 1.8) < 0.02)
    #expect(tokens.min() == 1 && tokens.max() == 3)
  }

  @Test("a step with more tokens than its table knows goes on along the last line")
  func tokensBeyondTheTable() throws {
    let line = SampledLine(limit: 100, perOctave: 4) { 10 + 3 * Double($0) }
    for number in [0, 7, 99, 100, 112, 113, 128, 5000] { #expect(line.value(number) == 10 + 3 * Int64(number)) }
    // MindIE takes a first prompt beyond its tokens of a step whole: 1 ms for each of 100 tokens, then 1 ms to decode.
    var pool = EngineWorlds.pool(.mindIE(MindIEScheduler(maxPrefillTokens: 20, queueDelay: 0)), budget: 64)
    pool.durations = EngineDurations(
      kinds: 1, ranks: 1, requestLimit: 64, tokenLimit: 20, contextLimit: 1000,
      EngineDurations.Model(
        decode: { _ in .milliseconds(1) }, shared: { tokens, _ in .milliseconds(Double(tokens)) },
        core: { _, _, _ in .zero }, chunk: { _, _, _ in .zero }))
    var system = ServingSystem(try ServingConfiguration(engines: [pool], seed: Seed(1)))
    system.arrive(promptTokens: 100, outputTokens: 2)
    try system.finish()
    #expect(system.outcome().statistics.lastDeparture.picoseconds == 101_000_000_000)
  }

  @Test("drafts accepted by position give 1 + a₁ + a₁a₂ + … tokens a step, in phases and by draws")
  func acceptanceByPosition() {
    // 1 + 0.8 + 0.8 · 0.5 + 0.8 · 0.5 · 0.25 = 2.3
    let phases = Speculation(draftTokens: 3, acceptance: [0.8, 0.5, 0.25])
    #expect(phases.tokensPerStepFixed == 150_733 && phases.quantaPerStep == 147)
    // The last chance holds for the rest: 1 + ½ + ¼ + ⅛.
    #expect(Speculation(draftTokens: 3, acceptance: [0.5]).tokensPerStep == 1.875)
    #expect(Speculation(draftTokens: 2, acceptance: [Double]()).tokensPerStep == 1)
    // A single number stays the mean share: 1 + 3 · ½.
    #expect(Speculation(draftTokens: 3, acceptance: 0.5).tokensPerStep == 2.5)
    let drawn = Speculation(draftTokens: 3, acceptance: [0.8, 0.5, 0.25], mode: .perStep)
    let draws = Seed(1).stream("speculation")
    let counts = (0..<20_000).map { drawn.tokens(of: $0 / 100, step: $0 % 100, draws) }
    // Chances of 1, 2, 3 and 4 tokens: 0.2, 0.4, 0.3 and 0.1; four standard errors are at most 4 · √(0.24 / 20,000).
    for (tokens, chance) in [(1, 0.2), (2, 0.4), (3, 0.3), (4, 0.1)] {
      #expect(abs(Double(counts.filter { $0 == tokens }.count) / 20_000 - chance) < 0.014)
    }
  }

  @Test("a timeline that outgrows its intervals doubles them and loses nothing")
  func timelineDoubles() {
    var timeline = TimelineRecorder(start: .zero, limit: 8)
    timeline.levels.decodeBatch = 2
    timeline.levels.milliwatts = 5000
    for second in 1...100 {
      timeline.advance(to: Int64(second) * 1_000_000_000_000)
      timeline.current.completions += 1
    }
    #expect(timeline.intervals.count <= 9)
    #expect(timeline.intervals.map(\.completions).reduce(0, +) == 100)
    // 5 W for 100 s
    #expect(abs(timeline.totalEnergy.value - 500) < 1e-6)
    let levels = timeline.timeline(prefillInstances: 1, blocks: 1, prefixBlocks: 0).decodeBatch
    #expect(levels.allSatisfy { abs($0 - 2) < 1e-9 })
  }
}
