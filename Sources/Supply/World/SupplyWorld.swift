import Formats
import Units

/// The plants, memories, packaging lines, chips, imports and buyers of a scenario, as the file describes them.
public struct SupplyWorld: Decodable, Sendable {
  /// The run begins with its January.
  public var firstYear: Int
  /// The run ends with its December.
  public var lastYear: Int
  public var schools: [School]
  /// Families of AI dies.
  public var dies: [DieFamily]
  /// Lines of plants that make them.
  public var fabs: [Fab]
  /// Names of the kinds of memory, such as HBM3.
  public var memories: [String]
  /// Where stacks come from.
  public var memorySources: [MemorySource]
  /// Lines that join dies and memory to chips.
  public var packaging: [PackagingLine]
  /// Made in China; each month they are built in this order.
  public var products: [Product]
  /// Chips made abroad.
  public var imports: [ImportedProduct]
  /// What buyers in China want.
  public var demand: Demand
  /// Cities with a target of their own; none where absent.
  public var cities: [City]?
  /// What chips become: systems, power, tokens.
  public var fleet: Fleet
  /// Turns of policy that may come on a day drawn after all that is known; none where absent.
  public var risks: [PolicyRisk]?

  /// Sources that hold the same view, chosen together in a draw by weight.
  public struct School: Decodable, Sendable {
    /// What the schools disagree on.
    public var group: String
    /// Chance of each school.
    public var weights: NamedValues<Double>
  }

  public struct DieFamily: Decodable, Sendable {
    public var name: String
    /// Whole dies on a wafer.
    public var grossPerWafer: Amount
    public var yield: YieldModel
    /// Months from the wafer's end to a die ready to be packaged.
    public var lag: Amount
    /// Good dies a month from foundries abroad.
    public var inflow: Trajectory?
    /// Those from abroad are bought ahead: they come whatever is in stock.
    public var isStockpiled: Bool?
    /// Months of need that may lie in stock, beside what is in process, before starts and orders abroad fall to what is
    /// needed now; without limit where absent.
    public var stockMonths: Amount?
  }

  public struct Fab: Decodable, Sendable {
    public var name: String
    /// Who runs it.
    public var owner: String
    /// What its dies are made in, for the reader: `7 nm class (N+2)`.
    public var node: String?
    /// Wafers a month that it can start.
    public var capacity: Trajectory
    /// Wafers a month wanted for AI dies; all that it can where absent.
    public var wafers: Trajectory?
    /// Shares by die family; the last may be `rest`, what is not named goes to other uses.
    public var dies: NamedValues<Amount>
  }

  public struct MemorySource: Decodable, Sendable {
    public var name: String
    /// Stacks a month.
    public var stacks: Trajectory
    /// Share of them that flows before any event; 1 where absent.
    public var initially: Double?
    /// From abroad: what ends when all imports stop.
    public var isImported: Bool?
    /// Shares by memory.
    public var memories: NamedValues<Amount>
  }

  public struct PackagingLine: Decodable, Sendable {
    public var name: String
    /// Packages a month that can be started, in units of weight 1.
    public var capacity: Trajectory
  }

  public struct Specification: Decodable, Sendable {
    /// Dense BF16, TFLOP/s.
    public var computePower: Amount
    /// TB/s.
    public var memoryBandwidth: Amount
    /// W.
    public var power: Amount
    /// Tokens a second in the mix of the fleet, at full use; input and output counted.
    public var tokensPerSecond: Amount
    /// J of each such token at full use: the whole system's input power, without the building's.
    public var joulesPerToken: Amount?
  }

  public struct Product: Decodable, Sendable {
    public var name: String
    public var vendor: String
    /// Name of its die family.
    public var die: String
    public var diesPerChip: Amount
    /// Name of its kind of memory.
    public var memory: String
    public var stacksPerChip: Amount
    /// Name of the line that packages it.
    public var packaging: String
    /// How much of the line a package takes.
    public var packagingWeight: Amount
    /// Good packages by packages started.
    public var packagingYield: Trajectory
    /// Months from starting a package to selling the chip.
    public var lag: Amount
    /// Chips a month that the vendor would build, were nothing short.
    public var plan: Trajectory
    /// US dollars that a buyer pays.
    public var price: Trajectory
    /// Share of that which the maker books: without tax and what those who sell it on keep; all where absent.
    public var makerShare: Amount?
    /// What one chip can do.
    public var specification: Specification
  }

  public struct ImportedProduct: Decodable, Sendable {
    public var name: String
    public var vendor: String
    /// Chips a month that buyers want while nothing bars them.
    public var wanted: Trajectory
    /// Chips a month made for this market; what is wanted where absent.
    public var production: Trajectory?
    /// Chips a month made ahead of orders.
    public var stockpile: Trajectory?
    public var price: Trajectory
    /// Share of a licence's fee that buyers pay in the price.
    public var feePassedOn: Amount?
    /// Share of its revenue that the maker books in this market.
    public var bookedShare: Amount?
    /// Brought in past the controls: no lever acts on it and its value is not counted as legal trade.
    public var isSmuggled: Bool?
    /// What one chip can do.
    public var specification: Specification
  }

  public struct Demand: Decodable, Sendable {
    /// US dollars a month of AI chips that buyers would take.
    public var value: Trajectory
    /// Share of demand that the state funds.
    public var stateShare: Amount
    /// Share of that which buys domestic chips unasked, as far as there are any; none where absent.
    public var loyalty: Amount?
    /// Share of the barred imports' value that turns to domestic chips, and the months that takes.
    public var substitution: Amount
    public var substitutionMonths: Amount
    /// Unsold chips, in months of sales, at which makers hold back.
    public var patience: Amount
    /// Share by which the demand for an import falls where fee and tariff raise its price by as much; 0 if absent.
    public var priceElasticity: Amount?
    /// Share of demand that trains models, and of that the share which domestic chips can serve; all where absent.
    public var trainingShare: Amount?
    public var trainable: Trajectory?
  }

  /// A city whose data centres are to buy a share of their chips at home: the lever `mandate.NAME`.
  public struct City: Decodable, Sendable {
    public var name: String
    /// Its share of the nation's demand.
    public var demandShare: Amount
    /// Share of the target that binds a buyer.
    public var compliance: Amount
  }

  public struct Fleet: Decodable, Sendable {
    /// Years that a chip runs.
    public var chipLife: Amount
    public var powerUsageEffectiveness: Amount
    public var utilisation: Amount
    /// Tokens a day asked for.
    public var tokensWanted: Trajectory
    /// Systems of many chips; what they do not take goes into servers of eight.
    public var systems: [System]
    /// Power of everything beside the chips, as a factor on their power.
    public var systemPowerFactor: Amount
    /// Sales of this vendor that are no AI chips, US dollars a month.
    public var otherSales: Trajectory
    /// The maker that sells them.
    public var otherSalesVendor: String
    /// TFLOP/s and TB/s of the chip in whose equivalents compute is told.
    public var referenceCompute: Amount
    public var referenceBandwidth: Amount
    /// MW that sites for AI can draw; without limit where absent.
    public var sitePower: Trajectory?
    /// GW that the grid carries on average.
    public var gridPower: Trajectory?
    /// US dollars a kWh.
    public var powerPrice: Trajectory?

    public struct System: Decodable, Sendable {
      public var name: String
      /// Chips in one.
      public var chips: Double
      /// By chip, the share of its sales that goes into this system.
      public var takes: NamedValues<Amount>
      /// Systems a month that prepared sites can take; without limit where absent.
      public var sites: Trajectory?
    }
  }
}

/// A turn of policy that comes in some draws, once, on a day that is as likely as any other.
public struct PolicyRisk: Decodable, Sendable {
  public var name: String
  /// In words, what turns.
  public var title: String
  /// Chance a year that it comes, counted from the last day that is known; by a constant hazard.
  public var perYear: Amount
  /// Events or groups of events whose effects end that day.
  public var ends: [String]?
  /// What begins that day.
  public var effects: [PolicyEvent.Effect]?
}

/// How many of a wafer's dies are good.
public struct YieldModel: Decodable, Sendable {
  public enum Form: String, Decodable, Sendable, CaseIterable {
    case curve, poisson, murphy, negativeBinomial = "negative-binomial"
  }
  /// How the share of good dies follows from defects.
  public var model: Form
  /// The share itself for `curve`, else defects per cm².
  public var value: Trajectory
  /// mm²; not for `curve`.
  public var area: Amount?
  /// How much defects cluster, 2 to 5; for `negative-binomial`.
  public var clustering: Amount?

  /// Y = e^(−AD), ((1 − e^(−AD)) / AD)² or (1 + AD/α)^(−α), with AD the defects expected on a die.
  @inline(__always) static func share(_ form: Form, defectsPerDie: Double, clustering: Double) -> Double {
    switch form {
    case .curve: return defectsPerDie
    case .poisson: return quickExponential(-defectsPerDie)
    case .murphy:
      guard defectsPerDie > 1e-9 else { return 1 }
      let root = (1 - quickExponential(-defectsPerDie)) / defectsPerDie
      return root * root
    case .negativeBinomial: return quickPower(1 + defectsPerDie / clustering, -clustering)
    }
  }

  /// Whole dies of an area (mm²) on a wafer of 300 mm: π r²/A − π d/√(2A), with 3 mm of edge lost.
  public static func grossDies(area: Double, diameter: Double = 294) -> Double {
    let pi = Double.pi
    return max(0, (pi * diameter * diameter / 4 / area - pi * diameter / (2 * area).squareRoot()).rounded(.down))
  }
}
