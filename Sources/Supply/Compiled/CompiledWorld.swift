/// A world whose every amount is a slot and every name an index: what the monthly model runs over.
struct CompiledWorld: Sendable {
  var horizon: Horizon
  var slots = SlotTable()
  var trajectories: [CompiledTrajectory] = []
  var levers: [CompiledLever] = []
  var watch: RunWatch?
  var families: [Family] = []
  var fabs: [Fab] = []
  var memories: [String] = []
  var memorySources: [MemorySource] = []
  var packaging: [PackagingLine] = []
  var products: [Product] = []
  var imports: [ImportedProduct] = []
  var vendors: [String] = []
  var demand = Demand()
  var cities: [City] = []
  var fleet = Fleet()
  /// Turns of policy, and when all that is known ends, in months from the start.
  var risks: [Risk] = []
  var knownTo = Double.infinity
  /// Where each parameter is used, for `--why`: name, then places in the world's file.
  var uses: [(name: String, place: String)] = []
  /// The months whose mean domestic revenue is 100 of the index.
  var indexMonths: Range<Int> { min(12, horizon.count - 12)..<min(24, horizon.count) }

  // Below, `…Path` is an index of a trajectory, `…Lever` of a lever, the rest are slots or indices of their lists.
  struct Family: Sendable {
    var name: String
    var gross, lag: Int
    var yieldForm: YieldModel.Form
    var yieldPath: Int
    var area, clustering: Int?
    var inflowPath: Int?
    var inflowLever: Int
    var isStockpiled: Bool
    var stockMonths: Int?
  }
  struct Share: Sendable {
    var target: Int
    /// Nil takes what the others leave.
    var slot: Int?
  }
  struct Fab: Sendable {
    var name: String
    var owner: String
    var capacityPath: Int
    var wafersPath: Int?
    var lever: Int
    var shares: [Share]
  }
  struct MemorySource: Sendable {
    var name: String
    var stacksPath, lever: Int
    var shares: [Share]
    var isImported: Bool
  }
  struct PackagingLine: Sendable {
    var name: String
    var capacityPath, lever: Int
  }
  struct Specification: Sendable {
    var compute = 0, bandwidth = 0, power = 0, tokens = 0
    var energy: Int?
  }
  struct Product: Sendable {
    var name: String
    var vendor, die, diesPerChip, memory, stacksPerChip, packaging, weight, yieldPath, lag: Int
    var planPath, planLever, pricePath: Int
    var makerShare: Int?
    var specification: Specification
  }
  struct ImportedProduct: Sendable {
    var name: String
    var vendor, wantedPath: Int
    var productionPath, stockpilePath: Int?
    var pricePath: Int
    var feePassedOn, bookedShare: Int?
    var isSmuggled: Bool
    var exportLever, purchaseLever, productionLever, arrivalsLever, feeLever: Int
    var tariffLever, writeOffLever, runningLever: Int
    var specification: Specification
  }
  struct Demand: Sendable {
    var valuePath = 0, valueLever = 0, stateShare = 0
    var loyalty, priceElasticity, trainingShare, trainablePath: Int?
    var substitution = 0, substitutionLever = 0, substitutionMonths = 0, patience = 0, trainableLever = 0
    var stateMandateLever = 0, nationalMandateLever = 0
  }
  struct Risk: Sendable {
    var name: String
    /// Slots: the chance a year, and a waiting time of mean one.
    var perYear, wait: Int
  }
  struct City: Sendable {
    var name: String
    var demandShare, compliance, mandateLever: Int
  }
  struct System: Sendable {
    var name: String
    var chips: Double
    var takes: [Share]
    var sitesPath: Int?
    var sitesLever: Int
  }
  struct Fleet: Sendable {
    var chipLife = 0, effectiveness = 0, utilisation = 0, tokensPath = 0, tokensLever = 0, systemPower = 0
    var systems: [System] = []
    var sitePowerPath, gridPowerPath, powerPricePath: Int?
    var sitePowerLever = 0, subsidyLever = 0
    var otherSalesPath = 0, otherSalesVendor = 0, referenceCompute = 0, referenceBandwidth = 0
  }
}
