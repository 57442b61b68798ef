import Costs
import Formats
import Hardware
import Units
import Models
import Workloads

/// Asks the models for what a published row measures; it knows metrics and configurations, never a row's id.
public struct Predictor: Sendable {
  let catalog: Catalog
  /// Other values of the fitted constants than the catalog's, to see how much hangs on the fit.
  var fit: (constants: CalibrationFit, values: [Double])?
  /// What rows of served loads leave to their sources.
  let facts: Result<ServedFacts, any Error>
  let runs = ServedRuns()

  public init(catalog: Catalog) {
    self.catalog = catalog
    facts = Result { try ServedFacts.read(catalog) }
  }

  public func predict(_ row: PublishedRow) -> Prediction {
    do {
      switch row.kind {
      case "network": return try network(row)
      case "operator": return try operators(row)
      case "serving": return try serving(row)
      case "caching": return try caching(row)
      case "power": return try power(row)
      case "training": return .unsupported("predicted by validate --kind training, where a plan is published")
      default: return .unsupported("\(row.kind) is not modelled yet")
      }
    } catch let unsupported as Unsupported {
      return .unsupported(unsupported.reason)
    } catch {
      return .unsupported("\(error)")
    }
  }

  /// Ends the prediction of a row with the reason why there is none.
  struct Unsupported: Error { var reason: String }

  func unsupported(_ reason: String) -> Unsupported { Unsupported(reason: reason) }

  /// The system of the catalog that a row was measured on, by its chip.
  func system(of row: PublishedRow) throws -> System {
    let names = [
      ("910C", "CloudMatrix 384"), ("910B", "Atlas 800 A2"), ("H800", "HGX H800"), ("H100", "HGX H100"),
      ("H200", "HGX H200"), ("H20", "HGX H20"), ("LingQu", "CloudMatrix 384"),
    ]
    guard let name = names.first(where: { row.chip.contains($0.0) })?.1 else {
      throw unsupported("\(row.chip) is not in the catalog yet")
    }
    let system = try catalog.system(name)
    guard let fit, name == "CloudMatrix 384" else { return system }
    return fit.constants.apply(fit.values, to: system)
  }

  func machine(of row: PublishedRow) throws -> Machine {
    let system = try system(of: row)
    return Machine(system: system, chip: try catalog.chip(system.chip), engine: try engine(of: row))
  }

  func engine(of row: PublishedRow) throws -> Engine {
    let ascend = [("CloudMatrix", "CloudMatrix-Infer"), ("xDeepServe", "xDeepServe")]
    if let name = ascend.first(where: { row.system.hasPrefix($0.0) })?.1 {
      let engine = try catalog.engine(name)
      return fit.map { $0.constants.apply($0.values, to: engine) } ?? engine
    }
    if row.chip.contains("NVIDIA") { return try catalog.engine("DeepEP two-batch") }
    throw unsupported("the engine '\(row.system)' is not described yet")
  }

  /// Copies of busy experts beyond one of each: as the row says, or as its paper's deployment has them.
  func redundantExperts(of row: PublishedRow, _ engine: Engine) throws -> Int {
    if let copies = row.number("redundant_experts") { return Int(copies) }
    guard let path = catalog.resourcePath("catalog/published/deployments.yaml") else { return 0 }
    let deployments = try Node.read(path: path).decode([PublishedDeployment].self)
    return deployments.first { $0.engine == engine.name }?.redundantExperts ?? 0
  }

  func architecture(of row: PublishedRow) throws -> Architecture {
    let name = try modelName(of: row)
    return try Architecture(config: catalog.node("models", name), name: name)
  }

  /// The catalog's name of a row's model, by the first word of the row's.
  func modelName(of row: PublishedRow) throws -> String {
    guard let first = row.model.split(separator: " ").first.map(String.init), !first.isEmpty else {
      throw unsupported("the row names no model")
    }
    let names = catalog.names("models")
    guard let name = names.first(where: { $0 == first }) ?? names.first(where: { $0.hasPrefix(first + "-") }) else {
      throw unsupported("the model '\(row.model)' is not in the catalog yet")
    }
    return name
  }

  func precision(of row: PublishedRow) throws -> Precision {
    switch row.precision {
    case "INT8", "W8A8": Precision(weights: .int8)
    case "FP8": Precision(weights: .fp8)
    case "BF16", "": Precision(weights: .bf16)
    default: throw unsupported("weights in \(row.precision) are not modelled yet")
    }
  }

  /// How a row's step differs from the engine's default.
  struct Variation {
    var microbatching: Bool?
    var draftTokens = 0
    var acceptance = 0.0
    var expertSkew: Double?
    var cachePlane: String?
  }

  func stepModel(_ phase: Phase, of row: PublishedRow, chips: Int, _ variation: Variation) throws -> StepModel {
    let (machine, architecture) = try (machine(of: row), architecture(of: row))
    let plan = try ParallelPlan.instance(
      phase, chips: chips, of: architecture, on: machine,
      redundantExperts: redundantExperts(of: row, machine.engine))
    return try StepModel(
      architecture: architecture, machine: machine, plan: plan,
      precision: precision(of: row),
      drafting: Drafting(tokens: variation.draftTokens, acceptance: [variation.acceptance]),
      microbatching: variation.microbatching, expertSkew: variation.expertSkew, cachePlane: variation.cachePlane,
      place: phase.rawValue)
  }
}

/// What a paper says of its deployment and its rows do not.
struct PublishedDeployment: Decodable {
  var engine: String
  var redundantExperts: Int
  var source: String
}
