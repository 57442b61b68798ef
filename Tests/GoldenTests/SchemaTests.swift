import Formats
import Foundation
import Testing

@Suite struct SchemaTests {
  @Test("every example names only fields of the schema, and all that it requires") func examples() throws {
    let schema = try Node.parse(BuiltProgram.run(["schema"]).output, file: "schema")
    for name in ExampleTests.examples {
      let scenario = try Node.read(path: "\(BuiltProgram.root)/Examples/\(name).yaml")
      #expect(faults(of: scenario, under: schema, at: name) == [])
    }
  }

  @Test("a result has what its schema requires, and nothing else") func results() throws {
    let example = "Examples/\(ExampleTests.examples[0]).yaml"
    let verbs = [["simulate", example, "--num-prompts", "300"], ["validate", "--draws", "40", "--every", "400"]]
    for arguments in verbs {
      let schema = try Node.parse(BuiltProgram.run(["schema", arguments[0]]).output, file: "schema")
      let result = try Node.parse(BuiltProgram.run(arguments + ["--format", "json"]).output, file: "result")
      let faults = faults(of: result, under: schema, at: arguments[0])
      #expect(faults.isEmpty, "\(faults.prefix(5))")
    }
  }

  /// The program lists a mapping's fields when it meets one that it does not know.
  @Test("the schema has the fields that the program reads, no more and no fewer") func fields() throws {
    let schema = try Node.parse(BuiltProgram.run(["schema"]).output, file: "schema")
    var compared = 0
    for (name, part) in [("", schema)] + (schema.field("properties")?.fields ?? []) {
      guard let known = part.field("properties")?.fields.map(\.key) else { continue }
      let path = name.isEmpty ? "zzzzzzzzz" : "\(name).zzzzzzzzz"
      let example = "Examples/\(ExampleTests.examples[0]).yaml"
      let answer = try BuiltProgram.run(["simulate", example, "--set", "\(path)=1"])
      let present = try Node.read(path: "\(BuiltProgram.root)/\(example)")
      let given = (name.isEmpty ? present : present[name])?.fields.map(\.key) ?? []
      let listed = answer.error.split(separator: "\n").compactMap { line in
        line.range(of: "the other fields are ").map { String(line[$0.upperBound...]) }
      }
      // Where the example gives every field there is none to list.
      guard let list = listed.first else {
        #expect(answer.error.contains("remove it"), "\(name): \(answer.error)")
        continue
      }
      compared += 1
      let read = Set(list.components(separatedBy: ", ")).union(given)
      #expect(read == Set(known), "\(name): \(read.symmetricDifference(known).sorted())")
    }
    #expect(compared > 3)
  }

  @Test("every scenario of supply names only fields of its schema, and all that it requires")
  func supplyScenarios() throws {
    let schema = try Node.parse(BuiltProgram.run(["schema", "supply-scenario"]).output, file: "schema")
    let built = "\(BuiltProgram.root)/Sources/Formats/Resources/catalog/supply"
    let examples = try FileManager.default.contentsOfDirectory(atPath: "\(BuiltProgram.root)/Examples/supply").sorted()
    for path in ["\(built)/base.yaml"] + examples.map({ "\(BuiltProgram.root)/Examples/supply/\($0)" }) {
      #expect(faults(of: try Node.read(path: path), under: schema, at: path) == [])
    }
    // The lists of the catalog have the same parts, and no name of their own.
    for list in ["parameters", "tokens", "events", "claims"] {
      let node = try Node.read(path: "\(built)/\(list).yaml")
      #expect(faults(of: node, under: schema, at: list).filter { !$0.hasSuffix(".name is required") } == [])
    }
  }

  private func faults(of node: Node, under schema: Node, at path: String) -> [String] {
    faults(of: node, under: schema, root: schema, at: path)
  }

  private func faults(of node: Node, under schema: Node, root: Node, at path: String) -> [String] {
    if let name = schema.field("$ref")?.text?.split(separator: "/").last {
      guard let target = root.field("$defs")?.field(String(name)) else { return ["\(path): the schema has no \(name)"] }
      return faults(of: node, under: target, root: root, at: path)
    }
    if let options = schema.field("anyOf")?.elements, node.isNull == false, !node.fields.isEmpty {
      // A mapping fits if it fits one of those that have fields.
      let found = options.map { faults(of: node, under: $0, root: root, at: path) }
      return found.contains([]) ? [] : found.last ?? []
    }
    if let element = schema.field("items") {
      return node.elements.enumerated().flatMap {
        faults(of: $1, under: element, root: root, at: "\(path)[\($0)]")
      }
    }
    guard let properties = schema.field("properties") else {
      guard let value = schema.field("additionalProperties"), !value.fields.isEmpty else { return [] }
      return node.fields.flatMap { faults(of: $0.value, under: value, root: root, at: "\(path).\($0.key)") }
    }
    let required = schema.field("required")?.elements.compactMap(\.text) ?? []
    let absent = required.filter { node.field($0) == nil }.map { "\(path).\($0) is required" }
    return absent
      + node.fields.flatMap { key, value -> [String] in
        let inner = "\(path).\(key)"
        return properties.field(key).map { faults(of: value, under: $0, root: root, at: inner) }
          ?? ["\(inner) is unknown"]
      }
  }
}
