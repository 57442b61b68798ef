import Formats
import Foundation
import Simulation
import Testing
import Units

@testable import Supply

/// Worlds of several imports that compete for the room that a mandate leaves.
@Suite struct ImportRoomTests {
  /// Imports J and K beside I; amounts are distributions, so that every draw is another world.
  private func world(_ events: String, seed: UInt64 = 1, amounts: Bool = true) throws -> CompiledWorld {
    func chip(_ name: String, _ wanted: String, _ price: String, _ compute: String) -> String {
      """
        - name: \(name)
          vendor: W
          wanted: \(wanted)
          price: \(price)
          specification: {computePower: \(compute), memoryBandwidth: 1, power: 100, tokensPerSecond: 10}
      """
    }
    let more =
      amounts
      ? chip("J", "1 to 200", "500 to 20000", "20 to 900") + "\n" + chip("K", "1 to 200", "500 to 20000", "20 to 900")
      : chip("J", "10", "1000", "100") + "\n" + chip("K", "10", "1000", "25")
    let yaml = SmallWorld.yaml(demand: amounts ? "50000 to 900000" : "40000", wanted: amounts ? "1 to 200" : "10")
    let marker = "  demand: {value:"
    let parts = yaml.components(separatedBy: marker)
    return try SmallWorld.world(parts[0] + more + "\n" + marker + parts[1], events: "[\(events)]", seed: seed)
  }

  private static let mandate =
    "{id: m, date: 2024-01, title: t, actor: a, source: s, effects: [{on: mandate.national, set: 0.8}]}"

  @Test("the room goes to the chip that gives most compute for the money, then to the next")
  func order() throws {
    let drawn = DrawnSeries(try world(Self.mandate, amounts: false))
    // Room 8,000: ten J of 1,000 for 0.1 a dollar take it all; I gives 0.05, K 0.025.
    #expect(drawn["sold.J"][5] == 8)
    #expect(drawn["sold.I"][5] == 0 && drawn["sold.K"][5] == 0)
  }

  @Test("a licence more never lowers imported compute up to any month, in two hundred random worlds")
  func licences() throws {
    // Every draw is another world.
    for seed in 1...8 as ClosedRange<UInt64> {
      let month = 1 + Int(seed * 4)
      let date = Horizon(firstYear: 2024, lastYear: 2026).date(of: month).description
      let chip = ["I", "J", "K"][Int(seed % 3)]
      let bar =
        "{id: b, date: 2024-01, title: t, actor: a, source: s, effects: [{on: import.\(chip).export, set: 0.1}]}"
      let licence =
        "{id: l, date: \(date), title: t, actor: a, source: s, effects: [{on: import.\(chip).export, set: 1}]}"
      let fewer = try world("\(Self.mandate), \(bar)", seed: seed)
      let more = try world("\(Self.mandate), \(bar), \(licence)", seed: seed)
      let (tight, loose) = (
        DrawnSeries.first(randomWorlds / 8, of: fewer), DrawnSeries.first(randomWorlds / 8, of: more)
      )
      for (draw, (one, other)) in zip(tight, loose).enumerated() {
        for (few, many) in zip(one["imports.compute"], other["imports.compute"]) {
          #expect(many >= few * (1 - 1e-12), "seed \(seed), draw \(draw)")
        }
      }
    }
  }

  @Test("what is barred is at most what imports leave of demand, however much buyers ask for")
  func barred() throws {
    let bar = "{id: b, date: 2024-01, title: t, actor: a, source: s, effects: [{on: import.*.export, set: 0}]}"
    let barring = try world(bar)
    for drawn in DrawnSeries.first(randomWorlds, of: barring) {
      for (barred, demand) in zip(drawn["imports.barred"], drawn["market.demand"]) {
        #expect(barred <= demand * (1 + 1e-12))
      }
    }
  }
}

/// Stocks of dies, and what makers book.
@Suite struct DieStockTests {
  private func yaml(_ more: String, _ maker: String = "") -> String {
    SmallWorld.yaml(wafers: "1000", stacks: "400", lag: "2")
      .replacingOccurrences(of: "value: 0.5}, lag: 2}", with: "value: 0.5}, lag: 2\(more)}")
      .replacingOccurrences(of: "price: 1000,", with: "price: 1000,\(maker)")
  }

  @Test("dies pile up without a limit, and with one starts fall to what is used")
  func held() throws {
    let free = DrawnSeries(try SmallWorld.world(yaml("")))
    let held = DrawnSeries(try SmallWorld.world(yaml(", stockMonths: 3")))
    // 5,000 good dies a month, of which 100 packages of two use 200.
    #expect((free["dieStock.d"].last ?? 0) > 100_000)
    // Three months of need, and what was begun before the need was known.
    #expect((held["dieStock.d"].last ?? 1e9) < 10_000)
    #expect(abs((held["wafers.F"].last ?? 0) - 40) < 1e-3)
    #expect(held["domestic.units"] == free["domestic.units"])
    #expect(abs(held.total("dies.d") - held.total("diesUsed.d") - (held["dieStock.d"].last ?? 0)) < 1e-6)
  }

  @Test("a looser limit never gives a maker fewer chips where stocks of dies are limited, in 200 random worlds")
  func monotonic() throws {
    func world(_ effect: String, _ seed: UInt64) throws -> CompiledWorld {
      let event =
        effect.isEmpty
        ? "[]" : "[{id: e, date: 2024-01, title: t, actor: a, source: s, effects: [\(effect)]}]"
      let yaml = SmallWorld.yaml(
        wafers: "20 to 400", stacks: "100 to 2000", line: "20 to 600", plan: "20 to 600", demand: "50000 to 900000",
        lag: "{uniform: [0, 9]}"
      ).replacingOccurrences(of: "value: 0.5}, lag:", with: "value: 0.5}, stockMonths: 3 to 12, lag:")
      return try SmallWorld.world(yaml, events: event, seed: seed)
    }
    for limit in ["fab.F.wafers", "memory.s.inflow", "packaging.l.capacity"] {
      let tight = DrawnSeries.first(randomWorlds, of: try world("", 7))
      let loose = DrawnSeries.first(randomWorlds, of: try world("{on: \(limit), multiply: 1.3}", 7))
      for (draw, (one, other)) in zip(tight, loose).enumerated() {
        var (less, more) = (0.0, 0.0)
        for (few, many) in zip(one["domestic.units"], other["domestic.units"]) {
          (less, more) = (less + few, more + many)
          #expect(more >= less * (1 - 1e-9) - 1e-9, "\(limit), draw \(draw)")
        }
      }
    }
  }

  @Test("a maker books its share of what buyers pay")
  func booked() throws {
    let drawn = DrawnSeries(try SmallWorld.world(yaml("", " makerShare: 0.8,")))
    for (booked, paid) in zip(drawn["booked.V"], drawn["revenue.V"]) { #expect(abs(booked - 0.8 * paid) < 1e-6) }
  }
}
