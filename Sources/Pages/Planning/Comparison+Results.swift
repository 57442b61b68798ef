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

  /// Results of `simulate --json` and of `plan --json`, read again, or all of `train --json`; of a plan, the best as it
  /// was simulated.
  ///
  /// - Throws: where a file is no such result.
  public init(results: [(name: String, node: Node)]) throws {
    let trained = results.filter { Self.isTraining($0.node) }
    if let first = trained.first {
      guard trained.count == results.count else {
        let other = results.first { !Self.isTraining($0.node) }
        throw Problem(
          other?.name ?? first.name, "serves, and \(first.name) is a result of train: they have nothing in common",
          wayOut: "compare results of train with each other, and results of simulate and plan with each other")
      }
      self.init(training: results)
      return
    }
    let results = try results.map { name, node in (name: name, node: try Self.result(node, name)) }
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
    let validity = Row(
      "validity",
      words: results.map { result in
        let grade = word(result.node, ["validity", "grade"])
        return Validity.Grade(rawValue: grade)?.words ?? grade
      })
    // What nobody asked for is kept by all, and says nothing.
    let asks = results.contains { $0.node.field("inputs")?.field("objectives") != nil }
    let asked = rows.filter { asks || !["goodput, requests/s", "within the objectives"].contains($0.quantity) }
    let isStepped = results.contains { $0.node.field("decodeStep") != nil }
    self.init(
      title: "Comparison", names: results.map(\.name),
      rows: asked.filter { $0.values.contains { $0 != nil } } + (isStepped ? [steps] : []) + [validity],
      differences: Self.differences(of: results.map { $0.node.field("inputs") ?? $0.node }),
      notes: Self.reasons(results.map(\.node)))
  }

  /// A result as `simulate` writes it.
  private static func result(_ node: Node, _ name: String) throws -> Node {
    if let plans = node.field("plans")?.elements, let inputs = node.field("inputs") {
      let run = plans.first { $0.field("simulated")?.field("meets")?.text == "true" }
      guard let best = run ?? plans.first(where: { $0.field("simulated") != nil }),
        let found = best.field("simulated"), let candidate = best.field("candidate")
      else {
        throw Problem(
          name, "is a plan of which nothing was simulated", wayOut: "plan again with --simulate 1 or more, and --json")
      }
      func text(_ node: Node?, _ key: String) -> String { node?.field(key)?.text ?? "0" }
      let perChip = Double(text(found, "outputTokensPerChip")) ?? 0
      let tokens = perChip * (Double(text(candidate, "chips")) ?? 0)
      let kept = ["timeToFirstToken", "timePerOutputToken", "endToEnd", "energy", "cost", "validity"].compactMap {
        key in
        found.field(key).map { (key, $0) }
      }
      let parts = try kept.map { key, value in "\"\(key)\": \(try JSONText.encode(value, pretty: false))" }
      let fields =
        parts + [
          "\"pools\": [{\"chips\": \(text(candidate, "chips"))}]",
          "\"throughput\": {\"requests\": \(text(found, "servedRate")), \"outputTokens\": \(tokens), "
            + "\"outputTokensPerChip\": \(perChip)}",
          "\"goodput\": {\"fraction\": \(text(found, "share"))}",
          "\"inputs\": \(try JSONText.encode(inputs, pretty: false))",
        ]
      return try Node.parse("{\(fields.joined(separator: ", "))}", file: name)
    }
    if let curve = node.field("curve") { return try atKnee(curve, node.field("inputs"), name) }
    guard node.field("throughput") != nil, node.field("timeToFirstToken") != nil else {
      throw Problem(
        name, "is no result of supernode simulate, plan or train",
        wayOut: "write one with: supernode simulate … --json FILE")
    }
    return node
  }

  /// A load curve at its knee: the highest load that is sustained, with every objective met where there are any.
  private static func atKnee(_ curve: Node, _ inputs: Node?, _ name: String) throws -> Node {
    let knee = curve.field("knee")?.text
    let point = curve.field("points")?.elements.first { $0.field("load")?.text == knee }
    guard let knee, let metrics = point?.field("answer")?.field("metrics")?.elements else {
      throw Problem(
        name, "is a load curve of which no load is sustained", wayOut: "add lower loads, or compare results of one load"
      )
    }
    var groups: [(name: String, fields: [String])] = []
    for metric in metrics {
      let path = (metric.field("name")?.text ?? "").split(separator: ".").map(String.init)
      guard path.count == 2, let mean = metric.field("mean")?.text, Double(mean) != nil else { continue }
      let field = "\"\(path[1])\": \(mean)"
      if let index = groups.firstIndex(where: { $0.name == path[0] }) {
        groups[index].fields.append(field)
      } else {
        groups.append((path[0], [field]))
      }
    }
    if let validity = point?.field("answer")?.field("validity")?.field("grade")?.text {
      groups.append(("validity", ["\"grade\": \"\(validity)\""]))
    }
    let axis = curve.field("axis")?.text ?? "load"
    let asked = try inputs.map { try JSONText.encode($0, pretty: false) } ?? "{}"
    let fields =
      groups.map { "\"\($0.name)\": {\($0.fields.joined(separator: ", "))}" } + [
        "\"inputs\": {\"knee\": {\"\(axis)\": \(knee)}, \"scenario\": \(asked)}"
      ]
    return try Node.parse("{\(fields.joined(separator: ", "))}", file: name)
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
    return nodes.dropFirst().enumerated().compactMap { index, node in
      moved(from: parts(nodes[0]), to: parts(node)).map {
        "A decode step of number \(index + 2) against the first, at its mean batch: \($0)."
      }
    }
  }
}
