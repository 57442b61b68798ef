import Formats
import Foundation
import Testing

@testable import Pages

/// SUPERNODE_UPDATE_GOLDEN=1 writes the words of the schemas anew.
@Suite struct SchemaTests {
  static let resource = "\(DocComments.root)/Sources/Formats/Resources/schema/descriptions.json"

  /// Types and fields that some schema has.
  private var met: [String] {
    var met: [String] = []
    for subject in SchemaSubject.allCases {
      let builder = SchemaBuilder(subject.direction)
      _ = subject.schema(builder)
      met += builder.met
    }
    return Array(Set(met)).sorted()
  }

  @Test("the schemas' words are the types' doc comments") func words() throws {
    let comments = DocComments().texts
    let words = Dictionary(uniqueKeysWithValues: met.compactMap { name in comments[name].map { (name, $0) } })
    let text = try JSONText.encode(words)
    if ProcessInfo.processInfo.environment["SUPERNODE_UPDATE_GOLDEN"] == "1" {
      try text.write(toFile: Self.resource, atomically: true, encoding: .utf8)
    }
    let written = try String(contentsOfFile: Self.resource, encoding: .utf8)
    #expect(text == written, "SUPERNODE_UPDATE_GOLDEN=1 swift test --filter SchemaTests writes them")
  }

  /// Names that say what they are wherever they stand.
  static let plain: Set = [
    "name", "id", "title", "source", "note", "unit", "value", "low", "high", "mid", "mean", "vendor", "chip", "model",
    "system", "engine", "minimum", "maximum", "coefficientOfVariation",
  ]

  @Test("every field of a schema has a type and says what it is", arguments: SchemaSubject.allCases)
  func complete(_ subject: SchemaSubject) throws {
    let words = try Node.read(path: Self.resource).fields.map { ($0.key, $0.value.text ?? "") }
    let builder = SchemaBuilder(
      subject.direction, descriptions: Dictionary(words, uniquingKeysWith: { first, _ in first }))
    let document = try Node.parse(JSONText.encode(subject.schema(builder)), file: subject.rawValue)
    var faults: [String] = []
    func isTold(_ node: Node) -> Bool {
      if node.field("description") != nil || node.field("x-unit") != nil { return true }
      if let items = node.field("items") { return isTold(items) }
      guard let name = node.field("$ref")?.text?.split(separator: "/").last else { return false }
      return document.field("$defs")?.field(String(name))?.field("description") != nil
    }
    func look(_ node: Node, _ path: String) {
      // A result's type that says what all its numbers are is enough.
      let isToldAbove = subject.direction == .result && node.field("description") != nil
      for (name, value) in node.field("properties")?.fields ?? [] {
        if value.fields.allSatisfy({ $0.key == "description" }), !Self.untyped.contains("\(path).\(name)") {
          faults.append("\(path).\(name) has no type")
        }
        if !isTold(value), !isToldAbove, !Self.plain.contains(name) { faults.append("\(path).\(name) says nothing") }
      }
      // `then`: what is based on another entry gives any field.
      for (name, value) in node.fields where name != "examples" && name != "then" {
        look(value, name == "properties" ? path : "\(path).\(name)")
        for element in value.elements { look(element, path) }
      }
    }
    if subject != .model { look(document, "") }
    #expect(faults.isEmpty, "\(faults)")
  }

  /// A part that Planning reads, which Supply must not know.
  static let untyped: Set = [".mix"]

  @Test("doc comments are found by type and member, also of extensions and of several names at once") func comments() {
    let text = """
      /// A board.
      public struct Board: Decodable {
        /// Chips on it.
        public var chips: Int  // not this { one
        /// First
        /// paragraph.
        ///
        /// Second.
        public var low, high: Double
        public var bare: Int
        /// How it is cooled.
        enum Cooling: String { case air }
        enum CodingKeys: String, CodingKey { case chips = "cards", low, high }
        func f() {
          /// Not a member.
          let x = "{"
        }
        /// After the function.
        let last: Int
      }
      extension Board.Cooling {
        /// Cold.
        struct Plate {
          /// In mm.
          var width: Double
        }
      }
      """
    let texts = DocComments(text, module: "M").texts
    let expected = [
      "M.Board": "A board.", "M.Board.chips": "Chips on it.", "M.Board.low": "First paragraph.",
      "M.Board.high": "First paragraph.", "M.Board.Cooling": "How it is cooled.", "M.Board.last": "After the function.",
      "M.Board.Cooling.Plate": "Cold.", "M.Board.Cooling.Plate.width": "In mm.",
    ]
    #expect(texts.filter { $0.key != "M.Board.cards" } == expected)
  }
}
