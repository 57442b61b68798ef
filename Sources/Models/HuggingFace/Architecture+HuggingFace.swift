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
    var reader = ConfigReader(config, names: family.names)
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
    self.init(
      name: name, architectureClass: family.architectureClass,
      hiddenSize: hiddenSize, vocabularySize: reader.count("vocab_size", maximum: 1 << 24), tiedEmbeddings: tied,
      maximumPositions: reader.count("max_position_embeddings", maximum: 1 << 40), layers: layers.groups,
      otherParameters: ResidualStreams(count: streams).headParameters(hiddenSize: hiddenSize)
        + (family.hasNormBiases ? hiddenSize + reader.count("vocab_size", maximum: 1 << 24) : 0),
      multiTokenPredictionLayers: predictionLayers ?? 0,
      draftLayer: (predictionLayers ?? 0) > 0 ? layers.draft : nil, quantization: quantization.value,
      unmodelled: family.notes.filter { reader.isSet($0.key) }.map(\.sentence) + quantization.notes)
    if reader.isNested {
      unmodelled.append("Only the text part of the model is read.")
    }
  }
}

extension Architecture {
  /// The model of that name in the catalog, or of the `config.json` or folder at that path.
  public init(named name: String, in catalog: Catalog) throws {
    try self.init(config: catalog.node("models", name), name: name)
  }
}

extension HuggingFaceFamily {
  /// The row of the class that a config names.
  static func of(_ config: Node) throws -> HuggingFaceFamily {
    guard let named = config.field("architectures")?.elements.first, let name = named.text else {
      throw config.problem(
        "there is no 'architectures' with the name of a class", wayOut: "is this the config.json of a language model?")
    }
    let inside = ConfigReader.textPart(of: config)
    let names = [name] + (inside?.field("architectures")?.elements.compactMap(\.text) ?? [])
    if let family = names.lazy.compactMap(of).first ?? inside.flatMap(ofType) { return family }
    throw named.problem(
      "\(name) is not modelled yet",
      wayOut: "the classes that are read stand in Documentation/Models/Architectures.md and in "
        + "'supernode schema model'; one of known parts is a row of a table there")
  }

  private static func of(_ architectureClass: String) -> HuggingFaceFamily? {
    table.first { $0.architectureClass == architectureClass }
  }

  /// Of a model that sees or hears, and names only the kind of its text part.
  private static func ofType(_ part: Node) -> HuggingFaceFamily? {
    part.field("model_type")?.text.flatMap { classOfType[$0] }.flatMap(of)
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
