import Costs
import Formats
import Hardware
import Models
import Planning
import Serving
import Supply
import Validation
import Workloads

/// What `supernode schema` describes: files that users write, and results.
public enum SchemaSubject: String, CaseIterable, Sendable {
  case scenario
  case supplyScenario = "supply-scenario"
  case chip, system, engine, model, calibration
  case kernelTable = "kernel-table"
  case fleets
  case simulate, explain, validate, ablation, supply, trace, plan, compare, calibrate
  case leaveOut = "leave-out"
  case refit = "calibrate-all"
  case trainingFit = "calibrate-training"

  public var title: String {
    switch self {
    case .scenario: "a serving scenario of supernode"
    case .supplyScenario: "a supply scenario of supernode"
    case .chip, .system, .engine, .model, .calibration: "a \(rawValue) of supernode's catalog"
    case .kernelTable: "measured times of kernels"
    case .fleets: "fleets that train and serve, for supernode train"
    case .leaveOut: "result of supernode calibrate --leave-out"
    case .calibrate: "result of supernode calibrate --from"
    case .refit: "result of supernode calibrate"
    case .trainingFit: "result of supernode calibrate --kind training"
    case .simulate, .validate, .supply, .plan, .compare: "result of supernode \(rawValue)"
    case .explain: "result of supernode simulate --explain"
    case .ablation: "result of supernode validate --without"
    case .trace: "result of supernode trace inspect"
    }
  }

  var type: any Decodable.Type {
    switch self {
    case .scenario: Scenario.self
    case .supplyScenario: SupplyScenario.File.self
    case .chip: Chip.self
    case .system: System.self
    case .engine: Engine.self
    case .model: ModelConfig.self
    case .calibration: Calibration.self
    case .kernelTable: KernelTable.self
    case .fleets: FleetFile.self
    case .simulate: ServingReport.self
    case .explain: DeploymentExplanation.self
    case .validate: ValidationResult.self
    case .ablation: Ablation.self
    case .supply: SupplyReport.self
    case .trace: TraceSummary.self
    case .plan: PlanResult.self
    case .compare: ComparisonResult.self
    case .calibrate: ClusterResult.self
    case .refit: CalibrationResult.self
    case .trainingFit: TrainingFit.self
    case .leaveOut: LeftOutFile.self
    }
  }

  var direction: SchemaBuilder.Direction {
    switch self {
    case .scenario, .supplyScenario, .chip, .system, .engine, .model, .calibration, .kernelTable, .fleets: .file
    case .simulate, .explain, .validate, .ablation, .supply, .trace, .plan, .compare, .calibrate, .leaveOut, .refit,
      .trainingFit:
      .result
    }
  }

  /// The schema as JSON, made from the types as they are.
  public func text(catalog: Catalog = Catalog()) throws -> String {
    try JSONText.encode(schema(SchemaBuilder(direction, descriptions: Self.descriptions(catalog))), sorted: false)
  }

  package func schema(_ builder: SchemaBuilder) -> SchemaValue {
    builder.document(of: type, title: title) { root in
      switch self {
      case .chip, .system, .engine, .calibration: return root.basedOnAnother
      case .simulate:
        let pool = builder.value(of: ServingReport.Pool.self)
        let inputs = SchemaValue.type("object").described("The scenario with all overrides")
        return root.adding(property: "prefill", pool.described("The first pool that computes prompts only"))
          .adding(property: "decode", pool.described("The first pool that decodes only"))
          .adding(property: "inputs", inputs, isRequired: true)
          .allowingNull(of: Self.nullWithoutRequests)
      default: return root
      }
    }
  }

  /// Null where no request had them.
  package static let nullWithoutRequests = [
    "timeToFirstToken", "timePerOutputToken", "interTokenLatency", "endToEnd", "phases", "energy", "cost",
    "decodeStep", "prefillStep",
  ]

  /// Words from the types' doc comments, gathered by a test; none where they are not beside the program.
  private static func descriptions(_ catalog: Catalog) throws -> [String: String] {
    guard let path = catalog.resourcePath("schema/descriptions.json") else { return [:] }
    let fields = try Node.read(path: path).fields.map { ($0.key, $0.value.text ?? "") }
    return Dictionary(fields, uniquingKeysWith: { first, _ in first })
  }
}
