import Testing
import Units

@testable import Training

/// Closed forms and repeating rounds against the simulation of every step.
struct PipelineDurationTests {
  private typealias Draw = PlainSimulatorTests.Draw

  private func costs(_ count: Int, _ draw: inout Draw) -> [Double] {
    // A common time, or any; eighths add up exactly.
    let isEven = draw.next(3) == 0
    let most = [4, 20, 200][draw.next(3)]
    let one = 1 + draw.next(most)
    var list = (0..<count).map { _ in Double(isEven ? one : 1 + draw.next(most)) / 8 }
    if draw.next(2) == 0 { list[count - 1] += Double(draw.next(most)) / 8 }
    if draw.next(2) == 0 { list[0] += Double(draw.next(most)) / 8 }
    return list
  }

  private func simulated(
    _ kind: PipelineSchedule.Kind, _ forward: [Double], _ backward: [Double], ranks: Int, virtual: Int = 1,
    microbatches: Int, transfer: Double = 0
  ) throws -> Double {
    let schedule = try PipelineSchedule(kind, ranks: ranks, microbatches: microbatches, virtual: virtual)
    let times = PipelineTimes(
      forward: forward.map { Seconds($0) }, inputGradient: backward.map { Seconds($0 / 2) },
      weightGradient: backward.map { Seconds($0 / 2) }, transfer: Seconds(transfer))
    return try #require(schedule.simulate(times)).duration.value
  }

  @Test("1F1B and GPipe by closed forms equal the simulation on 2,000 random pipelines of unequal stages")
  func closedForms() throws {
    for seed in 1...2000 {
      var draw = Draw(state: UInt64(seed))
      let ranks = 1 + draw.next(9), count = 1 + draw.next(3 * ranks + 2)
      let forward = costs(ranks, &draw), backward = costs(ranks, &draw)
      let plain = try simulated(.oneForwardOneBackward, forward, backward, ranks: ranks, microbatches: count)
      #expect(
        PipelineDuration.oneForwardOneBackward(forward, backward, microbatches: count) == plain,
        "seed \(seed): \(ranks) ranks, \(count) micro-batches")
      let all = try simulated(.gPipe, forward, backward, ranks: ranks, microbatches: count)
      #expect(PipelineDuration.gPipe(forward, backward, microbatches: count) == all, "seed \(seed)")
      let least = PipelineDuration.bound(forward, backward, ranks: ranks, microbatches: count)
      #expect(least <= plain && least <= all, "seed \(seed)")
    }
  }

  @Test("interleaved by its repeating rounds equals the simulation of all micro-batches on 300 random pipelines")
  func interleaved() throws {
    let orders = PipelineOrders()
    var repeats = 0
    for seed in 1...300 {
      var draw = Draw(state: UInt64(seed))
      let ranks = 2 + draw.next(5), virtual = 2 + draw.next(3), rounds = 1 + draw.next(14)
      let forward = costs(ranks * virtual, &draw), backward = costs(ranks * virtual, &draw)
      let transfer = Double(draw.next(16)) / 8
      let whole = try simulated(
        .interleaved, forward, backward, ranks: ranks, virtual: virtual, microbatches: ranks * rounds,
        transfer: transfer)
      let fast = try orders.interleaved(
        forward, backward, transfer: transfer, ranks: ranks, virtual: virtual, microbatches: ranks * rounds)
      #expect(fast == whole, "seed \(seed): \(ranks) ranks × \(virtual), \(rounds) rounds")
      let least = PipelineDuration.bound(forward, backward, ranks: ranks, microbatches: ranks * rounds)
      #expect(least <= whole, "seed \(seed)")
      guard rounds > 4 else { continue }
      let short = try InterleavedOrder(ranks: ranks, virtual: virtual, rounds: 4)
      if short.time(forward, backward, transfer: transfer).further != nil { repeats += 1 }
    }
    // Else nothing would be saved: most repeat within four rounds.
    #expect(repeats > 100)
  }
}
