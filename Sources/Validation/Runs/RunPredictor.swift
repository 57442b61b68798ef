import Costs
import Formats
import Hardware
import Models
import Serving
import Simulation
import Units

/// Predicts runs by simulating the engine that served them; it knows columns, never a row's id.
public struct RunPredictor: Sendable {
  let catalog: Catalog
  /// By the file's name of the machine, and by the model's name: read once.
  var machines: [String: Result<(system: System, chip: Chip), Unsupported>] = [:]
  private var architectures: [String: Result<Architecture, Unsupported>] = [:]
  /// By the catalog's name.
  var engines: [String: Engine] = [:]
  var facts: RunFacts
  /// Ranks with requests of their own beyond which engines' recipes send tokens to their experts rather than gather all
  /// tokens on all ranks.
  var widestGather = 8
  /// Whether the requests that start together are among those averaged.
  var countsOpeningWave = true

  /// - Parameter runs: those that will be predicted.
  public init(catalog: Catalog, for runs: [ServingRun]) throws {
    self.catalog = catalog
    facts = try RunFacts.read(catalog)
    for name in Set(facts.engines.map(\.engine)).sorted() { engines[name] = try catalog.engine(name) }
    let systems = catalog.names("systems")
    let models = catalog.names("models")
    for run in runs {
      if machines[run.system] == nil { machines[run.system] = Self.machine(run.system, among: systems, catalog) }
      if architectures[run.modelName] == nil {
        architectures[run.modelName] = Self.architecture(run.modelName, among: models, catalog)
      }
    }
  }

  /// Means over the client's requests by the simulation of the engine; a decode step alone where the deployment is not
  /// known.
  public func predict(_ run: ServingRun) -> RunPrediction {
    guard run.reading.isScored else { return .unsupported(run.reading.rawValue) }
    do {
      return try times(of: run)
    } catch let unsupported as Unsupported {
      return .unsupported(unsupported.reason)
    } catch {
      return .unsupported("\(error)")
    }
  }

  private func times(of run: ServingRun) throws -> RunPrediction {
    switch run.mode {
    case .aggregated:
      guard let shape = run.engineShape else { throw Unsupported("the engine's shape is not published") }
      let pool = try pool(run, .colocated, shape, run.flags.decode, concurrency: run.concurrency)
      let means = try run.means(
        of: ServingConfiguration(engines: [pool], seed: Seed(1)), concurrency: run.concurrency,
        countsOpeningWave: countsOpeningWave)
      return .times(first: means.first, each: means.each)
    case .disaggregated:
      return run.isComplete ? try apart(run) : try decodeAlone(run)
    }
  }

  func engine(of run: ServingRun) throws -> Engine {
    guard let name = facts.engine(run), let engine = engines[name] else {
      var names: [String] = []
      for name in facts.engines where !names.contains(name.file) { names.append(name.file) }
      throw Unsupported("runs of '\(run.engine)' are not predicted yet; engines are \(names.joined(separator: ", "))")
    }
    return engine
  }

  /// For groups: the catalog's chip (or the file's name of the machine), whether all layers of the model are dense.
  func identity(of run: ServingRun) -> (chip: String, isDense: Bool) {
    let chip = (try? machine(of: run).chip.name) ?? run.system
    let isDense = (try? architecture(of: run).mixture == nil) ?? false
    return (chip, isDense)
  }

  func machine(of run: ServingRun) throws -> (system: System, chip: Chip) {
    guard let found = machines[run.system] else { throw Unsupported("the machine '\(run.system)' was not looked up") }
    return try found.get()
  }

  func architecture(of run: ServingRun) throws -> Architecture {
    guard let found = architectures[run.modelName] else {
      throw Unsupported("the model '\(run.modelName)' was not looked up")
    }
    return try found.get()
  }

  /// What the catalog may call a machine of the file: `HGX H200` for `h200_sxm`.
  static func systemNames(of name: String) -> [String] {
    let part = name.uppercased().split(separator: "_").first.map(String.init) ?? name
    return ["HGX \(part)", "\(part) NVL72", "\(part) platform", name]
  }

  /// A machine of the catalog by the file's name of it: a board, or the rack of one GPU's half of a superchip.
  private static func machine(
    _ name: String, among systems: [String], _ catalog: Catalog
  ) -> Result<(system: System, chip: Chip), Unsupported> {
    guard let found = systems.first(where: systemNames(of: name).contains) else {
      return .failure(Unsupported("the machine '\(name)' is not in the catalog"))
    }
    do {
      let system = try catalog.system(found)
      return .success((system, try catalog.chip(system.chip)))
    } catch { return .failure(Unsupported("\(error)")) }
  }

  /// The longest name of a model in the catalog with which the row's begins (`Llama-3.1-8B` of
  /// `meta-llama/Llama-3.1-8B-Instruct`).
  private static func architecture(
    _ name: String, among models: [String], _ catalog: Catalog
  ) -> Result<Architecture, Unsupported> {
    let wanted = name.lowercased()
    let fitting = models.filter { wanted == $0.lowercased() || wanted.hasPrefix($0.lowercased() + "-") }
    guard let found = fitting.max(by: { $0.count < $1.count }) else {
      return .failure(Unsupported("the model '\(name)' is not in the catalog"))
    }
    do {
      return .success(try Architecture(config: catalog.node("models", found), name: found))
    } catch { return .failure(Unsupported("\(error)")) }
  }

  /// Ends a prediction with the reason why there is none.
  struct Unsupported: Error {
    var reason: String
    init(_ reason: String) { self.reason = reason }
  }
}
