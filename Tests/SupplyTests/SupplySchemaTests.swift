import Formats
import Testing
import Units

@testable import Supply

/// The schema of the scenario file against what decoding reads, type by type.
@Suite struct SupplySchemaTests {
  private func schema() throws -> Node {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return try Node.read(path: "/\(root)/Sources/Formats/Resources/schema/supply-scenario.json")
  }

  /// The definitions of the schema with the type that each describes.
  private var types: [(name: String, type: any Decodable.Type)] {
    [
      ("world", SupplyWorld.self), ("school", SupplyWorld.School.self), ("die", SupplyWorld.DieFamily.self),
      ("yield", YieldModel.self), ("fab", SupplyWorld.Fab.self), ("memorySource", SupplyWorld.MemorySource.self),
      ("packagingLine", SupplyWorld.PackagingLine.self), ("specification", SupplyWorld.Specification.self),
      ("product", SupplyWorld.Product.self), ("import", SupplyWorld.ImportedProduct.self),
      ("demand", SupplyWorld.Demand.self), ("city", SupplyWorld.City.self), ("fleet", SupplyWorld.Fleet.self),
      ("system", SupplyWorld.Fleet.System.self), ("parameter", Parameter.self), ("factor", Parameter.Factor.self),
      ("views", Parameter.Schools.self), ("earlier", Parameter.Earlier.self), ("event", PolicyEvent.self),
      ("effect", PolicyEvent.Effect.self), ("claim", SupplyClaim.self), ("measure", SupplyMeasure.self),
    ]
  }

  /// Decoding a mapping of nothing but an unknown field names all the fields that it asked for, and those it needs.
  private func fields(of type: any Decodable.Type) throws -> (all: Set<String>, required: Set<String>) {
    let node = try Node.parse("{zzzzzzzzzzzzzzzz: 1}", file: "x")
    func decode<T: Decodable>(_ type: T.Type) throws { _ = try node.decode(type) }
    do { try decode(type) } catch let problems as Problems {
      let list = problems.list.compactMap { $0.wayOut.split(separator: "other fields are ").last }
      let missing = problems.list.compactMap { problem -> String? in
        let parts = problem.fault.split(separator: "'")
        return problem.fault.hasSuffix("is missing") && parts.count > 1 ? String(parts[1]) : nil
      }
      let named = problems.list.first { $0.wayOut.contains("other fields are ") }?.wayOut
      let all = named?.split(separator: "are ", maxSplits: 1).last?.split(separator: ",").map {
        $0.filter { $0 != " " }
      }
      #expect(!list.isEmpty)
      return (Set(all ?? []), Set(missing))
    }
    Issue.record("\(type) took an unknown field")
    return ([], [])
  }

  @Test("each part of the schema has the fields that decoding reads, and requires those that it needs")
  func parts() throws {
    let definitions = try #require(schema().field("$defs"))
    for (name, type) in types {
      let definition = try #require(definitions.field(name), "\(name)")
      let (all, required) = try fields(of: type)
      let known = Set(definition.field("properties")?.fields.map(\.key) ?? [])
      let needed = Set(definition.field("required")?.elements.compactMap(\.text) ?? [])
      #expect(known == all, "\(name): \(known.symmetricDifference(all).sorted())")
      #expect(needed == required, "\(name): \(needed.symmetricDifference(required).sorted())")
    }
  }

  @Test("the schema of the file itself has the fields of a scenario")
  func top() throws {
    let known = try Set(schema().field("properties")?.fields.map(\.key) ?? [])
    let sentence = try SupplyFaultTests.sentence("name: x\nzzzzzzzzzzzzzzzz: 1")
    let list = try #require(sentence.split(separator: "other fields are ").last)
    #expect(Set(list.split(separator: ", ").map(String.init)).union(["name"]) == known)
  }

  @Test("every distribution and every form of a trajectory stands in the schema")
  func amounts() throws {
    let definitions = try #require(schema().field("$defs"))
    func names(_ text: String, _ body: (Node) throws -> Void) throws -> Set<String> {
      let node = try Node.parse(text, file: "x")
      let problem = #expect(throws: Problem.self) { try body(node) }
      let list = problem?.wayOut.dropFirst("use one of ".count).split(separator: ",").map { $0.filter { $0 != " " } }
      return Set(list ?? [])
    }
    let kinds = try names("{zzzzzzzzzzzzzz: [1]}") { _ = try Uncertainty($0) }
    #expect(kinds == Set(definitions["named.properties"]?.fields.map(\.key) ?? []))
    for kind in kinds { #expect(definitions["named.properties"]?.field(kind)?.field("description") != nil) }
    #expect(Set(Trajectory.fields) == Set(definitions["path.properties"]?.fields.map(\.key) ?? []))
  }
}
