import Formats
import Units

/// Published runs of an engine on a chip that the models were held against, and how far they were off.
public struct ComparedRuns: Codable, Sendable, Hashable {
  public var group: Group
  public var runs: Int
  /// Medians of absolute errors, as shares.
  public var timePerOutputToken: Double
  public var timeToFirstToken: Double?

  public struct Group: Codable, Hashable, Sendable {
    public var engine: String
    public var chip: String
    /// Whether all layers of the model are dense.
    public var dense: Bool
    /// Whether prefill and decode have instances of their own.
    public var apart: Bool
    public init(engine: String, chip: String, dense: Bool, apart: Bool) {
      self.engine = engine
      self.chip = chip
      self.dense = dense
      self.apart = apart
    }
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case engine, chip, dense, apart, runs, timePerOutputToken, timeToFirstToken
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    group = Group(
      engine: try fields.decode(String.self, forKey: .engine), chip: try fields.decode(String.self, forKey: .chip),
      dense: try fields.decode(Bool.self, forKey: .dense), apart: try fields.decode(Bool.self, forKey: .apart))
    runs = try fields.decode(Int.self, forKey: .runs)
    timePerOutputToken = try fields.decode(Double.self, forKey: .timePerOutputToken)
    timeToFirstToken = try fields.decodeIfPresent(Double.self, forKey: .timeToFirstToken)
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(group.engine, forKey: .engine)
    try fields.encode(group.chip, forKey: .chip)
    try fields.encode(group.dense, forKey: .dense)
    try fields.encode(group.apart, forKey: .apart)
    try fields.encode(runs, forKey: .runs)
    try fields.encode(timePerOutputToken, forKey: .timePerOutputToken)
    try fields.encodeIfPresent(timeToFirstToken, forKey: .timeToFirstToken)
  }

  /// All of the catalog; none where its file is not beside the program.
  public static func read(_ catalog: Catalog) throws -> [ComparedRuns] {
    guard let path = catalog.resourcePath("catalog/published/compared.yaml") else { return [] }
    return try Node.read(path: path).decode([ComparedRuns].self)
  }
}

extension Deployment {
  /// How far the answer was held against measurements of the same engine on the same chip; nil for engines whose own
  /// file says it.
  func comparison() throws -> ServingNote? {
    guard machine.engine.scheduling != nil else { return nil }
    let wanted = ComparedRuns.Group(
      engine: decodePool.engine.name, chip: machine.chip.name, dense: architecture.mixture == nil,
      apart: promptPool.role == .prefill)
    // A file of the user's under a built-in name was compared with nothing.
    let isOwn = [("chips", machine.chip.name), ("engines", decodePool.engine.name)].contains { kind, name in
      catalog.path(of: name, kind: kind).map(catalog.isOwn) ?? true
    }
    let found = try isOwn ? nil : ComparedRuns.read(catalog).first { $0.group == wanted }
    return found.map { .compared($0) } ?? .neverCompared(wanted)
  }
}
