import Formats
import Units

/// Reads the fields of a `config.json`; notes every fault and goes on with a 1 in its place.
struct ConfigReader {
  let config: Node
  private(set) var problems: [Problem] = []

  init(_ config: Node) { self.config = config }

  mutating func fail(_ key: String, _ fault: String, wayOut: String) {
    let value = config.field(key)
    if let value, !value.isNull {
      problems.append(value.problem(fault, wayOut: wayOut))
    } else {
      problems.append(config.problem("\(key): \(fault)", wayOut: wayOut))
    }
  }

  func isAbsent(_ key: String) -> Bool { config.field(key)?.isNull ?? true }

  /// A whole number of at least `minimum`, which must be there.
  mutating func count(_ key: String, minimum: Int = 1) -> Int {
    if isAbsent(key) {
      fail(key, "is missing", wayOut: "take the config.json as the model's makers publish it")
      return max(1, minimum)
    }
    return optionalCount(key, minimum: minimum) ?? max(1, minimum)
  }

  /// A whole number of at least `minimum`; nil where absent or null.
  mutating func optionalCount(_ key: String, minimum: Int = 1) -> Int? {
    guard !isAbsent(key) else { return nil }
    guard let value = config.field(key)?.text.flatMap({ Int($0) }), value >= minimum else {
      fail(key, "is not a whole number of at least \(minimum)", wayOut: "see the config.json of the model's makers")
      return max(1, minimum)
    }
    // Products of three sizes must fit 64 bits.
    guard value <= 1 << 30 else {
      fail(key, "is more than 2^30", wayOut: "see the config.json of the model's makers")
      return max(1, minimum)
    }
    return value
  }

  /// A truth value; false where absent or null.
  mutating func flag(_ key: String) -> Bool {
    guard !isAbsent(key) else { return false }
    switch config.field(key)?.text {
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

  /// Notes a fault if `key` turns on what is not modelled.
  mutating func refuse(_ key: String) {
    guard let text = config.field(key)?.text, !["false", "False", "0"].contains(text) else { return }
    fail(key, "'\(text)' is not modelled yet", wayOut: "take a model without it")
  }
}
