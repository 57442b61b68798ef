import Formats
import Hardware
import Models
import Units

/// Predicts runs by simulating the engine that served them; it knows columns, never a row's id.
public struct RunPredictor: Sendable {
  let catalog: Catalog

  public init(catalog: Catalog) { self.catalog = catalog }

  public func predict(_ run: ServingRun) -> RunPrediction {
    guard run.reading.isScored else { return .unsupported(run.reading.rawValue) }
    return .unsupported("engines that serve both phases on the same chips are not simulated yet")
  }

  /// For groups: the catalog's chip (or the file's name of the machine), whether all layers of the model are dense.
  func identity(of run: ServingRun) -> (chip: String, isDense: Bool) {
    let chip = (try? system(of: run).chip) ?? run.system
    let isDense = (try? architecture(of: run).mixture == nil) ?? false
    return (chip, isDense)
  }

  /// A machine of the catalog by the file's name of it: a board, or the rack of one GPU's half of a superchip.
  func system(of run: ServingRun) throws -> System {
    let part = run.system.uppercased().split(separator: "_").first.map(String.init) ?? run.system
    let names = catalog.names("systems")
    let wanted = ["HGX \(part)", "\(part) NVL72", "\(part) platform"]
    guard let name = names.first(where: { name in wanted.contains(name) || name == run.system }) else {
      throw Unsupported("the machine '\(run.system)' is not in the catalog")
    }
    return try catalog.system(name)
  }

  /// The longest name of a model in the catalog with which the row's begins (`Llama-3.1-8B` of
  /// `meta-llama/Llama-3.1-8B-Instruct`).
  func architecture(of run: ServingRun) throws -> Architecture {
    let wanted = run.modelName.lowercased()
    let fitting = catalog.names("models").filter { name in
      wanted == name.lowercased() || wanted.hasPrefix(name.lowercased() + "-")
    }
    guard let name = fitting.max(by: { $0.count < $1.count }) else {
      throw Unsupported("the model '\(run.modelName)' is not in the catalog")
    }
    return try Architecture(config: catalog.node("models", name), name: name)
  }

  /// Ends a prediction with the reason why there is none.
  struct Unsupported: Error {
    var reason: String
    init(_ reason: String) { self.reason = reason }
  }
}
