import Formats
import Hardware
import Training
import Units

/// What training rows do not say themselves: the catalog's names for their chips and models, and networks that differ
/// from the catalog's; `catalog/published/training.yaml`. No constant of a model is among them.
public struct TrainingFacts: Decodable, Sendable {
  public var chips: [Chip]
  public var networks: [Network]
  public var models: [Model]
  public var corrections: [Correction]
  public var memory: [MemoryMeasure]

  enum CodingKeys: String, CodingKey, CaseIterable { case chips, networks, models, corrections, memory }

  /// A flag of a source's rows that another public file contradicts.
  public struct Correction: Decodable, Sendable {
    /// Of the source's name.
    public var words: String
    public var attention: TrainingRecipe.AttentionKernel
    public var source: String
    enum CodingKeys: String, CodingKey, CaseIterable { case words, attention, source }
  }

  /// What a source's peak memory counts; all of the device where it is not named.
  public struct MemoryMeasure: Decodable, Sendable {
    public var words: String
    public var counts: Counted
    /// Whether the library keeps inputs of narrow products in 16 bits.
    public var keepsInputsIn16Bits: Bool?
    public var source: String
    enum CodingKeys: String, CodingKey, CaseIterable { case words, counts, keepsInputsIn16Bits, source }

    public enum Counted: String, Decodable, Sendable, CaseIterable {
      case device
      /// By the allocator, without libraries and buffers of communication.
      case reserved
      /// In live tensors.
      case allocated
    }
  }

  /// A chip as rows name it.
  public struct Chip: Decodable, Sendable {
    public var row: String
    public var chip: String
    public var system: String
    /// Where the part's memory is not the catalog's.
    public var capacity: Bytes?
    public var bandwidth: BytesPerSecond?
    public var powerLimit: Watts?
    public var source: String?
    enum CodingKeys: String, CodingKey, CaseIterable { case row, chip, system, capacity, bandwidth, powerLimit, source }
  }

  /// The scale-out bandwidth of one chip in systems whose name has these words.
  public struct Network: Decodable, Sendable {
    public var words: String
    public var perChip: BytesPerSecond
    public var source: String
    enum CodingKeys: String, CodingKey, CaseIterable { case words, perChip, source }
  }

  /// The catalog's config of a model whose rows say `public config.json`.
  public struct Model: Decodable, Sendable {
    public var row: String
    public var catalog: String
    /// Layers that predict later tokens, where the training recipe has them and the config does not say so.
    public var predictionLayers: Int?
    public var source: String?
    enum CodingKeys: String, CodingKey, CaseIterable { case row, catalog, predictionLayers, source }
  }

  static func read(_ catalog: Catalog) throws -> TrainingFacts {
    guard let path = catalog.resourcePath("catalog/published/training.yaml") else {
      throw Problem("catalog/published/training.yaml", "the program's data is not beside it", wayOut: "install it anew")
    }
    return try Node.read(path: path).decode(TrainingFacts.self)
  }
}
