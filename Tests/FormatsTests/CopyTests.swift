import Formats
import Testing
import Units

@Suite struct CopyTests {
  private let old = """
    # A comment that stays.
    name: Old
    chip: Any
    peak: { value: 1, source: "sheet" }
    efficiency:
      matrix: { value: 0.8, identifiedBy: [R-1, R-2], source: "a fit" }
      vector:
        { value: 0.4, low: 0.3, identifiedBy: [R-3],
          source: "another" }
      memory: { value: 0.9, source: "prior" }
    power: { value: 2, source: "sheet" }

    """

  private func copy(of text: String, named name: String, _ kind: String = "chips") throws -> (Catalog.Copy, Node) {
    let folder = try TemporaryFolder()
    _ = try folder.write(text, to: "\(kind)/old.yaml")
    let catalog = Catalog(builtIn: folder.path)
    let copy = try catalog.copy(of: catalog.find("Old"), named: name, changes: [("chip", "Other: one")])
    return (copy, try Node.parse(copy.text, file: "copy"))
  }

  @Test("a copy has another name, the comments, the same numbers, and says what it borrows")
  func text() throws {
    let (copy, node) = try copy(of: old, named: "New: one")
    #expect(copy.file == "chips/new-one.yaml")
    #expect(node["name"]?.text == "New: one" && node["chip"]?.text == "Other: one")
    #expect(copy.text.contains("# A comment that stays.") && copy.text.hasPrefix("# New: one, written from Old"))
    #expect(copy.text.contains("\n# Sources and grades are those of Old: what you change is an estimate of your own"))
    #expect(!copy.text.contains("identifiedBy") && node["peak.source"]?.text == "sheet")
    for (field, source) in [("matrix", "a fit"), ("vector", "another"), ("memory", "prior")] {
      #expect(node["efficiency.\(field).source"]?.text == "borrowed from the Old: \(source)")
    }
    #expect(node["efficiency.vector.low"]?.text == "0.3" && node["power.source"]?.text == "sheet")
  }

  @Test("a price that is another chip's is named where the new file begins")
  func price() throws {
    let (copy, _) = try copy(of: old + "price: { value: 5 USD, source: \"press\" }\n", named: "New")
    #expect(
      copy.text.contains("\n# Price, sources and grades are those of Old") && copy.text.contains("set the price."))
  }

  @Test("a file in another style loses its evidence too")
  func blockStyle() throws {
    let text = """
      name: 'Old'
      efficiency:
        matrix:
          value: 0.8
          source: plain words
          identifiedBy:
            - R-1

      """
    let (copy, node) = try copy(of: text, named: "New")
    #expect(!copy.text.contains("identifiedBy") && node["name"]?.text == "New")
    #expect(node["efficiency.matrix.source"]?.text == "borrowed from the Old: plain words")
    #expect(node["efficiency.matrix.value"]?.text == "0.8" && node["chip"]?.text == "Other: one")
  }

  @Test("a model is its config.json in a folder of its name; a name without a letter is refused")
  func models() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("{\"model_type\": \"x\"}", to: "models/Old-1B/config.json")
    let catalog = Catalog(builtIn: folder.path)
    let entry = try catalog.find("old")
    let copy = try catalog.copy(of: entry, named: "My Model")
    #expect(copy.file == "models/My Model/config.json" && copy.text == "{\"model_type\": \"x\"}")
    #expect(throws: Problem.self) { try catalog.copy(of: entry, named: "../..") }
    #expect(throws: Problem.self) { try catalog.copy(of: entry, named: "a/b") }
  }
}

@Suite struct SourceTests {
  struct Part: Decodable {
    var size: Sourced<Bytes>
    var count: Sourced<Int>
    enum CodingKeys: String, CodingKey, CaseIterable { case size, count }
  }

  private let text = "size: 64 GB\ncount: { value: 3 }\n"

  @Test("a number may stand without a source in a file outside of the folder whose numbers all have one")
  func outside() throws {
    let node = try Node.parse(text, file: "mine/a.yaml")
    let found = try node.decodedFacts(Part.self, userInfo: [.folderWithSources: "built-in"])
    #expect(found.value.size.value == .gigabytes(64) && found.value.count.value == 3)
    #expect(found.value.size.source == noSource && found.value.count.source == noSource)
    #expect(found.withoutSource.map(\.description) == ["mine/a.yaml:1: size", "mine/a.yaml:2: count"])
  }

  @Test(
    "in that folder it is a fault, and so it is where no folder is named", arguments: ["built-in/a.yaml", "a.yaml"])
  func inside(_ file: String) throws {
    let node = try Node.parse(text, file: file)
    let rules: [CodingUserInfoKey: any Sendable] = file == "a.yaml" ? [:] : [.folderWithSources: "built-in"]
    let faults = #expect(throws: Problems.self) { try node.decode(Part.self, userInfo: rules) }
    #expect(
      faults?.list.map(\.description) == [
        "\(file):1: size: there is '64 GB' where fields were expected; write '{ value: 64 GB, source: … }'",
        "\(file):2: count: the field 'source' is missing; give it text",
      ])
  }

  @Test("a wrong number alone is told as such")
  func wrong() throws {
    let node = try Node.parse("size: 64 GHz\ncount: 3\n", file: "a.yaml")
    let faults = #expect(throws: Problems.self) { try node.decode(Part.self, userInfo: [.folderWithSources: ""]) }
    #expect(faults?.list.count == 1 && faults?.list.first?.description.contains("measures B") == true)
  }
}
