import Formats
import Units

/// A measured run as a point of a frontier: what a user saw, and what a chip made.
public struct MeasuredPoint: Codable, Sendable, Hashable {
  /// The run's id in the file.
  public var id: String
  /// The file's name of the engine.
  public var engine: String
  /// The catalog's name of the machine.
  public var system: String
  /// Output tokens per second of one user, and of one chip.
  public var speedPerUser: Double
  public var outputTokensPerChip: Double

  /// The published runs of one model on some systems whose nominal lengths are within a twentieth of these; none where
  /// nothing was published.
  public static func all(
    model: String, systems: [String], promptTokens: Double, outputTokens: Double, catalog: Catalog
  ) throws -> [MeasuredPoint] {
    guard let path = catalog.resourcePath("catalog/published/serving-runs-gpu.csv") else { return [] }
    let wanted = model.lowercased()
    func isNear(_ value: Int, _ other: Double) -> Bool { abs(Double(value) / other - 1) <= 0.05 }
    return try ServingRun.read(path: path).compactMap { run in
      let name = run.modelName.lowercased()
      guard name == wanted || name.hasPrefix(wanted + "-"), isNear(run.inputTokens, promptTokens),
        isNear(run.outputTokens, outputTokens), run.reading.isScored, run.isComplete,
        let system = systems.first(where: RunPredictor.systemNames(of: run.system).contains),
        let first = run.timeToFirstToken?.value, let each = run.timePerOutputToken?.value,
        let rate = run.throughputPerChip(first: first, each: each)
      else { return nil }
      return MeasuredPoint(
        id: run.id, engine: run.engine, system: system, speedPerUser: 1 / each.value, outputTokensPerChip: rate)
    }
  }
}
