import Formats
import Reports
import Serving
import Units

extension Comparison {
  /// Quantities of a result of `simulate`, by the path of their field in its JSON.
  private static let quantities: [(name: String, path: [String], notation: Notation)] = [
    ("chips in use", ["chips"], .count), ("requests/s", ["throughput", "requests"], .count),
    ("output tokens/s", ["throughput", "outputTokens"], .count),
    ("output tokens/s a chip", ["throughput", "outputTokensPerChip"], .count),
    ("goodput, requests/s", ["goodput", "requests"], .count),
    ("within the objectives", ["goodput", "fraction"], .percent),
    ("TTFT p50", ["timeToFirstToken", "p50"], .duration), ("TTFT p99", ["timeToFirstToken", "p99"], .duration),
    ("TPOT p50", ["timePerOutputToken", "p50"], .duration), ("TPOT p99", ["timePerOutputToken", "p99"], .duration),
    ("end to end p50", ["endToEnd", "p50"], .duration), ("power", ["energy", "meanPower"], .watts),
    ("energy per output token", ["energy", "joulesPerOutputToken"], .joules),
    ("cost per million output tokens", ["cost", "perMillionOutputTokens"], .dollars),
  ]

  /// Results of `simulate --json`, read again.
  ///
  /// - Throws: where a file is no such result.
  public init(results: [(name: String, node: Node)]) throws {
    for (name, node) in results where node.field("throughput") == nil || node.field("timeToFirstToken") == nil {
      throw Problem(
        name, "is no result of supernode simulate", wayOut: "write one with: supernode simulate … --json FILE")
    }
    func number(_ node: Node, _ path: [String]) -> Double? {
      if path == ["chips"] {
        let pools = node.field("pools")?.elements ?? []
        return pools.isEmpty ? nil : pools.reduce(0) { $0 + (Double($1.field("chips")?.text ?? "") ?? 0) }
      }
      var found: Node? = node
      for key in path { found = found?.field(key) }
      return found?.text.flatMap(Double.init)
    }
    let rows = Self.quantities.map { quantity in
      Row(quantity.name, quantity.notation, results.map { number($0.node, quantity.path) })
    }
    func word(_ node: Node, _ path: [String]) -> String {
      var found: Node? = node
      for key in path { found = found?.field(key) }
      return found?.text ?? Text.missing
    }
    let steps = Row("a decode step is bound by", words: results.map { word($0.node, ["decodeStep", "boundBy"]) })
    let validity = Row("validity", words: results.map { word($0.node, ["validity", "grade"]) })
    self.init(
      title: "Comparison", names: results.map(\.name),
      rows: rows.filter { $0.values.contains { $0 != nil } } + [steps, validity],
      differences: Self.differences(of: results.map { $0.node.field("inputs") ?? $0.node }),
      notes: Self.reasons(results.map(\.node)))
  }

  /// Of each result, where the time of its decode step goes; the first difference that a reader looks for.
  private static func reasons(_ nodes: [Node]) -> [String] {
    guard nodes.count > 1 else { return [] }
    func parts(_ node: Node) -> [(name: String, time: Double)] {
      (node.field("decodeStep")?.field("parts")?.elements ?? []).compactMap { part in
        guard let name = part.field("name")?.text, let time = part.field("time")?.text.flatMap(Double.init) else {
          return nil
        }
        return (name, time)
      }
    }
    let base = Dictionary(parts(nodes[0]).map { ($0.name, $0.time) }) { $0 + $1 }
    return nodes.dropFirst().enumerated().compactMap { index, node in
      let own = Dictionary(parts(node).map { ($0.name, $0.time) }) { $0 + $1 }
      let moved = Set(base.keys).union(own.keys).map { ($0, (own[$0] ?? 0) - (base[$0] ?? 0)) }
        .sorted { (abs($0.1), $1.0) > (abs($1.1), $0.0) }.prefix(3).filter { abs($0.1) > 0 }
      guard !moved.isEmpty else { return nil }
      let words = moved.map { name, change in
        "\(name) \(change > 0 ? "+" : "−")\(Measure(abs(change), .duration))"
      }
      return
        "A decode step of number \(index + 2) against the first, at its mean batch: \(words.joined(separator: ", "))."
    }
  }
}
