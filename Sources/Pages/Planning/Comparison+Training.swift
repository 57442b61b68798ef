import Formats
import Reports

extension Comparison {
  /// Quantities of a result of `train`, by the path of their field in its JSON.
  private static let trained: [(name: String, path: [String], notation: Notation)] = [
    ("chips", ["chips"], .count), ("step", ["step", "time"], .duration),
    ("tokens/s", ["step", "tokensPerSecond"], .count),
    ("tokens/s a chip", ["step", "tokensPerSecondAndChip"], .count),
    ("model utilisation", ["step", "modelUtilisation"], .percent), ("bubble", ["step", "bubble"], .percent),
    ("power", ["power"], .watts), ("days of the run, median", ["wholeRun", "days", "p50"], .count),
    ("chip-hours", ["chipHours"], .count), ("energy", ["energy"], .joules), ("cost", ["cost"], .dollars),
  ]

  /// What was asked of a training run, as its result has it.
  private static let asked = [
    "model", "system", "chip", "chips", "precision", "globalBatch", "sequenceLength", "plan", "failures",
  ]

  /// Whether a result is one of `train`.
  public static func isTraining(_ node: Node) -> Bool { node["step.tokensPerSecond"] != nil }

  /// Results of `train --json`, read again.
  public init(training results: [(name: String, node: Node)]) {
    let nodes = results.map(\.node)
    func number(_ path: [String]) -> [Double?] {
      nodes.map { $0[path.joined(separator: ".")]?.text.flatMap(Double.init) }
    }
    let rows = Self.trained.map { Row($0.name, $0.notation, number($0.path)) }
    let perStep = zip(number(["power"]), number(["step", "tokensPerSecond"])).map { watts, tokens in
      watts.flatMap { watts in tokens.map { watts / $0 } }
    }
    let plans = Row("plan", words: nodes.map { $0.field("planWords")?.text ?? Text.missing })
    let validity = Row("outside what was compared", words: nodes.map(Self.outside))
    self.init(
      title: "Comparison", names: results.map(\.name),
      rows: [plans] + (rows + [Row("energy per token", .joules, perStep)]).filter { $0.values.contains { $0 != nil } }
        + [validity],
      differences: Self.differences(of: nodes, Self.asked), notes: Self.movedParts(nodes))
  }

  private static func outside(_ node: Node) -> String {
    let all = (node["validity.outside"]?.elements ?? []).compactMap(\.text)
    return all.isEmpty ? "nothing" : all.joined(separator: " ")
  }

  private static func differences(of nodes: [Node], _ fields: [String]) -> [Difference] {
    fields.flatMap { field in
      differences(of: nodes.compactMap { $0.field(field) }).map { entry in
        Difference(field: entry.field.isEmpty ? field : "\(field).\(entry.field)", values: entry.values)
      }
    }
  }

  /// Of each result but the first the parts of its step that differ most, each as a share of the first's step.
  private static func movedParts(_ nodes: [Node]) -> [String] {
    func parts(_ node: Node) -> [(name: String, time: Double)] {
      (node["step.parts"]?.fields ?? []).compactMap { name, value in
        value.text.flatMap(Double.init).map { (Self.words(name), $0) }
      }
    }
    return nodes.dropFirst().enumerated().compactMap { index, node in
      moved(from: parts(nodes[0]), to: parts(node)).map {
        "A step of number \(index + 2) against the first: \($0)."
      }
    }
  }

  /// `contextTraffic` as `context traffic`.
  private static func words(_ name: String) -> String {
    name.map { $0.isUppercase ? " \($0.lowercased())" : "\($0)" }.joined()
  }

  /// The three parts that differ most, with by how much; nil where none does.
  static func moved(from base: [(name: String, time: Double)], to own: [(name: String, time: Double)]) -> String? {
    let before = Dictionary(base.map { ($0.name, $0.time) }) { $0 + $1 }
    let after = Dictionary(own.map { ($0.name, $0.time) }) { $0 + $1 }
    let moved = Set(before.keys).union(after.keys).map { ($0, (after[$0] ?? 0) - (before[$0] ?? 0)) }
      .sorted { (abs($0.1), $1.0) > (abs($1.1), $0.0) }.prefix(3).filter { abs($0.1) > 0 }
    guard !moved.isEmpty else { return nil }
    return moved.map { name, change in "\(name) \(change > 0 ? "+" : "−")\(Measure(abs(change), .duration))" }
      .joined(separator: ", ")
  }
}
