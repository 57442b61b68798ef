import Formats
import Units

/// Reads the fields of a `config.json`, or of its text part; notes every fault and goes on with a 1 in its place.
struct ConfigReader {
  /// The part with the sizes of the language model.
  let config: Node
  /// The whole file.
  private let outer: Node
  /// Other names of a key, the first that is there counts: `ffn_config.moe_top_k` lies in an object inside.
  private let names: [String: [String]]
  private(set) var problems: [Problem] = []
  /// Where makers put the part of a model that reads and writes text.
  private static let textParts = ["text_config", "llm_config", "language_config"]

  init(_ config: Node, names: [String: [String]] = [:]) {
    outer = config
    self.names = names
    self.config = Self.textPart(of: config) ?? config
  }

  var isNested: Bool { Self.textPart(of: outer) != nil }

  /// The part of a model that reads and writes text, where it has others.
  static func textPart(of config: Node) -> Node? {
    textParts.lazy.compactMap(config.field).first { !$0.fields.isEmpty }
  }

  /// A field of the text part, or of the whole file where that does not have it.
  func field(_ key: String) -> Node? {
    if let found = found(key) { return found }
    return names[key]?.lazy.compactMap(found).first
  }

  private func found(_ key: String) -> Node? {
    guard !key.isEmpty else { return nil }
    for part in [config, outer] {
      let node = key.split(separator: ".").map(String.init).reduce(Optional(part)) { $0?.field($1) }
      if let node, !node.isNull { return node }
    }
    return nil
  }

  mutating func fail(_ key: String, _ fault: String, wayOut: String) {
    let problem = field(key)?.problem(fault, wayOut: wayOut) ?? config.problem("\(key): \(fault)", wayOut: wayOut)
    if !problems.contains(problem) { problems.append(problem) }
  }

  func isAbsent(_ key: String) -> Bool { field(key) == nil }

  /// There and neither false nor 0.
  func isSet(_ key: String) -> Bool {
    guard let field = field(key) else { return false }
    return !["false", "False", "0"].contains(field.text ?? "")
  }

  /// The most that a size may be: with it, and callers' narrower limits, every count of parameters fits 64 bits.
  static let greatestSize = 1 << 18

  /// A whole number from `minimum` to `maximum`, which must be there.
  mutating func count(_ key: String, minimum: Int = 1, maximum: Int = greatestSize) -> Int {
    if isAbsent(key) {
      fail(key, "is missing", wayOut: "take the config.json as the model's makers publish it")
      return max(1, minimum)
    }
    return optionalCount(key, minimum: minimum, maximum: maximum) ?? max(1, minimum)
  }

  /// A whole number from `minimum` to `maximum`; nil where absent or null.
  mutating func optionalCount(_ key: String, minimum: Int = 1, maximum: Int = greatestSize) -> Int? {
    guard !isAbsent(key) else { return nil }
    guard let value = text(key).flatMap({ Int($0) }), value >= minimum else {
      fail(key, "is not a whole number of at least \(minimum)", wayOut: "see the config.json of the model's makers")
      return max(1, minimum)
    }
    guard value <= maximum else {
      fail(key, "is more than \(maximum)", wayOut: "see the config.json of the model's makers")
      return max(1, minimum)
    }
    return value
  }

  /// The text of a field, or the one that all elements of a list have (a value for each layer).
  private func text(_ key: String) -> String? {
    guard let field = field(key), field.text == nil else { return field(key)?.text }
    let texts = Set(field.elements.map(\.text))
    return texts.count == 1 ? texts.first ?? nil : nil
  }

  /// A truth value; false where absent or null.
  mutating func flag(_ key: String) -> Bool {
    guard !isAbsent(key) else { return false }
    switch field(key)?.text {
    case "true", "True": return true
    case "false", "False": return false
    default:
      fail(key, "is neither true nor false", wayOut: "see the config.json of the model's makers")
      return false
    }
  }

  mutating func flag(_ flag: HuggingFaceFamily.Flag) -> Bool {
    switch flag {
    case .always: true
    case .never: false
    case .key(let key): self.flag(key)
    }
  }

  /// A reader of an object inside, whose faults are noted by `adopt`.
  mutating func inside(_ key: String) -> ConfigReader? {
    guard let part = field(key) else {
      fail(key, "is missing", wayOut: "take the config.json as the model's makers publish it")
      return nil
    }
    return ConfigReader(part)
  }

  mutating func adopt(_ reader: ConfigReader) {
    problems += reader.problems.filter { !problems.contains($0) }
  }

  /// Notes a fault if `key` turns on what is not modelled.
  mutating func refuse(_ key: String) {
    guard isSet(key) else { return }
    fail(key, "'\(field(key)?.text ?? "a list")' is not modelled yet", wayOut: "take a model without it")
  }
}
