import Formats
import Foundation
import Testing
import Units

@testable import Supply

/// A world of one plant, one memory, one line, one chip and one import, whose answer can be computed by hand.
///
/// 100 wafers a month × 10 dies × 50% = 500 good dies a month; 400 stacks a month; packages need 2 dies and 4 stacks.
enum SmallWorld {
  static func yaml(
    wafers: String = "100", stacks: String = "400", line: String = "1000", plan: String = "1000",
    demand: String = "1000000", wanted: String = "10", packagingYield: String = "1", lag: String = "0",
    life: String = "4", sitePower: String = "1000000", cities: String = "[]",
    second: String = ""
  ) -> String {
    """
    name: small
    world:
      firstYear: 2024
      lastYear: 2026
      schools: []
      dies:
      - {name: d, grossPerWafer: 10, yield: {model: curve, value: 0.5}, lag: \(lag)}
      fabs:
      - {name: F, owner: F, capacity: \(wafers), dies: {d: rest}}
      memories: [m]
      memorySources:
      - {name: s, stacks: \(stacks), memories: {m: rest}}
      packaging:
      - {name: l, capacity: \(line)}
      products:
      - {name: A, vendor: V, die: d, diesPerChip: 2, memory: m, stacksPerChip: 4, packaging: l, packagingWeight: 1,
        packagingYield: \(packagingYield), lag: \(lag), plan: \(plan), price: 1000,
        specification: {computePower: 100, memoryBandwidth: 1, power: 100, tokensPerSecond: 10, joulesPerToken: 1}}
      \(second)
      imports:
      - name: I
        vendor: W
        wanted: \(wanted)
        price: 2000
        specification: {computePower: 100, memoryBandwidth: 1, power: 100, tokensPerSecond: 10}
      demand: {value: \(demand), stateShare: 0.5, substitution: 1, substitutionMonths: 1, patience: 1000,
        priceElasticity: 1}
      cities: \(cities)
      fleet: {\(fleet(life: life, sitePower: sitePower))}
    """
  }

  private static func fleet(life: String, sitePower: String) -> String {
    """
    chipLife: \(life), powerUsageEffectiveness: 1, utilisation: 0.5, tokensWanted: 1000000000000, \
    systems: [{name: S, chips: 10, takes: {A: 0.5}, sites: 3}], sitePower: \(sitePower), gridPower: 10, \
    powerPrice: 0.1, systemPowerFactor: 1, otherSales: 0, otherSalesVendor: W, referenceCompute: 1000, \
    referenceBandwidth: 3.35
    """
  }

  static func world(_ yaml: String, events: String = "[]", seed: UInt64 = 1) throws -> CompiledWorld {
    let node = try Node.parse(yaml, file: "world.yaml")
    let world = try #require(node.field("world")).decode(SupplyWorld.self)
    let list = try Node.parse("events: \(events)", file: "events.yaml")
    let decoded = try #require(list.field("events")).decode([PolicyEvent].self)
    var builder = WorldBuilder(world, parameters: [], settings: .init(), seed: .init(seed))
    return try builder.build(events: decoded)
  }
}

/// Whether the long form of tests is asked for.
let isLong = ProcessInfo.processInfo.environment["SUPERNODE_LONG"] != nil

/// How many random worlds a property is tried on. Every draw of a world whose amounts are distributions is a world of
/// its own.
let randomWorlds = isLong ? 2000 : 200

/// One draw's quantities by name.
struct DrawnSeries {
  let months: Int
  let names: [String]
  private var values: [[Double]]

  init(_ world: CompiledWorld, draw: UInt64 = 0) {
    let model = MonthlyModel(world)
    months = world.horizon.count
    names = world.series.map(\.name)
    var values = [[Double]](repeating: [], count: names.count)
    model.run(first: draw) { _ in
      for (index, column) in model.series.enumerated() { values[index].append(column.draws[0]) }
    }
    self.values = values
  }

  private init(_ world: CompiledWorld, values: [[Double]]) {
    months = world.horizon.count
    names = world.series.map(\.name)
    self.values = values
  }

  /// The first draws of a world, block by block.
  static func first(_ count: Int, of world: CompiledWorld) -> [DrawnSeries] {
    let model = MonthlyModel(world)
    let empty = [[Double]](repeating: [], count: world.series.count)
    var all = [[[Double]]](repeating: empty, count: count)
    for first in stride(from: 0, to: count, by: ColumnStore.draws) {
      let size = min(ColumnStore.draws, count - first)
      model.run(first: UInt64(first)) { _ in
        for (index, column) in model.series.enumerated() {
          for draw in 0..<size { all[first + draw][index].append(column.draws[draw]) }
        }
      }
    }
    return all.map { DrawnSeries(world, values: $0) }
  }

  subscript(name: String) -> [Double] {
    guard let index = names.firstIndex(of: name) else { return [] }
    return values[index]
  }

  func total(_ name: String) -> Double { self[name].reduce(0, +) }
}
