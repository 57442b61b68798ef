import Reports
import Supply
import Units

extension SupplyReport {
  /// How a unit of the model is printed: times a factor, in a notation, under a name that readers know.
  struct Scale {
    var factor: Double
    var notation: Notation
    var name: String

    init(_ unit: String, h100: Double) {
      (factor, notation, name) =
        switch unit {
        case "USD": (1, .dollars, "US dollars")
        case SupplyReport.yuan: (1, .yuan, "yuan")
        case "fraction": (1, .percent, "share")
        case "PFLOP/s": (1 / h100, .count, "H100 equivalents")
        case "MW": (1e6, .watts, "power")
        case "billion tokens/day": (1e9, .count, "tokens a day")
        default: (1, .count, unit)
        }
    }

    /// What is less than a millionth is the noise of sums.
    func text(_ value: Double) -> String {
      abs(value * factor) < 1e-6 ? "0" : Measure(value * factor, notation).description
    }

    /// `499 k to 2.34 M`.
    func range(_ band: Band) -> String { "\(text(band.p05)) to \(text(band.p95))" }

    /// `1.46 M (499 k to 2.34 M)`.
    func text(_ band: Band) -> String { "\(text(band.p50)) (\(range(band)))" }
  }

  /// PFLOP/s of one H100 in dense BF16; the data may say otherwise.
  private var h100: Double {
    let text = parameters.first { $0.name == "spec.h100.bf16_tflops" }?.value ?? ""
    return (Double(text) ?? 989.5) * 1e-3
  }

  func scale(_ unit: String) -> Scale { Scale(unit, h100: h100) }

  /// A quantity in words.
  static func label(_ quantity: String) -> String {
    if let known = labels.first(where: { $0.name == quantity }) { return known.label }
    let parts = quantity.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2, let kind = kinds.first(where: { $0.name == parts[0] }) else { return quantity }
    return "\(parts[1]): \(kind.label)"
  }

  private static let kinds: [(name: String, label: String)] = [
    ("sold", "chips sold"), ("units", "chips sold"), ("revenue", "revenue"), ("compute", "compute sold"),
    ("wafers", "wafers for AI dies"), ("capacity", "wafers a month"), ("dies", "good dies"),
    ("diesUsed", "dies packaged"), ("dieStock", "dies in stock"), ("stacks", "memory stacks in"),
    ("stacksUsed", "memory stacks used"), ("stackStock", "memory stacks in stock"),
  ]

  private static let labels: [(name: String, label: String)] = [
    ("domestic.capacity", "Domestic wafer capacity"), ("domestic.wafers", "Wafers for AI dies"),
    ("domestic.dies", "Good dies made"), ("domestic.packagesStarted", "Packages started"),
    ("domestic.packages", "Packages finished"), ("domestic.completed", "Chips ready to sell"),
    ("domestic.unsold", "Chips unsold"), ("domestic.units", "Domestic chips sold"),
    ("domestic.value", "Domestic chips, value"), ("domestic.compute", "Domestic chips, compute"),
    ("domestic.bandwidth", "Domestic chips, memory bandwidth"), ("imports.units", "Licensed imports"),
    ("imports.value", "Licensed imports, value"), ("imports.compute", "Licensed imports, compute"),
    ("imports.bandwidth", "Licensed imports, memory bandwidth"), ("smuggled.units", "Smuggled chips"),
    ("smuggled.value", "Smuggled chips, value"), ("smuggled.compute", "Smuggled chips, compute"),
    ("imports.barred", "Imports wanted and barred"), ("imports.booked", "China revenue that Nvidia books"),
    ("imports.fees", "Licence fees"), ("imports.writeOffs", "Stock written off"),
    ("market.demand", "Demand"), ("market.unmet", "Demand unmet"), ("market.supply", "Legal supply"),
    ("share.value", "Domestic share by value"), ("share.units", "Domestic share by units"),
    ("share.compute", "Domestic share by compute"), ("fleet.domesticUnits", "Domestic chips running"),
    ("fleet.units", "Chips running"), ("fleet.retired", "Chips retired"),
    ("fleet.domesticCompute", "Domestic compute running"), ("fleet.compute", "Compute running"),
    ("fleet.power", "Power drawn by AI chips and what serves them"),
    ("fleet.h100byCompute", "H100 equivalents running"), ("systems.CloudMatrix-384", "Supernodes built"),
    ("domestic.grossDies", "Dies on domestic wafers"), ("domestic.revenueIndex", "Revenue of domestic makers, index"),
    ("imports.tariffs", "Tariffs on imports"), ("market.mandated", "Demand that mandates reserve"),
    ("market.untrainable", "Demand that only foreign chips can train"),
    ("resilience.months", "Months of output without imports"),
    ("resilience.share", "Output that needs no imports"), ("systems.CloudMatrix-384", "Supernodes built"),
    ("systems.Server-8", "8-chip servers built"), ("fleet.bandwidth", "Memory bandwidth running"),
    ("fleet.h100byBandwidth", "H100 equivalents running, by bandwidth"),
    ("fleet.powered", "Systems that have power"), ("fleet.gridShare", "Share of the grid"),
    ("tokens.domestic", "Tokens that domestic chips could serve"),
    ("tokens.imported", "Tokens that foreign chips could serve"), ("tokens.energy", "Energy by token"),
    ("tokens.power", "Power for serving"), ("tokens.powerCost", "Cost of that power"),
    ("tokens.capacity", "Tokens that the fleet could serve"), ("tokens.served", "Tokens served"),
    ("tokens.wanted", "Tokens asked for"),
  ]

  /// Words short enough to stand at a line in a chart.
  static func label(_ event: Event) -> String {
    event.label ?? event.id.split(separator: "-").prefix(3).joined(separator: " ")
  }
}

extension SupplyReport.Counterfactual {
  /// A world by its name, or by what is left out of it.
  var title: String { name ?? "Without \(without.joined(separator: ", "))" }
}

extension SupplyReport.Claim {
  /// A value in its unit.
  func text(_ value: Double) -> String {
    switch unit {
    case "fraction": Measure(value, .percent).description
    case "ratio": "\(Measure(value, .plain)) ×"
    case "months": Measure(Text.fixed(value, 1)).trimmed.description
    case "date": never.map { value >= $0 } == true ? "later" : CalendarDay(months: value).description
    case "USD": Measure(value, .dollars).description
    case SupplyReport.yuan: Measure(value, .yuan).description
    default: Measure(value, .count).description
    }
  }

  /// After a value, where the value does not say it.
  var wordOfUnit: String { unit == "fraction" || unit == "ratio" ? "" : " \(unit)" }

  /// As a column says it.
  var unitName: String {
    switch unit {
    case "fraction": "share"
    case "ratio": "times"
    case SupplyReport.yuan: "yuan"
    default: unit
    }
  }
}
