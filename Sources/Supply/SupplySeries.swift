/// A quantity that a run reports for every month.
public struct SupplySeries: Hashable, Sendable {
  public var name: String
  public var unit: String
  /// What a period's value is: the sum of its months, or the value of its last.
  public var isStock: Bool

  init(_ name: String, _ unit: String, isStock: Bool = false) {
    self.name = name
    self.unit = unit
    self.isStock = isStock
  }
}

extension CompiledWorld {
  /// The quantities in the order in which `MonthlyModel.report` gives them.
  var series: [SupplySeries] {
    var list: [SupplySeries] = []
    list += products.map { SupplySeries("sold.\($0.name)", "chips") }
    list += imports.map { SupplySeries("sold.\($0.name)", "chips") }
    list += vendors.map { SupplySeries("units.\($0)", "chips") }
    list += vendors.map { SupplySeries("revenue.\($0)", "USD") }
    list += imports.map { SupplySeries("revenue.\($0.name)", "USD") }
    list += vendors.map { SupplySeries("compute.\($0)", "PFLOP/s") }
    list += fabs.map { SupplySeries("wafers.\($0.name)", "wafers") }
    list += fabs.map { SupplySeries("capacity.\($0.name)", "wafers/month", isStock: true) }
    list += families.map { SupplySeries("dies.\($0.name)", "good dies") }
    list += families.map { SupplySeries("diesUsed.\($0.name)", "dies") }
    list += families.map { SupplySeries("dieStock.\($0.name)", "dies", isStock: true) }
    list += memories.map { SupplySeries("stacks.\($0)", "stacks") }
    list += memories.map { SupplySeries("stacksUsed.\($0)", "stacks") }
    list += memories.map { SupplySeries("stackStock.\($0)", "stacks", isStock: true) }
    return list + Self.totals
  }

  private static let totals: [SupplySeries] = [
    SupplySeries("domestic.capacity", "wafers/month", isStock: true), SupplySeries("domestic.wafers", "wafers"),
    SupplySeries("domestic.dies", "good dies"), SupplySeries("domestic.packagesStarted", "packages"),
    SupplySeries("domestic.packages", "chips"), SupplySeries("domestic.completed", "chips"),
    SupplySeries("domestic.unsold", "chips", isStock: true),
    SupplySeries("domestic.units", "chips"), SupplySeries("domestic.value", "USD"),
    SupplySeries("domestic.compute", "PFLOP/s"), SupplySeries("domestic.bandwidth", "TB/s"),
    SupplySeries("imports.units", "chips"), SupplySeries("imports.value", "USD"),
    SupplySeries("imports.compute", "PFLOP/s"), SupplySeries("imports.bandwidth", "TB/s"),
    SupplySeries("smuggled.units", "chips"), SupplySeries("smuggled.value", "USD"),
    SupplySeries("smuggled.compute", "PFLOP/s"),
    SupplySeries("imports.barred", "USD"), SupplySeries("imports.booked", "USD"), SupplySeries("imports.fees", "USD"),
    SupplySeries("imports.writeOffs", "USD"),
    SupplySeries("market.demand", "USD"), SupplySeries("market.unmet", "USD"), SupplySeries("market.supply", "USD"),
    SupplySeries("share.value", "fraction", isStock: true), SupplySeries("share.units", "fraction", isStock: true),
    SupplySeries("share.compute", "fraction", isStock: true),
    SupplySeries("fleet.domesticUnits", "chips", isStock: true), SupplySeries("fleet.units", "chips", isStock: true),
    SupplySeries("fleet.retired", "chips"),
    SupplySeries("fleet.domesticCompute", "PFLOP/s", isStock: true),
    SupplySeries("fleet.compute", "PFLOP/s", isStock: true), SupplySeries("fleet.power", "MW", isStock: true),
    SupplySeries("fleet.h100byCompute", "H100", isStock: true),
    SupplySeries("supernodes.added", "supernodes"),
    SupplySeries("tokens.capacity", "billion tokens/day", isStock: true),
    SupplySeries("tokens.served", "billion tokens/day", isStock: true),
    SupplySeries("tokens.wanted", "billion tokens/day", isStock: true),
  ]
}
