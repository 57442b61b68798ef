import Formats
import Units

extension Architecture {
  /// The classes that `init(config:name:)` reads, in alphabetical order.
  public static var modelledClasses: [String] { HuggingFaceFamily.table.map(\.architectureClass).sorted() }

  /// Reads a Hugging Face `config.json`; throws a `Problem` for a class that is not modelled, else `Problems` with
  /// every fault of its keys. Keys that nothing depends on are passed over.
  ///
  /// Of a model that also sees or hears, the text part is read.
  public init(config: Node, name: String) throws {
    let family = try HuggingFaceFamily.of(config)
    let own = try Node.parse(family.defaults, file: family.architectureClass)
    let part = try HuggingFaceFamily.partDefaults(of: config)
    var reader = ConfigReader(config, names: family.names, defaults: [own] + (part.map { [$0] } ?? []))
    let architecture = Architecture(reading: family, from: &reader, name: name)
    guard reader.problems.isEmpty else { throw Problems(reader.problems) }
    self = architecture
  }

  private init(reading family: HuggingFaceFamily, from reader: inout ConfigReader, name: String) {
    family.unmodelled.forEach { reader.refuse($0) }
    let predictionLayers = family.multiTokenPrediction.flatMap {
      reader.optionalCount($0, minimum: 0, maximum: 1024)
    }
    let hiddenSize = reader.count("hidden_size")
    let streams = family.residualStreams.map { reader.count($0, maximum: 64) } ?? 1
    let layers = family.layers(from: &reader, streams: streams)
    let tied = reader.isAbsent("tie_word_embeddings") ? family.isTied : reader.flag("tie_word_embeddings")
    let quantization = Quantization.read(from: &reader)
    let vocabularySize = reader.count("vocab_size", maximum: 1 << 24)
    let positions = Positions.read(from: &reader)
    let count = layers.groups.reduce(0) { $0 + $1.count }
    var tables = family.embeddingTables(
      layers: count, hiddenSize: hiddenSize, vocabularySize: vocabularySize, from: &reader)
    if family.learnsPositions { tables += positions.count * hiddenSize }
    let others = family.otherParameters(
      layers: count, hiddenSize: hiddenSize, vocabularySize: vocabularySize, from: &reader)
    self.init(
      name: name, architectureClass: family.architectureClass,
      hiddenSize: hiddenSize, vocabularySize: vocabularySize, tiedEmbeddings: tied,
      maximumPositions: positions.count, layers: layers.groups,
      otherParameters: ResidualStreams(count: streams).headParameters(hiddenSize: hiddenSize) + others,
      embeddingTables: tables,
      multiTokenPredictionLayers: predictionLayers ?? 0,
      draftLayer: (predictionLayers ?? 0) > 0 ? layers.draft : nil, quantization: quantization.value,
      unmodelled: family.notes.filter { reader.isSet($0.key) }.map(\.sentence) + quantization.notes + positions.notes
        + UnreadFields.sentences(reader),
      unreadFormat: quantization.isUnread ? quantization.notes.first : nil, namesPositions: positions.isGiven,
      hasLearnedPositions: family.learnsPositions)
    let seeing = ["vision_config", "visual", "audio_config", "vision_tower", "mm_vision_tower"]
    if reader.isNested || seeing.contains(where: { !reader.isAbsent($0) }) {
      unmodelled.append("Only the text part of the model is read.")
    }
  }
}

extension Architecture {
  /// The model of that name in the catalog, or of the `config.json` or folder at that path.
  public init(named name: String, in catalog: Catalog) throws {
    let config = try catalog.node("models", name)
    try self.init(config: Self.completed(config, at: catalog.path(of: name, kind: "models")), name: name)
  }

  /// Modelopt's older checkpoints say how they are quantised in a file beside the config.
  private static func completed(_ config: Node, at path: String?) throws -> Node {
    guard ConfigReader.parts(of: config).allSatisfy({ $0.field("quantization_config") == nil }), let path,
      let slash = path.lastIndex(of: "/"), case .mapping(let fields) = config.content
    else { return config }
    let beside = path[...slash] + "hf_quant_config.json"
    guard let file = try? Node.read(path: String(beside)), let part = file.field("quantization") else { return config }
    return Node(.mapping(fields + [(key: "quantization_config", value: part)]), at: config.place)
  }
}

/// Several streams of the hidden state (DeepSeek V4's manifold-constrained hyper-connections).
struct ResidualStreams {
  var count: Int

  /// Before and after each half of a layer: streams in, streams out and a square, from all streams, with a base for
  /// each and three scales.
  func layerParameters(hiddenSize: Int) -> Int {
    guard count > 1 else { return 0 }
    let outputs = 2 * count + count * count
    return 2 * (outputs * count * hiddenSize + outputs + 3)
  }

  /// Before the head the streams become one.
  func headParameters(hiddenSize: Int) -> Int {
    count > 1 ? count * count * hiddenSize + count + 1 : 0
  }
}
