import Testing
import Training
import Units

/// Lists of every schedule against the published formulas, on stages of equal cost.
struct ScheduleTests {
  static func uniform(_ stages: Int, _ forward: Double, _ input: Double, _ weight: Double) -> PipelineTimes {
    PipelineTimes(
      forward: .init(repeating: Seconds(forward), count: stages),
      inputGradient: .init(repeating: Seconds(input), count: stages),
      weightGradient: .init(repeating: Seconds(weight), count: stages))
  }

  struct Case: Sendable {
    var ranks: Int
    var microbatches: Int
    var f: Double
    var b: Double
    var w: Double
  }

  /// Whole numbers, so that sums are exact.
  static let cases: [Case] = [4, 8, 16].flatMap { ranks in
    [2 * ranks, 3 * ranks, 4 * ranks].flatMap { count in
      [
        Case(ranks: ranks, microbatches: count, f: 1, b: 1, w: 1),
        Case(ranks: ranks, microbatches: count, f: 3, b: 4, w: 2),
      ]
    }
  }

  func idle(_ kind: PipelineSchedule.Kind, _ one: Case, virtual: Int = 1) throws -> Double {
    let schedule = try PipelineSchedule(kind, ranks: one.ranks, microbatches: one.microbatches, virtual: virtual)
    let timeline = try #require(schedule.simulate(Self.uniform(schedule.stages, one.f, one.b, one.w)))
    return timeline.duration.value - timeline.busy(rank: 0).value
  }

  @Test("GPipe and 1F1B idle for (p − 1)(F + G), exactly", arguments: cases)
  func plainBubbles(one: Case) throws {
    let expected = Double(one.ranks - 1) * (one.f + one.b + one.w)
    #expect(try idle(.gPipe, one) == expected)
    #expect(try idle(.oneForwardOneBackward, one) == expected)
  }

  @Test("interleaving divides the bubble by the virtual stages, exactly", arguments: cases, [2, 3])
  func interleavedBubble(one: Case, virtual: Int) throws {
    // A virtual stage costs F/v; here F, B and W are those of one.
    let whole = Case(ranks: one.ranks, microbatches: one.microbatches, f: one.f, b: one.b, w: one.w)
    #expect(try idle(.interleaved, whole, virtual: virtual) == Double(one.ranks - 1) * (one.f + one.b + one.w))
  }

  @Test("ZB-H1 idles for (p − 1)(F + B − W) where the three cost the same", arguments: cases)
  func zeroBubbleH1(one: Case) throws {
    let even = Case(ranks: one.ranks, microbatches: one.microbatches, f: 2, b: 2, w: 2)
    #expect(try idle(.zeroBubbleH1, even) == Double(one.ranks - 1) * 2)
  }

  @Test("ZB-H2 and ZB-V never idle between a rank's first and last step", arguments: cases)
  func zeroBubbles(one: Case) throws {
    for kind in [PipelineSchedule.Kind.zeroBubbleH2, .zeroBubbleV] {
      let schedule = try PipelineSchedule(kind, ranks: one.ranks, microbatches: one.microbatches)
      let timeline = try #require(schedule.simulate(Self.uniform(schedule.stages, 1, 1, 1)))
      for rank in 0..<one.ranks { #expect(timeline.idleWithin(rank: rank) == .zero) }
    }
  }

  @Test("DualPipe idles for (p/2 − 1)(F&G + G − 3W), DualPipeV for (p − 1) of it", arguments: cases)
  func dualPipes(one: Case) throws {
    let even = Case(ranks: one.ranks, microbatches: one.microbatches, f: 1, b: 1, w: 1)
    #expect(try idle(.dualPipe, even) == Double(one.ranks / 2 - 1) * (3 + 2 - 3))
    #expect(try idle(.dualPipeV, even) == Double(one.ranks - 1) * (3 + 2 - 3))
  }

  @Test("example 6: 8 stages and 16 micro-batches idle 7/23, with 6 virtual stages 6.8%")
  func exampleSix() throws {
    let plain = try PipelineSchedule(.oneForwardOneBackward, ranks: 8, microbatches: 16)
    let bubble = try #require(plain.simulate(Self.uniform(8, 1, 1, 1))).bubble
    #expect(abs(bubble - 7.0 / 23) < 1e-12)
    let virtual = try PipelineSchedule(.interleaved, ranks: 8, microbatches: 16, virtual: 6)
    let less = try #require(virtual.simulate(Self.uniform(48, 1, 1, 1))).bubble
    #expect(abs(less - (7.0 / 6) / (16 + 7.0 / 6)) < 1e-12)
  }

  @Test("example 7: 8 stages and 8 micro-batches take 15 units, with two virtual stages 11.5")
  func exampleSeven() throws {
    let plain = try PipelineSchedule(.oneForwardOneBackward, ranks: 8, microbatches: 8)
    #expect(try #require(plain.simulate(Self.uniform(8, 1, 1, 0))).duration.value / 2 == 15)
    let virtual = try PipelineSchedule(.interleaved, ranks: 8, microbatches: 8, virtual: 2)
    #expect(try #require(virtual.simulate(Self.uniform(16, 0.5, 0.5, 0))).duration.value / 2 == 11.5)
  }

  @Test("example 8: DualPipe takes 66 units with 8 ranks and 20 micro-batches, 26 with 4 and 8")
  func exampleEight() throws {
    let large = try PipelineSchedule(.dualPipe, ranks: 8, microbatches: 20)
    #expect(try #require(large.simulate(Self.uniform(8, 1, 1, 1))).duration.value == 66)
    let small = try PipelineSchedule(.dualPipe, ranks: 4, microbatches: 8)
    #expect(try #require(small.simulate(Self.uniform(4, 1, 1, 1))).duration.value == 26)
  }

  @Test("activations in flight are those of the papers", arguments: [4, 8, 16])
  func inFlight(ranks: Int) throws {
    let count = 4 * ranks
    func peaks(_ kind: PipelineSchedule.Kind, virtual: Int = 1) throws -> [Int] {
      let schedule = try PipelineSchedule(kind, ranks: ranks, microbatches: count, virtual: virtual)
      return (0..<ranks).map { schedule.peakInFlight(rank: $0) }
    }
    #expect(try peaks(.gPipe) == .init(repeating: count, count: ranks))
    #expect(try peaks(.oneForwardOneBackward) == (0..<ranks).map { ranks - $0 })
    // In chunks: p · v · (1 + (p − 1)/(p v)) on the first rank.
    #expect(try peaks(.interleaved, virtual: 3)[0] == ranks * 3 + ranks - 1)
    #expect(try peaks(.zeroBubbleH1) == .init(repeating: ranks, count: ranks))
    #expect(try peaks(.zeroBubbleH2) == .init(repeating: 2 * ranks - 1, count: ranks))
    #expect(try peaks(.zeroBubbleV).max() == 2 * ranks)
    #expect(try peaks(.dualPipe).max() == ranks + 1)
    #expect(try peaks(.dualPipeV).max() == 2 * ranks + 1)
  }

  @Test("what a rank holds without its list is what it holds with it", arguments: [2, 4, 8], [1, 2, 4])
  func inFlightWithoutLists(ranks: Int, factor: Int) throws {
    let count = factor * ranks
    for kind in [PipelineSchedule.Kind.gPipe, .oneForwardOneBackward, .interleaved, .zeroBubbleH1] {
      let virtual = kind == .interleaved ? 3 : 1
      let schedule = try PipelineSchedule(kind, ranks: ranks, microbatches: count, virtual: virtual)
      for rank in 0..<ranks {
        let held = PipelineSchedule.inFlight(
          kind, rank: rank, ranks: ranks, microbatches: count, virtual: virtual)
        #expect(schedule.peakInFlight(rank: rank) == held, "\(kind) \(rank)")
      }
    }
  }

  @Test("schedules are drawn as text")
  func drawn() throws {
    let schedule = try PipelineSchedule(.oneForwardOneBackward, ranks: 2, microbatches: 3)
    #expect(schedule.drawn(rank: 0) == "F0 F1 G0 F2 G1 G2")
    #expect(schedule.drawn(rank: 1) == "F0 G0 F1 G1 F2 G2")
    let dual = try PipelineSchedule(.dualPipe, ranks: 2, microbatches: 4)
    #expect(dual.drawn(rank: 0) == "F0 F2 F1 G2 F3&G0 G3 B1 W1")
  }

  @Test("every schedule runs each task of each stage once", arguments: PipelineSchedule.Kind.allCases)
  func completeLists(kind: PipelineSchedule.Kind) throws {
    let schedule = try PipelineSchedule(kind, ranks: 4, microbatches: 12, virtual: kind == .interleaved ? 2 : 1)
    let tasks = schedule.steps.joined().flatMap { [$0.task] + ($0.together.map { [$0] } ?? []) }
    #expect(Set(tasks).count == tasks.count)
    let forwards = tasks.filter { $0.work == .forward }
    #expect(forwards.count == 12 * schedule.stages)
    #expect(tasks.count { $0.work == .backward || $0.work == .inputGradient } == forwards.count)
    #expect(tasks.count { $0.work == .backward || $0.work == .weightGradient } == forwards.count)
  }

  @Test("a batch that does not suit its schedule is refused with a way out")
  func refusals() throws {
    #expect(
      throws: Problem(
        "schedule", "10 micro-batches are not a multiple of 4 stages, which interleaving needs",
        wayOut: "use 8 micro-batches, or no virtual stages")
    ) {
      try PipelineSchedule(.interleaved, ranks: 4, microbatches: 10, virtual: 2)
    }
    #expect(throws: Problem.self) { try PipelineSchedule(.dualPipe, ranks: 3, microbatches: 8) }
    #expect(throws: Problem.self) { try PipelineSchedule(.zeroBubbleV, ranks: 4, microbatches: 7) }
  }
}
