import Formats
import Models
import Testing
import Units

/// What a damaged or hostile file may have in place of a value.
private let absurd: [Node.Content] = {
  func text(_ text: String) -> Node.Content { .scalar(text, quoted: false) }
  let inside = Node(.scalar("1", quoted: false), at: Place(file: "config.json", line: 1))
  return [
    text("-1"), text("0"), text("3"), text("1e400"), text("9223372036854775807"), text("99999999999999999999"),
    text("262144"), text("1.5"), text("nan"), text("true"), text("null"), .scalar("", quoted: true),
    .scalar("\u{1B}[31m", quoted: true), .sequence([]), .sequence([inside]), .mapping([]),
    .mapping([(key: "factor", value: inside)]),
  ]
}()

@Suite struct AbsurdConfigsTests {
  @Test("a config with any one field absurd or missing is read or refused by a sentence", arguments: HandConfig.every)
  func oneField(row: HandConfig) throws {
    let config = try Node.parse(row.config, file: "config.json")
    for path in Self.paths(config) {
      for value in absurd.map(Optional.some) + [nil] { try Self.read(Self.changed(config, path[...], value)) }
    }
  }

  @Test("all sizes at their limits at once still count within 64 bits", arguments: HandConfig.every)
  func greatest(row: HandConfig) throws {
    let config = try Node.parse(row.config, file: "config.json")
    for value in ["262144", "8192", "4096", "1024", "64"] {
      var changed = config
      for path in Self.paths(config) {
        changed = Self.changed(changed, path[...], .scalar(value, quoted: false), onlyNumbers: true)
      }
      try Self.read(changed)
    }
  }

  /// Reads it and does what follows reading; refusals must have a fault and a way out.
  private static func read(_ config: Node) throws {
    do {
      let model = try Architecture(config: config, name: "absurd")
      #expect(ParameterCount(model).total > 0)
      #expect(ParameterCount(model).active.total > 0)
      #expect(model.cacheFootprint(.sixteenBit).bytes(tokens: 1000).value.isFinite)
    } catch let problems as Problems {
      #expect(problems.list.allSatisfy { !$0.fault.isEmpty && !$0.wayOut.isEmpty })
    } catch let problem as Problem {
      #expect(!problem.fault.isEmpty && !problem.wayOut.isEmpty)
    }
  }

  private static func paths(_ node: Node) -> [[String]] {
    node.fields.flatMap { field in [[field.key]] + paths(field.value).map { [field.key] + $0 } }
  }

  private static func changed(
    _ node: Node, _ path: ArraySlice<String>, _ value: Node.Content?, onlyNumbers: Bool = false
  ) -> Node {
    guard let key = path.first else { return node }
    let fields = node.fields.compactMap { field -> (key: String, value: Node)? in
      guard field.key == key else { return field }
      if path.count > 1 {
        return (field.key, changed(field.value, path.dropFirst(), value, onlyNumbers: onlyNumbers))
      }
      if onlyNumbers, field.value.text.flatMap({ Int($0) }) == nil { return field }
      return value.map { (field.key, Node($0, at: field.value.place)) }
    }
    return Node(.mapping(fields), at: node.place)
  }
}
