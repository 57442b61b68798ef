import Units
import Yams

extension Node {
  /// Reads one YAML or JSON document; `file` is what problems call it.
  public static func parse(_ text: String, file: String) throws -> Node {
    let root: Yams.Node?
    do {
      // No resolver: what a scalar means is decided by the type that it is decoded into.
      root = try Yams.Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
    } catch let error as YamlError {
      throw problem(of: error, in: text, file: file)
    }
    guard let root else {
      throw Problem(file, "there is nothing in it", wayOut: "write at least one field, such as 'name: …'")
    }
    var budget = 1_000_000
    return try Node(root, at: Place(file: file, line: root.mark?.line ?? 1), budget: &budget)
  }

  /// Reads a file; `-` is standard input.
  public static func read(path: String) throws -> Node {
    let file = path == "-" ? "standard input" : path
    let bytes = try readBytes(of: path)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Problem(file, "is not UTF-8 text", wayOut: "give a YAML or JSON file in UTF-8")
    }
    return try parse(text, file: file)
  }

  /// `budget` bounds the values that aliases may multiply into.
  private init(_ yaml: Yams.Node, at place: Place, budget: inout Int) throws {
    budget -= 1
    guard budget > 0 else {
      throw Problem(place.description, "its aliases unfold to more than a million values", wayOut: "use fewer aliases")
    }
    switch yaml {
    case .scalar(let scalar):
      let quoted = scalar.style != .plain && scalar.style != .any
      self.init(.scalar(scalar.string, quoted: quoted), at: place)
    case .sequence(let sequence):
      var elements: [Node] = []
      elements.reserveCapacity(sequence.count)
      for (index, element) in sequence.enumerated() {
        elements.append(try Node(element, at: place.element(index, line: element.mark?.line), budget: &budget))
      }
      self.init(.sequence(elements), at: place)
    case .mapping(let mapping):
      self.init(.mapping(try Self.fields(of: mapping, at: place, budget: &budget)), at: place)
    case .alias:
      throw Problem(place.description, "has an alias without its anchor", wayOut: "write the value out")
    }
  }

  private static func fields(
    of mapping: Yams.Node.Mapping, at place: Place, budget: inout Int
  ) throws -> [(key: String, value: Node)] {
    var fields: [(key: String, value: Node)] = []
    var merged: [(key: String, value: Node)] = []
    for (key, value) in mapping {
      guard case .scalar(let name) = key else {
        throw Problem(place.description, "a field's name must be text", wayOut: "write 'name: value'")
      }
      let line = name.mark?.line
      if name.string == "<<", name.style == .plain {
        let base = try Node(value, at: place, budget: &budget)
        merged += base.fields + base.elements.flatMap(\.fields)
      } else {
        fields.append((name.string, try Node(value, at: place.field(name.string, line: line), budget: &budget)))
      }
    }
    for (key, value) in merged where !fields.contains(where: { $0.key == key }) { fields.append((key, value)) }
    return fields
  }

  private static func problem(of error: YamlError, in text: String, file: String) -> Problem {
    func sentence(_ context: YamlError.Context?, _ problem: String, _ mark: Mark) -> Problem {
      let why = context.map { "\(problem) \($0.text)" } ?? problem
      return Problem(
        "\(file):\(mark.line)", "cannot be read as YAML: \(why) (column \(mark.column))",
        wayOut: "check indentation, colons and quotes there")
    }
    switch error {
    case .duplicatedKeysInMapping(let names, let context):
      let list = names.sorted().map { "'\($0)'" }.joined(separator: ", ")
      return Problem("\(file):\(context.mark.line)", "\(list) is given twice", wayOut: "keep one of them")
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
      return sentence(context, problem, mark)
    case .composer(_, let problem, let mark, _):
      return sentence(nil, problem, mark)
    case .reader(let problem, let offset, _, _):
      let line = text.prefix(offset ?? 0).reduce(1) { $1.isNewline ? $0 + 1 : $0 }
      return Problem("\(file):\(line)", "cannot be read as YAML: \(problem)", wayOut: "remove that character")
    default:
      return Problem(file, "cannot be read as YAML: \(error)")
    }
  }
}
