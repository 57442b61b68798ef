import Formats
import Units

/// What every number of a chip, a system and an engine must satisfy, whatever it means: none is negative or infinite,
/// shares are at most 1, and what other numbers are divided by is not 0.
public enum HardwareFacts {
  /// The first 20 faults of an entry, each at its line.
  public static func faults(of entry: Node) -> [Problem] {
    var faults: [Problem] = []
    walk(entry, key: "", inEfficiency: false, &faults)
    return Array(faults.prefix(20))
  }

  /// Throws what is wrong with an entry; returns it otherwise.
  public static func checked(_ entry: Node) throws -> Node {
    let faults = faults(of: entry)
    guard faults.isEmpty else { throw Problems(faults) }
    return entry
  }

  private static func walk(_ node: Node, key: String, inEfficiency: Bool, _ faults: inout [Problem]) {
    if case .scalar(let text, quoted: false) = node.content, let number = leadingNumber(text) {
      check(number, node, key, inEfficiency, &faults)
    }
    for element in node.elements { walk(element, key: key, inEfficiency: inEfficiency, &faults) }
    for (name, value) in node.fields where !words.contains(name) {
      // `value`, `low` and `high` are numbers of the fact around them.
      let own = ["value", "low", "high"].contains(name) ? key : name
      // Of a transfer the fields are factors of times.
      let isShare = name != "transfer" && (inEfficiency || name == "efficiency")
      walk(value, key: own, inEfficiency: isShare, &faults)
    }
  }

  private static func check(
    _ number: Double, _ node: Node, _ key: String, _ inEfficiency: Bool, _ faults: inout [Problem]
  ) {
    if !number.isFinite {
      faults.append(node.problem("\(number) is no finite number", wayOut: "give a number"))
    } else if number < 0 {
      faults.append(node.problem("\(number) is negative", wayOut: "give 0 or more"))
    } else if number == 0, divisors.contains(key) {
      faults.append(node.problem("nothing works with 0 here", wayOut: "give more than 0"))
    } else if number > 1, shares.contains(key) || (inEfficiency && sharesOfEfficiency.contains(key)) {
      faults.append(node.problem("\(number) is more than the whole", wayOut: "give a share, at most 1"))
    } else if let text = node.text, let (fault, wayOut) = rangeFault(of: text) {
      faults.append(node.problem(fault, wayOut: wayOut))
    }
  }

  /// Fields that hold words.
  private static let words: Set = [
    "name", "vendor", "source", "grade", "note", "identifiedBy", "basedOn", "format", "scheduler", "chip",
  ]
  private static let divisors: Set = [
    "dies", "capacity", "bandwidth", "chipsPerNode", "portBandwidth", "bf16", "blockTokens", "fragmentsPerLayer",
    "maxRequests", "maxBatchedTokens", "chunkTokens", "supplyEfficiency", "chips",
  ]
  private static let shares: Set = ["utilisation", "supplyEfficiency", "runtimeShare"]
  private static let sharesOfEfficiency: Set = [
    "matrix", "attention", "memory", "vector", "fp8", "fp4", "int8", "weightRead", "expertRead", "keyValueRead",
    "share",
    "read",
  ]

  /// The number at the start of `3350 GB/s`; nil of a word.
  private static func leadingNumber(_ text: String) -> Double? {
    Double(text.prefix { !$0.isWhitespace })
  }
}
