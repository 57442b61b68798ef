import Formats
import Simulation
import Testing
import Units

@testable import Supply

@Suite struct MonthlyModelTests {
  @Test("with dies for 250 and stacks for 100 packages a month, 100 chips a month are made and memory binds")
  func memoryBinds() throws {
    let world = try SmallWorld.world(SmallWorld.yaml())
    let drawn = DrawnSeries(world)
    // 400 stacks / 4 = 100 packages; 500 good dies / 2 = 250.
    #expect(drawn["domestic.units"] == [Double](repeating: 100, count: 36))
    #expect(drawn["dieStock.d"][0] == 300)
    let outcome = world.run(draws: 4, measures: [], workers: 1)
    let memory = try #require(MonthlyModel.Constraint.allCases.firstIndex(of: .memory))
    #expect(outcome.constraints.allSatisfy { $0[memory] == 4 })
  }

  @Test("a delay of a month and a half splits what is made over the two months between which it falls")
  func lag() throws {
    let drawn = DrawnSeries(try SmallWorld.world(SmallWorld.yaml(lag: "1.5")))
    // 250 dies in month 1, 500 from month 2 on; chips a month and a half after the dies' 62.5 and 100 packages.
    #expect(drawn["dies.d"].prefix(3) == [0, 250, 500])
  }

  @Test("a ban half way through a month halves that month's imports and leaves earlier ones alone")
  func ban() throws {
    let event = "[{id: b, date: 2025-04-16, title: t, actor: a, source: s, effects: [{on: import.I.export, set: 0}]}]"
    let base = DrawnSeries(try SmallWorld.world(SmallWorld.yaml()))
    let drawn = DrawnSeries(try SmallWorld.world(SmallWorld.yaml(), events: event))
    #expect(drawn["sold.I"].prefix(15) == base["sold.I"].prefix(15))
    let half: Double = 10 * 15 / 30.4375
    #expect(abs(drawn["sold.I"][15] - half) < 1e-5)
    #expect(drawn["sold.I"].suffix(20).allSatisfy { $0 == 0 })
  }

  @Test("no event changes anything before its date", arguments: [3, 11, 17, 29])
  func causality(month: Int) throws {
    let date = Horizon(firstYear: 2024, lastYear: 2026).date(of: month).description
    let effects = [
      "{on: fab.F.wafers, multiply: 0.1}", "{on: memory.s.inflow, set: 0}", "{on: packaging.l.capacity, set: 0.01}",
      "{on: product.A.plan, multiply: 0.3}", "{on: import.I.purchase, set: 0.5}", "{on: import.I.production, set: 0}",
      "{on: import.I.fee, set: 0.15}", "{on: import.I.writeOff, pulse: 9}", "{on: import.I.running, set: 0}",
      "{on: demand.value, multiply: 2}", "{on: mandate.state, set: 1}", "{on: mandate.national, set: 1}",
      "{on: dies.d.inflow, set: 0}",
    ]
    let base = DrawnSeries(try SmallWorld.world(SmallWorld.yaml(lag: "0.7")))
    for effect in effects {
      let event = "[{id: e, date: \(date), title: t, actor: a, source: s, effects: [\(effect)]}]"
      let drawn = DrawnSeries(try SmallWorld.world(SmallWorld.yaml(lag: "0.7"), events: event))
      for name in base.names { #expect(drawn[name].prefix(month) == base[name].prefix(month), "\(effect) on \(name)") }
    }
  }

  /// Wide random worlds: every amount is a distribution.
  private func random(_ seed: UInt64) throws -> CompiledWorld {
    try SmallWorld.world(
      SmallWorld.yaml(
        wafers: "20 to 400", stacks: "100 to 2000", line: "20 to 600", plan: "20 to 600", demand: "50000 to 900000",
        wanted: "1 to 200", packagingYield: "{uniform: [0.3, 1]}", lag: "{uniform: [0, 9]}", life: "{uniform: [0.5, 5]}"
      ),
      seed: seed)
  }

  @Test("dies, stacks, packages and chips balance in every month of random worlds", arguments: 1...12)
  func conservation(seed: UInt64) throws {
    let world = try random(seed)
    for draw in 0..<8 {
      let drawn = DrawnSeries(world, draw: UInt64(draw))
      var dies = 0.0, stacks = 0.0, chips = 0.0, installed = 0.0
      for month in 0..<drawn.months {
        dies += drawn["dies.d"][month] - drawn["diesUsed.d"][month]
        stacks += drawn["stacks.m"][month] - drawn["stacksUsed.m"][month]
        chips += drawn["domestic.completed"][month] - drawn["domestic.units"][month]
        installed += drawn["sold.A"][month] + drawn["sold.I"][month] - drawn["fleet.retired"][month]
        #expect(close(dies, drawn["dieStock.d"][month]))
        #expect(close(stacks, drawn["stackStock.m"][month]))
        #expect(close(chips, drawn["domestic.unsold"][month]))
        #expect(close(installed, drawn["fleet.units"][month]))
        let money = drawn["market.demand"][month] - drawn["domestic.value"][month] - drawn["imports.value"][month]
        #expect(close(money, drawn["market.unmet"][month], slack: 1))
        #expect(close(drawn["diesUsed.d"][month], 2 * drawn["domestic.packagesStarted"][month]))
        #expect(close(drawn["stacksUsed.m"][month], 4 * drawn["domestic.packagesStarted"][month]))
      }
      for name in drawn.names { #expect(drawn[name].allSatisfy { $0 >= 0 && $0.isFinite }, "\(name)") }
      #expect(drawn.total("domestic.completed") <= drawn.total("domestic.packages") * 1.000001 + 1e-3)
    }
  }

  /// Columns are single precision: sums over 36 months agree to a few parts in a million.
  private func close(_ left: Double, _ right: Double, slack: Double = 0.05) -> Bool {
    abs(left - right) <= slack + 2e-5 * max(abs(left), abs(right))
  }

  @Test("a looser limit never gives fewer chips", arguments: [50.0, 100, 200, 400])
  func monotonic(limit: Double) throws {
    for (tight, loose) in [
      (SmallWorld.yaml(wafers: "\(limit)"), SmallWorld.yaml(wafers: "\(limit * 1.5)")),
      (SmallWorld.yaml(stacks: "\(limit)"), SmallWorld.yaml(stacks: "\(limit * 1.5)")),
      (SmallWorld.yaml(line: "\(limit)"), SmallWorld.yaml(line: "\(limit * 1.5)")),
      (SmallWorld.yaml(plan: "\(limit)"), SmallWorld.yaml(plan: "\(limit * 1.5)")),
      (SmallWorld.yaml(demand: "\(limit * 500)"), SmallWorld.yaml(demand: "\(limit * 750)")),
    ] {
      let one = DrawnSeries(try SmallWorld.world(tight)), other = DrawnSeries(try SmallWorld.world(loose))
      #expect(other.total("domestic.units") >= one.total("domestic.units"))
    }
  }

  @Test("any number of workers gives the same quantiles and measures")
  func workers() throws {
    let world = try random(3)
    let measure = CompiledMeasure(series: 0, months: 0..<12, isStock: false)
    let one = world.run(draws: 700, measures: [measure], workers: 1)
    let three = world.run(draws: 700, measures: [measure], workers: 3)
    #expect(one.quantiles == three.quantiles)
    #expect(one.measures == three.measures)
    #expect(one.constraints == three.constraints)
  }

  @Test("quantiles from bins agree with sorted draws to the width of a bin")
  func histogram() throws {
    let world = try random(5)
    let index = try #require(world.series.map(\.name).firstIndex(of: "domestic.units"))
    let measure = CompiledMeasure(series: index, months: 20..<21, isStock: false)
    let outcome = world.run(draws: 4000, measures: [measure], workers: 2)
    let sorted = outcome.measures[0].sorted()
    for (level, binned) in zip(bandLevels, outcome.quantiles[index][20]) {
      let exact = quantile(level, of: sorted)
      #expect(abs(binned - exact) <= 0.032 * exact + 0.02)
    }
  }
}
