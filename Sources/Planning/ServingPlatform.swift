import Formats
import Hardware
import Units

/// How a chip of the supply world serves: the system around it, its engine, and how far the model may be off.
public struct ServingPlatform: Decodable, Sendable {
  /// The supply world's name of the chip.
  public var chip: String
  /// Share of these chips that stand in this system; all where absent.
  public var share: Double?
  public var system: String
  /// What is known of a chip that the system does not name.
  public var part: Part?
  public var engine: String
  public var weights: NumberFormat
  /// Products inside attention, and keys and values; BF16 where absent.
  public var attention: NumberFormat?
  public var keyValue: NumberFormat?
  /// Most chips in one instance.
  public var largest: Int
  /// The plane over which cached prefixes are read.
  public var cachePlane: String?
  public var family: String

  /// A chip with a sheet of its own in the catalog, or one whose compute, bandwidth and power are those of the supply
  /// world and whose efficiency is that of another.
  public struct Part: Decodable, Sendable {
    public var sheet: String?
    public var like: String?
    public var memory: Bytes?
    /// Where the supply world has no such chip.
    public var computePower: FLOPsPerSecond?
    public var memoryBandwidth: BytesPerSecond?
    public var power: Watts?
    public var source: String?
    public var grade: String?
  }

  /// Platforms about whose predictions the same is known.
  public struct Family: Decodable, Sendable {
    public var name: String
    /// Factors on the predicted tokens a second and watts, 5% and 95%.
    public var throughput: Factors
    public var power: Factors
    public var source: String
    public var grade: String
  }

  public struct Factors: Decodable, Sendable {
    public var low: Double
    public var high: Double
  }
}

/// The platforms of a catalog, checked against each other.
public struct ServingPlatforms: Sendable {
  public var families: [ServingPlatform.Family]
  public var list: [ServingPlatform]
  /// By what this chip makes of a model, chips that leave models out are compared.
  public var reference: String
  /// Copies of busy experts beyond one of each, in every instance.
  public var redundantExperts: Int

  private struct File: Decodable {
    var reference: String
    var redundantExperts: Int?
    var families: [ServingPlatform.Family]
    var platforms: [ServingPlatform]
  }

  public init(_ node: Node) throws {
    let file = try node.decode(File.self)
    reference = file.reference
    redundantExperts = file.redundantExperts ?? 0
    families = file.families
    list = file.platforms
    let names = families.map(\.name)
    for platform in list where !names.contains(platform.family) {
      throw Problem(
        "platforms.\(platform.chip)", "there is no family '\(platform.family)'",
        wayOut: "use one of \(names.joined(separator: "; "))")
    }
  }

  func family(of platform: ServingPlatform) throws -> ServingPlatform.Family {
    if let family = families.first(where: { $0.name == platform.family }) { return family }
    throw Problem("platforms.\(platform.chip)", "there is no family '\(platform.family)'")
  }

  /// Chips in the order of the file, each once.
  public var chips: [String] {
    var names: [String] = []
    for platform in list where !names.contains(platform.chip) { names.append(platform.chip) }
    return names
  }
}
