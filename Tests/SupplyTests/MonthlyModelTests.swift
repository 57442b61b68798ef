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

  @Test("no event changes anything before its date, in two hundred random worlds", arguments: [3, 11, 17, 29])
  func causality(month: Int) throws {
    let date = Horizon(firstYear: 2024, lastYear: 2026).date(of: month).description
    let effects = [
      "{on: fab.F.wafers, multiply: 0.1}", "{on: memory.s.inflow, set: 0}", "{on: packaging.l.capacity, set: 0.01}",
      "{on: product.A.plan, multiply: 0.3}", "{on: import.I.purchase, set: 0.5}", "{on: import.I.production, set: 0}",
      "{on: import.I.fee, set: 0.15}", "{on: import.I.writeOff, pulse: 9}", "{on: import.I.running, set: 0}",
      "{on: demand.value, multiply: 2}", "{on: mandate.state, set: 1}", "{on: mandate.national, set: 1}",
      "{on: dies.d.inflow, set: 0}", "{on: import.I.tariff, set: 0.5}", "{on: tokens.wanted, multiply: 0.1}",
      "{on: power.sites, set: 0.001}", "{on: power.subsidy, set: 0.5}", "{on: training.usable, set: 0.1}",
      "{on: demand.substitution, set: 0}", "{on: system.S.sites, set: 0}", "{on: mandate.C, set: 0.9}",
    ]
    let each = (randomWorlds / 4 + effects.count - 1) / effects.count
    for (number, effect) in effects.enumerated() {
      let event = "[{id: e, date: \(date), title: t, actor: a, source: s, effects: [\(effect)]}]"
      let seed = UInt64(number * 100 + month)
      let bases = DrawnSeries.first(each, of: try random(seed))
      let changed = DrawnSeries.first(each, of: try random(seed, events: event))
      for (base, drawn) in zip(bases, changed) {
        for name in base.names {
          #expect(drawn[name].prefix(month) == base[name].prefix(month), "\(effect) on \(name), seed \(seed)")
        }
      }
    }
  }

  /// Wide random worlds: every amount is a distribution.
  private func random(_ seed: UInt64, events: String = "[]") throws -> CompiledWorld {
    try SmallWorld.world(
      SmallWorld.yaml(
        wafers: "20 to 400", stacks: "100 to 2000", line: "20 to 600", plan: "20 to 600", demand: "50000 to 900000",
        wanted: "1 to 200", packagingYield: "{uniform: [0.3, 1]}", lag: "{uniform: [0, 9]}",
        life: "{uniform: [0.5, 5]}",
        cities: "[{name: C, demandShare: 0.1 to 0.6, compliance: 0.9}]"
      ),
      events: events, seed: seed)
  }

  @Test("wafers, dies, stacks, chips, systems and money balance in every month of two hundred random worlds")
  func conservation() throws {
    for seed in 1...5 as ClosedRange<UInt64> {
      for drawn in DrawnSeries.first(randomWorlds / 5, of: try random(seed)) { balances(drawn) }
    }
  }

  private func balances(_ drawn: DrawnSeries) {
    var dies = 0.0, stacks = 0.0, chips = 0.0, installed = 0.0, waiting = 0.0, built = 0.0
    for month in 0..<drawn.months {
      func now(_ name: String) -> Double { drawn[name][month] }
      dies += now("dies.d") - now("diesUsed.d")
      stacks += now("stacks.m") - now("stacksUsed.m")
      chips += now("domestic.completed") - now("domestic.units")
      installed += now("sold.A") + now("sold.I") - now("fleet.retired")
      waiting += 0.5 * now("sold.A") - 10 * now("systems.S")
      built += now("systems.S")
      #expect(close(dies, now("dieStock.d")))
      #expect(close(stacks, now("stackStock.m")))
      #expect(close(chips, now("domestic.unsold")))
      #expect(close(installed, now("fleet.units")))
      #expect(close(waiting, now("waiting.S")))
      #expect(close(built, now("built.S")))
      #expect(close(8 * now("systems.Server-8"), 0.5 * now("sold.A") + now("sold.I")))
      #expect(now("systems.S") <= 3)
      #expect(close(now("wafers.F"), now("domestic.wafers")))
      #expect(close(now("market.demand"), now("domestic.value") + now("imports.value") + now("market.unmet")))
      #expect(close(now("domestic.value"), now("city.C.domestic") + now("city.elsewhere.domestic")))
      #expect(close(now("imports.value"), now("city.C.imports") + now("city.elsewhere.imports")))
      #expect(close(now("domestic.value"), now("revenue.V")))
      #expect(close(now("diesUsed.d"), 2 * now("domestic.packagesStarted")))
      #expect(close(now("stacksUsed.m"), 4 * now("domestic.packagesStarted")))
      #expect(now("tokens.served") <= now("tokens.wanted") + 1e-9)
    }
    for name in drawn.names { #expect(drawn[name].allSatisfy { $0 >= -1e-9 && $0.isFinite }, "\(name)") }
    #expect(drawn.total("domestic.completed") <= drawn.total("domestic.packages") * (1 + 1e-12) + 1e-9)
  }

  /// To rounding in double precision.
  private func close(_ left: Double, _ right: Double) -> Bool {
    abs(left - right) <= 1e-6 + 1e-10 * max(abs(left), abs(right))
  }

  @Test("seven supernodes' worth of chips a month wait where sites take three")
  func sites() throws {
    let drawn = DrawnSeries(
      try SmallWorld.world(SmallWorld.yaml(wafers: "1000", stacks: "10000", line: "140", demand: "100000000")))
    // 140 chips a month, half of them for supernodes of ten, three of which find a site.
    #expect(drawn["systems.S"] == [Double](repeating: 3, count: 36))
    #expect(drawn["waiting.S"][1] == 80)
  }

  @Test("half the power that all chips need runs them half of the time")
  func power() throws {
    let full = DrawnSeries(try SmallWorld.world(SmallWorld.yaml()))
    let need = try #require(full["fleet.power"].last)
    let half = DrawnSeries(try SmallWorld.world(SmallWorld.yaml(sitePower: "\(need / 2)")))
    #expect(abs((half["fleet.powered"].last ?? 0) - 0.5) < 1e-12)
    #expect(abs((half["tokens.capacity"].last ?? 0) * 2 - (full["tokens.capacity"].last ?? 1)) < 1e-9)
    #expect(abs((half["fleet.gridShare"].last ?? 0) - need / 2 / 10_000) < 1e-15)
  }

  @Test("a city's mandate keeps its share of demand from imports, and only there")
  func city() throws {
    let city = "[{name: C, demandShare: 0.5, compliance: 1}]"
    let event = "[{id: m, date: 2025-01, title: t, actor: a, source: s, effects: [{on: mandate.C, set: 1}]}]"
    let yaml = SmallWorld.yaml(demand: "40000", wanted: "100", cities: city)
    let drawn = DrawnSeries(try SmallWorld.world(yaml, events: event))
    // Before: 20 imports for 2,000 each take all. Then half of the demand is kept; what comes in goes elsewhere.
    #expect(drawn["imports.value"][0] == 40_000)
    #expect(drawn["imports.value"][20] == 20_000)
    #expect(drawn["city.C.imports"][20] == 0)
    #expect(drawn["city.C.share"][20] == 1)
    #expect(drawn["city.elsewhere.imports"][20] == 20_000)
  }

  @Test("a tariff raises the price, and what is wanted falls by the elasticity")
  func tariff() throws {
    let event = "[{id: m, date: 2025-01, title: t, actor: a, source: s, effects: [{on: import.I.tariff, set: 0.25}]}]"
    let drawn = DrawnSeries(try SmallWorld.world(SmallWorld.yaml(), events: event))
    #expect(drawn["sold.I"][20] == 8)
    #expect(drawn["imports.value"][20] == 8 * 2500)
    #expect(drawn["imports.tariffs"][20] == 8 * 500)
  }

  @Test("a threshold bars what exceeds it, and a name with a star acts on every quantity that fits it")
  func threshold() throws {
    func drawn(_ effect: String) throws -> DrawnSeries {
      let event = "[{id: m, date: 2025-01, title: t, actor: a, source: s, effects: [\(effect)]}]"
      return DrawnSeries(try SmallWorld.world(SmallWorld.yaml(), events: event))
    }
    // 100 TFLOP/s times 16 bits.
    #expect(try drawn("{on: control.performance, set: 1599}")["sold.I"][20] == 0)
    #expect(throws: Problems.self) { try drawn("{on: control.performance, set: 1600}") }
    #expect(try drawn("{on: import.*.purchase, set: 0.5}")["sold.I"][20] == 5)
    #expect(throws: Problems.self) { try drawn("{on: export.*.purchase, set: 0.5}") }
  }

  @Test("chips that arrive beside production can be sold, and those disabled from afar serve nothing")
  func arrivals() throws {
    let event = """
      [{id: m, date: 2025-01, title: t, actor: a, source: s, effects: [{on: import.I.production, set: 0}, \
      {on: import.I.arrivals, pulse: 25, after: 2}, {on: import.I.running, set: 0}]}]
      """
    let drawn = DrawnSeries(try SmallWorld.world(SmallWorld.yaml(wafers: "0"), events: event))
    #expect(drawn["sold.I"][12...18] == [0, 0, 10, 10, 5, 0, 0])
    #expect(drawn["tokens.imported"][11] > 0)
    #expect(drawn["tokens.imported"][12] == 0)
  }

  @Test("makers that ask for more stacks than there are get the same share of what they asked for")
  func sharing() throws {
    let second = """
      - {name: B, vendor: X, die: d, diesPerChip: 2, memory: m, stacksPerChip: 4, packaging: l, packagingWeight: 1, \
      packagingYield: 1, lag: 0, plan: 3000, price: 1000, specification: {computePower: 1, memoryBandwidth: 1, \
      power: 1, tokensPerSecond: 1, joulesPerToken: 1}}
      """
    let drawn = DrawnSeries(
      try SmallWorld.world(SmallWorld.yaml(wafers: "10000", line: "9000", demand: "100000000", second: second)))
    // 400 stacks make 100 packages: a quarter for who wants 1,000, three quarters for who wants 3,000.
    #expect(drawn["sold.A"][5] == 25)
    #expect(drawn["sold.B"][5] == 75)
    #expect(drawn["stackStock.m"][5] == 0)
  }

  @Test("when nothing comes from abroad output would last for ever, and all of it is carried by domestic inputs")
  func resilience() throws {
    let drawn = DrawnSeries(try SmallWorld.world(SmallWorld.yaml()))
    #expect(drawn["resilience.months"].last == 60)
    #expect(drawn["resilience.share"].last == 1)
  }

  /// Its own output: chips of the only maker there is. Of several makers that share an input the mix may shift.
  @Test(
    "a looser limit never gives a maker fewer chips up to any month of two hundred random worlds",
    arguments: ["fab.F.wafers", "memory.s.inflow", "packaging.l.capacity", "product.A.plan", "demand.value"])
  func monotonic(limit: String) throws {
    let effect = "{on: \(limit), multiply: 1.3}"
    let event = "[{id: e, date: 2024-01, title: t, actor: a, source: s, effects: [\(effect)]}]"
    for seed in 1...5 as ClosedRange<UInt64> {
      let tight = DrawnSeries.first(randomWorlds / 5, of: try random(seed))
      let loose = DrawnSeries.first(randomWorlds / 5, of: try random(seed, events: event))
      for (draw, (one, other)) in zip(tight, loose).enumerated() {
        var (less, more) = (0.0, 0.0)
        for (few, many) in zip(one["domestic.units"], other["domestic.units"]) {
          (less, more) = (less + few, more + many)
          #expect(more >= less * (1 - 1e-12), "seed \(seed), draw \(draw)")
        }
      }
    }
  }

  @Test("any number of workers gives the same quantiles and measures")
  func workers() throws {
    let world = try random(3)
    let measure = CompiledMeasure(series: 0, months: 0..<12, isStock: false)
    let one = world.run(draws: 1500, measures: [measure], banded: [measure], workers: 1)
    let three = world.run(draws: 1500, measures: [measure], banded: [measure], workers: 3)
    #expect(one.quantiles == three.quantiles)
    #expect(one.measures == three.measures)
    #expect(one.bands == three.bands)
    // More workers than blocks are left for, so that some have nothing to count.
    let fifty = world.run(draws: 1500, measures: [measure], banded: [measure], workers: 50)
    #expect(one.quantiles == fifty.quantiles && one.bands == fifty.bands)
    #expect(one.constraints == three.constraints)
  }

  @Test("quantiles of few draws are those of the sorted draws, and of many agree with them to within 1%")
  func histogram() throws {
    let world = try random(5)
    let index = try #require(world.series.map(\.name).firstIndex(of: "domestic.units"))
    let measure = CompiledMeasure(series: index, months: 20..<21, isStock: false)
    for (draws, error) in [(600, 1e-6), (4000, 0.01)] {
      let outcome = world.run(draws: draws, measures: [measure], banded: [measure], workers: 2)
      let sorted = outcome.measures[0].sorted()
      #expect(outcome.bands[0] == outcome.quantiles[index][20])
      for (level, binned) in zip(bandLevels, outcome.quantiles[index][20]) {
        let exact = quantile(level, of: sorted)
        #expect(abs(binned - exact) <= error * exact, "\(draws) draws, \(level)")
      }
    }
  }
}
