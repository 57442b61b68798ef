import ArgumentParser
import Formats
import Pages
import Reports
import Units
import Validation

extension Validate {
  /// All mechanisms one after the other.
  static let eachMechanism = "each"

  /// Those of `--without`, in the order given.
  func mechanisms() throws -> [Mechanism] {
    guard !without.contains(Self.eachMechanism) else { return Mechanism.allCases }
    return try without.map { name in
      if let known = Mechanism(named: name) { return known }
      let names = Mechanism.allCases.map(\.rawValue) + [Self.eachMechanism]
      let near = Problems.nearest(to: name, among: names).map { "did you mean '\($0)'? The" } ?? "the"
      throw ValidationError(
        "--without \(name): there is no such mechanism; \(near) mechanisms are \(names.joined(separator: ", "))")
    }
  }

  func checkWithout() throws {
    guard !without.isEmpty else { return }
    _ = try mechanisms()
    guard kind == nil || kind == "runs", format != .compared else {
      throw ValidationError(
        "--without: predicts the measured runs of engines alone; leave --kind and --format compared out")
    }
  }

  /// What each of the mechanisms is worth on the scored runs.
  func printWithout(_ catalog: Catalog) throws {
    let ablation = try Ablation(
      without: mechanisms(), catalog: catalog, files: rowFiles().runs, every: every, workers: processorCount())
    if let json { try OutputFile.write(try JSONText.encode(ablation, pretty: true), to: json) }
    if let report {
      let script = try catalog.resourcePath("echarts.min.js").map(textOfFile)
      try OutputFile.write(HTMLRenderer().render(ablation.document, chartScript: script), to: report)
    }
    guard json != "-", report != "-" else { return }
    switch format {
    case .json: Terminal.write(try JSONText.encode(ablation, pretty: true))
    case .csv: Terminal.write(ablation.csv)
    case .markdown: Terminal.write(ablation.markdown)
    case .table, .compared:
      let renderer = TerminalRenderer(width: Terminal.width, usesColour: Terminal.wantsColour)
      Terminal.write(renderer.render(ablation.document))
    }
  }
}
