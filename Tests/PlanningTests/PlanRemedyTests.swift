import Costs
import Formats
import Serving
import Testing
import Units

@testable import Planning

/// Why no plan does, and what would.
@Suite struct PlanRemedyTests {
  private func planner(
    _ model: String, chips: Int, prompt: Double = 1024, output: Double = 128, share: Double = 0.95,
    _ change: (inout PlanRequest) -> Void
  ) throws -> Planner {
    var request = PlanRequest(
      model: model, fleets: [.init(system: "HGX H100", chips: chips)], formats: [.ofFiles],
      lengths: .init(prompt: prompt, output: output), objectives: .init(share: share))
    request.engines = ["vLLM"]
    request.divisions = [.together]
    request.chunkTokens = []
    change(&request)
    return try Planner(request, catalog: Catalog(), workers: 2)
  }

  @Test("the least whole number that does is found for every threshold, in few questions")
  func leastWhole() {
    for low in 0..<12 {
      for most in low..<40 {
        for threshold in (low + 1)..<44 {
          var asked = 0
          let found = Least.whole(above: low, upTo: most) { number in
            asked += 1
            return number >= threshold ? number : nil
          }
          #expect(found?.number == (threshold <= most ? threshold : nil))
          #expect(found.map { $0.number == $0.result } ?? true)
          #expect(asked <= 12)
        }
      }
    }
  }

  @Test("the least number of two digits: it does, and the one before does not")
  func leastOfTwoDigits() throws {
    for (low, threshold) in [(30.0, 30.5), (30, 99.5), (99, 100), (0.3, 0.312), (9.9, 1234), (250, 251)] {
      let found = try #require(Least.ofTwoDigits(above: low) { $0 >= threshold - 1e-9 ? $0 : nil }).number
      #expect(found >= threshold - 1e-9 && found <= threshold * 1.1)
    }
    #expect(Least.ofTwoDigits(above: 10) { $0 > 1e9 ? $0 : nil } == nil)
    // 10 to 11 to 12: one step of two digits.
    #expect(Least.ofTwoDigits(above: 10) { $0 >= 10.5 ? $0 : nil }?.number == 11)
  }

  @Test("of several times the one that misses its objective most is told; of several batches the least of these")
  func worst() {
    let wanted = PlanRequest.Objectives(timeToFirstToken: .milliseconds(300), timePerOutputToken: .milliseconds(20))
    // 360 of 300 is a fifth too long, 30 of 20 a half; nobody asked for the end.
    let worst = wanted.worst(first: .milliseconds(360), each: .milliseconds(30), end: .milliseconds(9e9))
    #expect(worst?.objective == .timePerOutputToken && worst.map { abs($0.share - 0.5) < 1e-12 } == true)
    var nearest = NearestMiss()
    nearest.take(worst, batch: 64)
    nearest.take(wanted.worst(first: .milliseconds(360)), batch: 8)
    nearest.take(wanted.worst(first: .milliseconds(390)), batch: 1)
    #expect(nearest.miss?.objective == .timeToFirstToken && nearest.batch == 8 && !nearest.isKept)
    nearest.take(wanted.worst(first: .milliseconds(300)), batch: 2)
    #expect(nearest.isKept)
    #expect(PlanRequest.Objectives().worst(end: .milliseconds(1)) == nil)
  }

  @Test("a rate that the chips do not serve: as many as do, and no board less; the rate that they serve, and no more")
  func rate() throws {
    func planner(_ chips: Int, _ rate: Double) throws -> Planner {
      try self.planner("Llama-3.1-8B", chips: chips) {
        $0.requestRate = rate
        $0.goal = .chips
      }
    }
    let asked = try planner(8, 900)
    #expect(asked.plan().best == nil)
    let remedies = asked.remedies()
    #expect(remedies.map { $0.parts.map(\.change) } == [[.chips], [.requestRate]])
    let chips = Int(remedies[0].parts[0].needed)
    #expect(chips % 8 == 0 && remedies[0].parts[0].asked == 8 && remedies[0].parts[0].system == "HGX H100")
    #expect(try planner(chips, 900).plan().best != nil)
    #expect(try planner(chips - 8, 900).plan().best == nil)
    #expect(remedies[0].candidate.map { $0.chips <= chips } == true)
    let least = remedies[1].parts[0].needed
    #expect(try planner(8, least).plan().best != nil)
    #expect(try planner(8, least * 1.03).plan().best == nil)
  }

  @Test("an objective that nothing keeps is named with its value, and loosened just so far that something does")
  func objective() throws {
    func planner(_ tpot: Double) throws -> Planner {
      try self.planner("Llama-3.1-70B", chips: 8) {
        $0.objectives.timePerOutputToken = .milliseconds(tpot)
        $0.objectives.timeToFirstToken = .milliseconds(5000)
      }
    }
    let asked = try planner(4)
    let answer = asked.plan()
    let nearest = try #require(answer.nearestMisses.first)
    let missed = try #require(nearest.missed)
    #expect(missed.objective == .timePerOutputToken && missed.limit == .milliseconds(4))
    #expect(abs(missed.time / missed.limit - 1 - nearest.misses) < 1e-12 && nearest.batch == 1)
    // More chips and a looser TTFT help nothing.
    let remedies = asked.remedies()
    #expect(remedies.map { $0.parts.map(\.change) } == [[.objective(.timePerOutputToken)]])
    let needed = remedies[0].parts[0].needed * 1000
    #expect(needed >= missed.time.milliseconds && needed <= missed.time.milliseconds * 1.1)
    #expect(try planner(needed).plan().best != nil)
  }

  @Test("where a rate needs more chips and an objective cannot be kept on any, both together are told")
  func both() throws {
    let asked = try planner("Llama-3.1-70B", chips: 8, prompt: 8000, output: 1000) {
      $0.objectives.timeToFirstToken = .milliseconds(200)
      $0.objectives.timePerOutputToken = .milliseconds(40)
      $0.requestRate = 20
      $0.goal = .chips
    }
    #expect(asked.plan().best == nil)
    let remedies = asked.remedies()
    #expect(remedies.map { $0.parts.map(\.change) } == [[.chips, .objective(.timeToFirstToken)]])
    let parts = try #require(remedies.first).parts
    #expect(parts[0].needed > 8 && parts[1].needed > 0.2)
    var both = asked.request
    both.fleets[0].chips = Int(parts[0].needed)
    both.objectives.timeToFirstToken = Seconds(parts[1].needed)
    #expect(try Planner(both, catalog: Catalog(), workers: 2).plan().best != nil)
  }

  @Test("what fits nowhere would fit on more chips; nothing else helps")
  func memory() throws {
    let remedies = try planner("Llama-3.1-405B", chips: 4) { $0.objectives.timePerOutputToken = .milliseconds(200) }
      .remedies()
    #expect(remedies.map { $0.parts.map(\.change) } == [[.chips]])
    #expect(remedies[0].parts[0].needed >= 8)
  }

  @Test("what estimates keep and the simulation misses: the objective with the time that its share stays within")
  func simulated() throws {
    let planner = try planner("Llama-3.1-8B", chips: 1, prompt: 1024, output: 256, share: 0.99) {
      $0.objectives.timeToFirstToken = .milliseconds(100)
      $0.requestRate = 10
      $0.goal = .chips
    }
    let answer = try planner.simulated(planner.plan(), best: 1)
    let run = try #require(answer.best?.simulated)
    #expect(!run.meets)
    let missed = try #require(run.missed)
    #expect(missed.objective == .timeToFirstToken && missed.limit == .milliseconds(100))
    #expect(missed.time > missed.limit && missed.time <= run.report.timeToFirstToken.max)
    let changes = Set(answer.remedies.flatMap { $0.parts.map(\.change) })
    #expect(changes == [.chips, .objective(.timeToFirstToken), .requestRate])
    #expect(answer.remedies.allSatisfy { $0.basis == .simulated })
    let parts = answer.remedies.flatMap(\.parts)
    for part in parts where part.change == .requestRate { #expect(part.needed < 10) }
  }
}
