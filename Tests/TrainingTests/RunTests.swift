import Formats
import Simulation
import Testing
import Units

@testable import Training

/// Worlds of one kind of event each, whose outcome a reader can compute, and the run of Llama 3 as a test of the model.
struct RunTests {
  /// 100 hours of work on 1,000 nodes of one chip, a checkpoint every hour that costs nothing, and no event at all.
  private func quiet() throws -> TrainingRun {
    var failures = try Catalog().failureModel()
    failures.fleets = [.init(name: "none", rate: Sourced(1e-30, source: "test"))]
    failures.causes = [.init(name: "chip", share: Sourced(1, source: "test"))]
    failures.detection = .init(low: hours(0.25), high: hours(0.25))
    failures.restart = .init(low: hours(0.5), high: hours(0.5))
    failures.spares = .init(share: number(0), repair: hours(10))
    failures.stragglers = .init(rate: number(0), slowing: number(1), detection: hours(1))
    failures.maintenance = .init(every: hours(1e9), lasts: hours(1))
    failures.silentErrors = .init(rate: number(0), found: hours(1))
    failures.divergence = .init(runs: number(0), perDay: number(0), back: hours(1))
    return TrainingRun(
      step: .seconds(36), tokensPerStep: 1, tokens: 10_000, chips: 1000, chipsPerNode: 1, checkpointPerChip: Bytes(0),
      failures: failures, interval: Seconds(3600))
  }

  private func hours(_ value: Double) -> Sourced<Seconds> { Sourced(Seconds(value * 3600), source: "test") }
  private func number(_ value: Double) -> Sourced<Double> { Sourced(value, source: "test") }

  private func profile(_ change: (inout Maturity) -> Void = { _ in }) throws -> Maturity {
    var maturity = try Catalog().maturity("Ascend")
    maturity.settles = hours(1e12)
    for factor in [\Maturity.stops, \.restart, \.silentErrors, \.divergence, \.pace, \.slowOperators] {
      maturity[keyPath: factor] = number(1)
    }
    maturity.givenUp = number(0)
    change(&maturity)
    return maturity
  }

  private func outcomes(_ run: TrainingRun, _ draws: Int = 400) -> [RunDraw.Outcome] {
    let stream = Seed(3).stream("test")
    return (0..<draws).map { index in
      var draw = RunDraw(run, stream.substream(UInt64(index)))
      return draw.outcome()
    }
  }

  @Test("without events a run takes its work and its checkpoints: 100 hours, of which one each hour costs 36 s")
  func nothingHappens() throws {
    var run = try quiet()
    let plain = try #require(outcomes(run, 1)[0].time)
    #expect(abs(plain - 100 * 3600) < 1e-6)
    // 99 checkpoints lie before the end of the hundredth hour, the hundredth on it.
    run.checkpointPerChip = run.failures.copyPerChip.value * Seconds(36)
    let time = try #require(outcomes(run, 1)[0].time)
    #expect(abs(time - (100 * 3600 + 100 * 36)) < 1e-6)
  }

  @Test("the parts of every draw add up to its time, and what is left of work to the run's")
  func partsAddUp() throws {
    let run = TrainingRun(
      step: .seconds(10), tokensPerStep: 16e6, tokens: 4e12, chips: 8192, checkpointPerChip: .gigabytes(10),
      failures: try Catalog().failureModel("young stack"), maturity: try Catalog().maturity("Ascend"))
    for outcome in outcomes(run, 200) {
      guard let time = outcome.time else { continue }
      #expect(abs(outcome.parts.reduce(0, +) - time) < 1e-6 * time)
      #expect(abs(outcome.parts[0] - run.productive.value) < 1e-6 * time)
      #expect(outcome.maturity >= 0 && outcome.maturity < time)
    }
  }

  @Test("stops come at the fleet's rate, and each costs half an interval, its detection and its restart")
  func stops() throws {
    var run = try quiet()
    // 20 per million chip hours on 1,000 chips: one in 50 hours of any time.
    run.failures.fleets = [.init(name: "one", rate: number(20))]
    let report = run.simulate(draws: 4000, seed: Seed(1))
    let mean = report.meanDays * 24
    // Lost work is uniform over the hour; a stop costs 0.5 + 0.25 + 0.5 hours, once in 50 hours of training.
    let expected = 100 + 100 / 50 * 1.25
    // Four standard errors of a mean of Poisson counts (2 ± 1.4 stops).
    #expect(abs(mean - expected) < 4 * 1.25 * 1.5 / 4000.0.squareRoot())
    let cause = try #require(report.causes.first)
    #expect(abs(cause.hours - 2.5) < 4 * 1.25 * 1.5 / 4000.0.squareRoot())
  }

  @Test("without a spare node a run waits for the repair; with one it does not, while one is enough")
  func spares() throws {
    var run = try quiet()
    run.failures.fleets = [.init(name: "one", rate: number(20))]
    run.failures.causes[0].takesNode = number(1)
    let part = RunDraw.Part.waitingForNodes.rawValue
    // Every stop of a run without spare nodes waits for the whole repair of ten hours.
    run.spareNodes = 0
    for outcome in outcomes(run) {
      #expect(abs(outcome.parts[part] - Double(outcome.stops[0]) * 10 * 3600) < 1e-3)
    }
    run.spareNodes = 100
    #expect(outcomes(run).allSatisfy { $0.parts[part] == 0 })
    // One spare node: a second stop within ten hours of the first waits, and less than ten hours.
    run.spareNodes = 1
    let waits = outcomes(run).map { $0.parts[part] / Double(max(1, $0.stops[0])) / 3600 }
    #expect(waits.contains { $0 > 0 } && waits.contains { $0 == 0 } && waits.allSatisfy { $0 < 10 })
  }

  @Test("a straggler slows all until it is found: one of a factor 1.25 for 5 hours costs 1.25 hours and a restart")
  func stragglers() throws {
    var run = try quiet()
    run.spareNodes = 1000
    // 10 per million node hours on 1,000 nodes: one in a hundred hours.
    run.failures.stragglers = .init(rate: number(10), slowing: number(1.25), detection: hours(5))
    for outcome in outcomes(run) where outcome.planned == 1 {
      // Five hours at 1 / 1.25 make four of work: one is lost, and half an hour restarts.
      let lost = outcome.parts[RunDraw.Part.stragglers.rawValue] / 3600
      // A second one may hold up the end without being found.
      #expect(abs(lost - 1.5) < 1e-6 || (lost > 1.5 && lost < 2.5))
    }
    #expect(outcomes(run).contains { $0.planned == 1 && abs($0.parts[2] / 3600 - 1.5) < 1e-6 })
    #expect(outcomes(run).allSatisfy { $0.stops.reduce(0, +) == 0 })
  }

  @Test("a divergence throws away the hours back to its checkpoint, and happens in its share of the runs alone")
  func divergence() throws {
    var run = try quiet()
    run.failures.divergence = .init(runs: number(0.25), perDay: number(0.24), back: hours(6))
    let all = outcomes(run, 2000)
    // A hundredth an hour: one in a run of a hundred hours; e^-1 of the runs that can have none.
    let share = Double(all.count { $0.stops[2] > 0 }) / 2000
    #expect(abs(share - 0.25 * (1 - exponential(-1))) < 0.05)
    for outcome in all where outcome.stops[2] == 1 {
      let lost = outcome.parts[RunDraw.Part.rollbacks.rawValue] / 3600
      // Six hours and the restart, less where fewer hours were done.
      #expect(lost <= 6.5 + 1e-6 && lost > 0.5)
    }
    #expect(all.contains { $0.stops[2] == 1 && abs(($0.time ?? 0) / 3600 - 106.5) < 1e-6 })
  }

  @Test("a silent error takes its node and all that was trained since")
  func silentErrors() throws {
    var run = try quiet()
    run.spareNodes = 1000
    run.failures.silentErrors = .init(rate: number(10), found: hours(3))
    for outcome in outcomes(run) where outcome.stops[1] == 1 {
      // Three hours, up to an hour to the checkpoint before, and the restart; less at the beginning.
      let lost = outcome.parts[RunDraw.Part.rollbacks.rawValue] / 3600
      #expect(lost > 0.5 && lost <= 4.5 + 1e-6)
    }
    #expect(outcomes(run).contains { $0.stops[1] == 1 && $0.parts[9] / 3600 > 3.5 })
  }

  @Test("maintenance comes on its days and costs its length")
  func maintenance() throws {
    var run = try quiet()
    // After 30, 61 and 92 hours: each begins 30 hours after the end of the one before.
    run.failures.maintenance = .init(every: hours(30), lasts: hours(1))
    let outcome = outcomes(run, 1)[0]
    let time = try #require(outcome.time)
    #expect(outcome.planned == 3 && abs(time / 3600 - 103) < 1e-9)
  }

  @Test("of a young platform's days, those of slower steps and of stops beyond a settled one's are told")
  func maturity() throws {
    var run = try quiet()
    // Half as fast for all time: 200 hours, of which half are the platform's.
    run.maturity = try profile { $0.pace = number(0.5) }
    let slow = outcomes(run, 1)[0]
    #expect(abs((slow.time ?? 0) - 200 * 3600) < 1e-3 && abs(slow.maturity - 100 * 3600) < 1e-3)
    // Four times the stops: three of four are the platform's.
    run.failures.fleets = [.init(name: "one", rate: number(20))]
    run.maturity = try profile { $0.stops = number(4) }
    let report = run.simulate(draws: 2000, seed: Seed(1))
    #expect(abs(report.maturityDays / (report.meanDays - 100.0 / 24) - 0.75) < 0.03)
    // A restart of twice the length: half of detection and restart, 0.75 of the 2 hours of a stop.
    run.maturity = try profile { $0.restart = number(2) }
    let longer = run.simulate(draws: 2000, seed: Seed(1))
    #expect(abs(longer.maturityDays / (longer.meanDays - 100.0 / 24) - 0.375) < 0.02)
    // All of it is gone after its time, and before, when the team is old enough.
    run.maturity = try profile {
      $0.pace = number(0.5)
      $0.settles = hours(50)
    }
    run.stackAge = Seconds(50 * 3600)
    #expect(outcomes(run, 20).allSatisfy { $0.maturity == 0 })
    // Given up: in its share of the draws.
    run.maturity = try profile { $0.givenUp = number(0.2) }
    let given = run.simulate(draws: 2000, seed: Seed(1))
    #expect(abs(given.givenUp - 0.2) < 4 * (0.16 / 2000).squareRoot() && given.finishes == 1 - given.givenUp)
  }

  @Test("a run that stops faster than it gets on never finishes, and says so at once")
  func hopeless() throws {
    var run = try quiet()
    run.failures.fleets = [.init(name: "storm", rate: number(1e6))]
    let report = run.simulate(draws: 20, seed: Seed(1))
    #expect(report.finishes == 0 && report.probability(within: 1e9) == 0)
  }

  @Test("the step's error spreads the days as it should")
  func stepSpread() throws {
    var run = try quiet()
    run.stepSpread = 0.1
    let days = run.simulate(draws: 4000, seed: Seed(1)).days
    // A normal's 90th percentile lies 1.2816 deviations up.
    #expect(abs(days.p90 / days.p50 - exponential(0.12816)) < 0.01)
  }

  @Test("Daly's interval is better than a third and three times of it")
  func cadence() throws {
    var run = try quiet()
    run.failures.fleets = [.init(name: "one", rate: number(200))]
    run.checkpointPerChip = run.failures.copyPerChip.value * Seconds(60)
    func mean(_ factor: Double) -> Double {
      run.interval = nil
      run.interval = run.cadence * factor
      return run.simulate(draws: 1500, seed: Seed(1)).meanDays
    }
    let best = mean(1)
    #expect(best < mean(1.0 / 3) && best < mean(3))
  }

  @Test("a run's draws are the same for one seed, and fewer stops never make it longer")
  func runs() throws {
    let failures = try Catalog().failureModel()
    func run(_ chips: Int) -> TrainingRunReport {
      TrainingRun(
        step: .seconds(10), tokensPerStep: 16e6, tokens: 1e12, chips: chips, checkpointPerChip: .gigabytes(1),
        failures: failures
      ).simulate(draws: 200, seed: Seed(7))
    }
    #expect(run(1000) == run(1000))
    #expect(run(1000).days.p50 < run(10_000).days.p50)
    #expect(run(1000).days.p10 >= run(1000).productiveDays)
  }

  @Test("Llama 3's 54 days: 419 interruptions, 47 planned stops and over 90% effective time lie within the bands")
  func llama54Days() throws {
    // 16,384 H100 for 54 days, just over 90% of them effective; 14 bytes a parameter over all chips. Its rates are in
    // no file of the catalog.
    let productive = 54 * 0.905 * 86_400.0
    let run = TrainingRun(
      step: .seconds(1), tokensPerStep: 1, tokens: productive, chips: 16_384,
      checkpointPerChip: Bytes(405e9 * 14 / 16_384), failures: try Catalog().failureModel())
    let report = run.simulate(draws: 2000, seed: Seed(1))
    #expect(report.interruptions.p10 < 419 && 419 < report.interruptions.p90)
    #expect(report.plannedStops.p10 < 47 && 47 < report.plannedStops.p90, "\(report.plannedStops)")
    #expect(report.effectiveShare.p10 < 0.9 && 0.9 < report.effectiveShare.p90, "\(report.effectiveShare)")
    #expect(report.days.p10 < 54 && 54 < report.days.p90, "\(report.days)")
    // Not so wide that it says nothing: within a factor of ten.
    #expect(report.interruptions.p90 / report.interruptions.p10 < 10)
    // Table 5: chips 148 + 19 + 17 + 6; cables, switches and network cards 42, which it does not divide.
    let published: [([String], Double)] = [
      (["chip"], 190), (["chip memory"], 72), (["link", "switch"], 42), (["host"], 46), (["software"], 63),
      (["silent error"], 6),
    ]
    for (names, count) in published {
      let causes = report.causes.filter { names.contains($0.name) }
      #expect(causes.count == names.count)
      let low = causes.reduce(0) { $0 + $1.p10 }, high = causes.reduce(0) { $0 + $1.p90 }
      #expect(low < count && count < high, "\(names): \(low) to \(high)")
    }
  }

  @Test("dates count days of the calendar")
  func dates() throws {
    let first = try #require(CalendarDate("2026-01-01"))
    #expect(first.days == 20_454 && first.adding(90).description == "2026-04-01")
    #expect(CalendarDate("1970-01-01")?.days == 0 && CalendarDate("2000-03-01")?.days == 11_017)
    for text in ["2026-02-29", "2026-13-01", "2026-1-1", "26-01-01", "soon", "", "2026"] {
      #expect(CalendarDate(text) == nil)
    }
    for day in stride(from: -200_000, to: 200_000, by: 97) {
      #expect(CalendarDate(CalendarDate(days: day).description)?.days == day)
    }
  }

  @Test("the chance to be done by a day grows with the day, from none to the share that finishes")
  func byDate() throws {
    var run = try quiet()
    run.stepSpread = 0.2
    run.maturity = try profile { $0.givenUp = number(0.1) }
    let report = run.simulate(draws: 1000, seed: Seed(1))
    let start = CalendarDate(days: 20_454)
    func chance(_ days: Int) throws -> Double {
      try #require(TrainingFinish(report, start: start, by: start.adding(days)).probability)
    }
    // 100 hours are 4.2 days: on the fifth day, the one four days after the start, half are done that are not given up.
    let chances = try [0, 3, 4, 5, 20].map(chance)
    #expect(chances == chances.sorted() && chances[0] == 0 && chances[4] == report.finishes)
    #expect(chances[2] > 0.5 && chances[2] < report.finishes)
    let finish = TrainingFinish(report, start: start, by: nil)
    #expect(finish.p50.description == "2026-01-05" && finish.probability == nil)
  }
}
