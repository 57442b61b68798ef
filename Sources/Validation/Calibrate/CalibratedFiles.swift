import Formats
import Hardware
import Simulation
import Units

/// A file of a catalog folder that a calibration writes.
public struct CalibratedFile: Sendable, Hashable {
  /// Below the folder: `engines/vllm.yaml`.
  public var path: String
  public var text: String
}

extension RunFit {
  /// Files of the engines with the values found, each whole and under its own name, for a folder of `--catalog`.
  ///
  /// - Parameter version: the program's, for the source of each value.
  public func files(catalog: Catalog, version: String) throws -> [CalibratedFile] {
    let words = every > 1 ? " --every \(every)" : ""
    let source =
      "supernode calibrate\(words) of supernode \(version): \(runs) runs of role calibrate with prompts and answers "
      + "together; nine in ten of the posterior"
    return try Set(values.flatMap(\.engines)).sorted().map { name in
      var node = try catalog.node("engines", name)
      for value in values where value.engines.contains(name) {
        let fact = CalibratedFact(value.posterior, unit: value.unit, identifiedBy: value.groups, source: source)
        node = try node.setting(value.constant.field, to: fact.text)
      }
      return CalibratedFile(
        path: "engines/\(Catalog.slug(name)).yaml",
        text: "# \(name) of supernode \(version), with constants found again by supernode calibrate\(words).\n"
          + node.yamlText)
    }
  }
}

extension DecodeRefit {
  /// Files of the engines and of the system with the values found.
  public func files(catalog: Catalog, version: String) throws -> [CalibratedFile] {
    var nodes: [(kind: String, name: String, node: Node)] = []
    func set(_ kind: String, _ name: String, _ field: String, _ fact: String) throws {
      let index =
        try nodes.firstIndex { $0.kind == kind && $0.name == name }
        ?? {
          nodes.append((kind, name, try catalog.node(kind, name)))
          return nodes.count - 1
        }()
      nodes[index].node = try nodes[index].node.setting(field, to: fact)
    }
    let source = "supernode calibrate of supernode \(version): the rows of calibrations/cloudmatrix-decode.yaml"
    for value in values {
      let parts = value.home.split(separator: ":", maxSplits: 1).map(String.init)
      let names = parts[0].split(separator: ",").map { $0.drop { $0 == " " } }.map(String.init)
      let isOfEngines = value.home.contains(": constants.")
      let fact = CalibratedFact(
        value.posterior, unit: value.isTime ? "s" : "", identifiedBy: value.rows, source: source)
      for name in names {
        for field in parts[1].split(separator: ",").map({ $0.drop { $0 == " " } }).map(String.init) {
          guard !isOfEngines else {
            try set("engines", name, field, fact.text)
            continue
          }
          let planes = try catalog.node("systems", name).field("planes")?.elements ?? []
          let inner = field.hasPrefix("planes.expertParallel.") ? String(field.dropFirst(22)) : field
          for index in planes.indices where planes[index].field("expertParallel") != nil {
            try set("systems", name, "planes[\(index)].expertParallel.\(inner)", fact.text)
          }
        }
      }
    }
    return nodes.map { kind, name, node in
      CalibratedFile(
        path: "\(kind)/\(Catalog.slug(name)).yaml",
        text: "# \(name) of supernode \(version), with constants found again by supernode calibrate.\n" + node.yamlText)
    }
  }
}

extension DecodeRefit.Value {
  /// Whether it is a time; else a share or a factor.
  public var isTime: Bool { !["attentionStraggle", "expertSkew"].contains(constant) }
}

/// A fact as an engine's file has it, in one line.
struct CalibratedFact {
  var text: String

  init(_ range: RunFit.Range, unit: String, identifiedBy: [String], source: String) {
    func number(_ value: Double) -> String {
      let rounded = Self.rounded(value)
      return unit.isEmpty ? "\(rounded)" : "\(rounded) \(unit)"
    }
    let names = identifiedBy.map { "\"\($0)\"" }.joined(separator: ", ")
    text =
      "{ value: \(number(range.value)), low: \(number(range.low)), high: \(number(range.high)), "
      + "identifiedBy: [\(names)], source: \"\(source)\" }"
  }

  /// Four significant digits, the same on every machine.
  static func rounded(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return value }
    var scale = 1.0
    while value * scale < 1000 { scale *= 10 }
    while value * scale >= 10_000 { scale /= 10 }
    return (value * scale).rounded() / scale
  }
}
