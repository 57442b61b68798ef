import Formats
import Units

/// Reads the fields of a `config.json`, or of its text part; notes every fault and goes on with a 1 in its place.
struct ConfigReader {
  /// Where the sizes of the language model are, from the inside out: the text part, what it lies in, the whole file.
  private let parts: [Node]
  /// What the class takes where the config says nothing.
  private let defaults: [Node]
  /// Other names of fields, several divided by `|`, a path by dots; the own name is tried last.
  var names: [String: String]
  private let reads = Reads()
  private(set) var problems: [Problem] = []

  /// The names that were asked for, whether found or not.
  private final class Reads {
    var names: Set<String> = []
  }

  /// Objects in which models that also see or hear keep their language model.
  static let textParts = ["text_config", "llm_config", "language_config", "thinker_config", "language_model_config"]

  init(_ config: Node, names: [String: String] = [:], defaults: [Node] = []) {
    parts = Self.parts(of: config)
    self.names = names
    self.defaults = defaults
  }

  /// The part with the sizes of the language model.
  var config: Node { parts[0] }
  var isNested: Bool { parts.count > 1 }

  /// The text part of a config, what it lies in, and so on to the whole file.
  static func parts(of config: Node) -> [Node] {
    var parts = [config]
    while parts.count < 4, let inner = textParts.lazy.compactMap({ parts[0].field($0) }).first(where: { $0.isObject }) {
      parts.insert(inner, at: 0)
    }
    return parts
  }

  /// A field of the text part, or of what that lies in, or the class's own value.
  func field(_ key: String) -> Node? {
    let others = names[key]?.split(separator: "|").map(String.init) ?? []
    for name in others + [key] {
      if let found = literal(name) { return found }
    }
    return nil
  }

  private func literal(_ name: String) -> Node? {
    let path = name.split(separator: ".").map(String.init)
    guard let first = path.first else { return nil }
    reads.names.insert(first)
    func found(in part: Node) -> Node? { path.reduce(Optional(part)) { $0?.field($1) } }
    let said = parts.compactMap(found)
    if let value = said.first(where: { !$0.isNull }) { return value }
    // A null that is written down means none, whatever the class has.
    return said.isEmpty ? defaults.lazy.compactMap(found).first { !$0.isNull } : nil
  }

  /// Names of fields of the text part that say something and that nothing has asked for, in the file's order.
  var unread: [String] {
    config.fields.filter { !reads.names.contains($0.key) && $0.value.saysSomething }.map(\.key)
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

extension Node {
  fileprivate var isObject: Bool { if case .mapping = content { true } else { false } }

  /// Neither null, false, 0 nor empty.
  fileprivate var saysSomething: Bool {
    switch content {
    case .scalar: !isNull && !["false", "False", "0", "0.0", ""].contains(text ?? "")
    case .sequence(let elements): !elements.isEmpty
    case .mapping(let fields): !fields.isEmpty
    }
  }
}
