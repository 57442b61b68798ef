import Formats
import Foundation
import Reports
import Testing

@testable import Pages

/// SUPERNODE_UPDATE_GOLDEN=1 writes the tables of the guide anew.
@Suite struct CatalogFieldsTests {
  static let guide = "\(DocComments.root)/Documentation/Guides/Catalog.md"

  @Test(
    "the guide has every field of a chip's and a system's file, with what it means and a typical value",
    arguments: [SchemaSubject.chip, .system])
  func guide(_ kind: SchemaSubject) throws {
    let fields = try CatalogFields(kind: kind, in: Catalog())
    #expect(fields.fields.count > 30)
    for field in fields.fields { #expect(!field.meaning.isEmpty && !field.takes.isEmpty, "\(field.path)") }
    #expect(fields.fields.filter { $0.isRequired && $0.typical.isEmpty }.map(\.path) == [])
    let text = try String(contentsOfFile: Self.guide, encoding: .utf8)
    let open = "<!-- supernode catalog fields \(kind.rawValue) -->\n"
    let start = try #require(text.range(of: open)?.upperBound)
    let end = try #require(text.range(of: "<!-- end -->", range: start..<text.endIndex)?.lowerBound)
    if ProcessInfo.processInfo.environment["SUPERNODE_UPDATE_GOLDEN"] == "1" {
      let new = text.replacingCharacters(in: start..<end, with: fields.markdown)
      try new.write(toFile: Self.guide, atomically: true, encoding: .utf8)
    } else {
      #expect(
        String(text[start..<end]) == fields.markdown,
        "SUPERNODE_UPDATE_GOLDEN=1 swift test --filter CatalogFieldsTests writes them")
    }
  }

  @Test("units, words and lists are told as a file takes them")
  func takes() throws {
    let chip = try CatalogFields(kind: .chip, in: Catalog()).fields
    func field(_ path: String) -> CatalogFields.Field? { chip.first { $0.path == path } }
    #expect(field("memory.capacity")?.takes == "number in B" && field("memory.capacity")?.typical == "143771 MiB")
    #expect(field("status")?.takes == "`sold`, `announced`, `rumour`" && field("status")?.isRequired == false)
    #expect(field("bins")?.takes == "list of number in FLOP/s" && field("dies")?.takes == "whole number")
    let system = try CatalogFields(kind: .system, in: Catalog()).fields
    #expect(system.contains { $0.path == "planes[].bandwidth" && $0.isRequired && $0.typical == "450 GB/s" })
  }
}

@Suite struct CatalogListingTests {
  private func rows(_ kind: String, chip: String? = nil) throws -> [[String]] {
    let csv = try CatalogListing(of: kind, chip: chip, in: Catalog()).csv
    return csv.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  @Test("chips have memory, peaks, bandwidth, and how far they were validated")
  func chips() throws {
    let json = try Node.parse(CatalogListing(of: "chips", in: Catalog()).json(), file: "json")
    func chip(_ name: String) -> Node? { json["chips"]?.elements.first { $0["name"]?.text == name } }
    let h100 = try #require(chip("NVIDIA H100"))
    #expect(h100["memoryBytes"]?.text == "85520809984" && h100["bf16TFLOPS"]?.text == "989")
    #expect(h100["fp4TFLOPS"]?.isNull == true && h100["memoryGBPerSecond"]?.text == "3350")
    let runs = try #require(h100["comparedRuns"]?.text.flatMap { Int($0) })
    #expect(runs > 200 && h100["validated"]?.text?.hasPrefix("\(runs) runs, ") == true)
    #expect(chip("Ascend 910C")?["validated"]?.text?.contains(" runs, ") == true)
    // Its published rows are not predicted.
    #expect(chip("Ascend 910B")?["validated"]?.text == "never")
    #expect(chip("Kunlun P800")?["validated"]?.text == "never")
    #expect(chip("Ascend 920")?["validated"]?.text == "rumour")
  }

  @Test("systems are kept by a part of their chip's name; none is refused")
  func systems() throws {
    #expect(try rows("systems", chip: "910b").dropFirst().map { $0[0] } == ["Atlas 800 A2", "Eight-card server"])
    #expect(throws: (any Error).self) { try CatalogListing(of: "systems", chip: "911", in: Catalog()) }
  }

  @Test(
    "tables of chips, systems, engines and models fit a terminal of 80 columns with whole names",
    arguments: ["chips", "systems", "engines", "models"])
  func width(_ kind: String) throws {
    let text = try CatalogListing(of: kind, in: Catalog()).text(TerminalRenderer(width: 80))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(!text.contains("…"))
  }

  @Test("all kinds are listed, examples among them")
  func overview() throws {
    let text = TerminalRenderer(width: 80).render(try CatalogListing(namesIn: Catalog()).overview())
    for kind in CatalogListing.kinds { #expect(text.contains("\n\(kind) (")) }
    #expect(text.contains("vLLM-Ascend") && text.contains("mooncake-conversation"))
  }

  @Test("an entry of one's own was compared with nothing, whatever its name")
  func own() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let catalog = Catalog()
    let copy = try catalog.copy(of: catalog.find("NVIDIA H100", kind: "chips"), named: "NVIDIA H100")
    try OutputFile.write(copy.text, to: "\(folder)/\(copy.file)")
    let json = try CatalogListing(of: "chips", chip: "H100", in: Catalog(folders: [folder])).json()
    #expect(try Node.parse(json, file: "json")["chips[0].validated"]?.text == "never")
  }
}
