import Formats
import Hardware
import Units

/// What rows of runs do not say themselves: engines by the names that files use, and the few facts of launches that are
/// published nowhere; `catalog/published/runs.yaml`.
public struct RunFacts: Decodable, Sendable {
  /// Catalog's engines by a file's name, the first whose versions include the row's.
  public var engines: [Name]
  /// Share of draft tokens that is accepted, for every row with drafts.
  public var acceptance: Calibrated<Double>
  /// Checkpoints in FP8 with a scale for each block that the catalog has no files of.
  public var blocks: [Checkpoint]
  /// Limits of requests in flight that launches kept and nobody published.
  public var limits: [Limit]

  public struct Name: Decodable, Sendable {
    public var file: String
    public var engine: String
    /// Beginnings of versions; absent for all others.
    public var versions: [String]?
    enum CodingKeys: String, CodingKey, CaseIterable { case file, engine, versions }
  }

  public struct Checkpoint: Decodable, Sendable {
    public var model: String
    public var source: String
    enum CodingKeys: String, CodingKey, CaseIterable { case model, source }
  }

  /// Requests below the row's concurrency that an engine of a version holds, where no limit is published.
  public struct Limit: Decodable, Sendable {
    public var engine: String
    public var version: String
    /// Of models whose layers are all dense, or of others.
    public var dense: Bool
    public var below: Calibrated<Int>
    enum CodingKeys: String, CodingKey, CaseIterable { case engine, version, dense, below }
  }

  enum CodingKeys: String, CodingKey, CaseIterable { case engines, blocks, acceptance, limits }

  static func read(_ catalog: Catalog) throws -> RunFacts {
    guard let path = catalog.resourcePath("catalog/published/runs.yaml") else {
      throw Problem("catalog/published/runs.yaml", "the program's data is not beside it", wayOut: "install it anew")
    }
    return try Node.read(path: path).decode(RunFacts.self)
  }

  /// The catalog's engine for a row.
  func engine(_ run: ServingRun) -> String? {
    engines.first { name in
      name.file == run.engine && (name.versions?.contains { run.engineVersion.hasPrefix($0) } ?? true)
    }?.engine
  }

  /// Whether a model's files are in FP8 with a scale for each block.
  func scalesBlocks(_ model: String) -> Bool { blocks.contains { $0.model == model } }

  /// Requests below its concurrency that a run holds.
  func below(_ run: ServingRun, isDense: Bool) -> Int {
    limits.first { $0.engine == run.engine && $0.version == run.engineVersion && $0.dense == isDense }?.below.value ?? 0
  }
}
