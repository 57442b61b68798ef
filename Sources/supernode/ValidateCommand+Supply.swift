import Formats
import Reports
import Supply

extension Validate {
  /// The supply model against what sources say, each row at its own information date.
  func runSupply(_ catalog: Catalog) throws {
    let result = try SupplyValidation(
      catalog: catalog, draws: 2000, seed: 1, workers: processorCount(), version: Supernode.version)
    if let json { try OutputFile.write(try JSONText.encode(result), to: json) }
    if let report {
      let script = try catalog.resourcePath("echarts.min.js").map(textOfFile)
      try OutputFile.write(HTMLRenderer().render(result.document(), chartScript: script), to: report)
    }
    guard json != "-", report != "-" else { return }
    switch format {
    case .json: Terminal.write(try JSONText.encode(result))
    case .csv: Terminal.write(result.csv())
    case .table, .markdown:
      var document = result.document()
      document.sources = []
      Terminal.write(TerminalRenderer(width: Terminal.width, usesColour: Terminal.wantsColour).render(document))
    }
  }
}
