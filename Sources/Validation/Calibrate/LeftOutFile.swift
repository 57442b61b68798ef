import Formats

/// The JSON of `calibrate --leave-out`; as `catalog/published/left-out.json` it is what pages tell.
public struct LeftOutFile: Codable, Sendable, Hashable {
  /// What made it.
  public var command: String
  public var version: String
  public var kinds: [LeaveOut]

  public init(command: String, version: String, kinds: [LeaveOut]) {
    self.command = command
    self.version = version
    self.kinds = kinds
  }

  /// That of the catalog; nil where there is none.
  public static func read(_ catalog: Catalog) throws -> LeftOutFile? {
    try catalog.resourcePath("catalog/published/left-out.json").map {
      try Node.read(path: $0).decode(LeftOutFile.self)
    }
  }
}
