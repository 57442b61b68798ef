import Formats
import Hardware
import Units

extension ClusterFit {
  /// The engine's file with the corrected constants, on top of the engine that was corrected.
  public func engineFile(named name: String, version: String) throws -> String {
    guard !Catalog.slug(name).filter({ $0 != "-" }).isEmpty else {
      throw Problem("--name", "'\(name)' has no letter or digit", wayOut: "give a name such as 'vLLM on my cluster'")
    }
    guard Catalog.slug(name) != Catalog.slug(engine) else {
      throw Problem("--name", "'\(name)' is the engine that it is based on", wayOut: "give it a name of its own")
    }
    let places = points.map(\.result.place)
    let source =
      "supernode calibrate --from of supernode \(version), on \(places.count) results; nine in ten of the posterior"
    let head = [
      "name: \(quoted(name))", "basedOn: \(quoted(engine))",
      "source: \(quoted("\(engine), with constants corrected on results of one cluster"))", "calibratedOn:",
      "  engine: \(quoted(engine))", "  results: [\(places.map(quoted).joined(separator: ", "))]",
      "  source: \(quoted("supernode calibrate --from of supernode \(version)"))",
    ]
    var node = try Node.parse(head.joined(separator: "\n"), file: "calibrate")
    func set(_ field: String, _ text: String) throws { node = try node.setting(field, to: text) }
    for (field, error) in [
      ("timePerOutputToken", leftOut.timePerOutputToken), ("timeToFirstToken", leftOut.timeToFirstToken),
    ] {
      if let error { try set("calibratedOn.\(field)", "\(CalibratedFact.rounded(error))") }
    }
    let results = points.map(\.result)
    for (field, values) in [
      ("concurrency", results.compactMap(\.concurrency).map(Double.init)),
      ("requestRate", results.compactMap(\.requestRate)), ("promptTokens", results.map(\.inputTokens.mean)),
      ("outputTokens", results.map(\.outputTokens.mean)),
    ] {
      guard let low = values.min(), let high = values.max() else { continue }
      try set("calibratedOn.\(field)", "[\(low), \(high)]")
    }
    for value in moved {
      let fact = CalibratedFact(value.posterior, unit: value.unit, identifiedBy: places, source: source)
      try set(value.constant.field, fact.text)
    }
    return "# \(engine), corrected for one cluster by supernode calibrate --from \(places.joined(separator: " ")).\n"
      + "# A scenario names it: engine: FILE; its answers say on which results it rests.\n" + node.yamlText
  }

  private func quoted(_ text: String) -> String {
    "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }
}
