import Units

extension Node {
  /// The value at a path such as `decode.instances` or `layers[2].x`; nil if any part is absent.
  public subscript(path: String) -> Node? {
    guard let steps = try? Self.steps(of: path) else { return nil }
    var node = self
    for step in steps {
      guard let next = node.child(step) else { return nil }
      node = next
    }
    return node
  }

  /// This document with the field at `path` set to `text`, read as YAML, for `--set decode.instances=2`.
  ///
  /// Absent mappings on the way are made; an index must be that of an element, or the next one.
  public func setting(_ path: String, to text: String) throws -> Node {
    let steps = try Self.steps(of: path)
    let value: Node
    do {
      let isEmpty = !text.contains { !$0.isWhitespace }
      value = isEmpty ? Node(.scalar("", quoted: false), at: Self.setPlace("")) : try .parse(text, file: "--set")
    } catch let problem as Problem {
      throw Problem("--set: \(path)", problem.fault, wayOut: problem.wayOut)
    }
    return try replacing(steps[...], by: value.moved(to: Self.setPlace(path)))
  }

  /// This document with the field at `path` replaced by a value that keeps its own place.
  public func setting(_ path: String, to value: Node) throws -> Node {
    do { return try replacing(Self.steps(of: path)[...], by: value) } catch let problem as Problem {
      throw value.problem(problem.fault, wayOut: problem.wayOut)
    }
  }

  /// This document with each of the `path=value` texts set, in their order.
  public func setting(_ assignments: [String]) throws -> Node {
    try assignments.reduce(self) { node, assignment in
      guard let equals = assignment.firstIndex(of: "="), equals != assignment.startIndex else {
        throw Problem("--set", "'\(assignment)' has no 'field=value'", wayOut: "write such as decode.instances=2")
      }
      return try node.setting(
        String(assignment[..<equals]), to: String(assignment[assignment.index(after: equals)...]))
    }
  }

  private static func setPlace(_ path: String) -> Place { Place(file: "--set", line: 0, path: path) }

  enum Step: Hashable {
    case field(String)
    case element(Int)
  }

  static func steps(of path: String) throws -> [Step] {
    let bad = Problem(
      "--set: \(path)", "is not the path of a field", wayOut: "write such as decode.instances or a[2].b")
    var steps: [Step] = []
    for part in path.split(separator: ".", omittingEmptySubsequences: false) {
      let pieces = part.split(separator: "[", omittingEmptySubsequences: false)
      guard let name = pieces.first, !name.isEmpty || (steps.isEmpty && pieces.count > 1) else { throw bad }
      if !name.isEmpty { steps.append(.field(String(name))) }
      for piece in pieces.dropFirst() {
        guard piece.last == "]", let index = Int(piece.dropLast()), index >= 0 else { throw bad }
        steps.append(.element(index))
      }
    }
    return steps
  }

  func child(_ step: Step) -> Node? {
    switch step {
    case .field(let name): field(name)
    case .element(let index): elements.indices.contains(index) ? elements[index] : nil
    }
  }

  private func replacing(_ steps: ArraySlice<Step>, by value: Node) throws -> Node {
    guard let step = steps.first else { return value }
    let rest = steps.dropFirst()
    let empty = Node(.mapping([]), at: Place(file: value.place.file, line: 0, path: ""))
    switch (step, content) {
    case (.field(let name), .mapping(var fields)):
      if let index = fields.firstIndex(where: { $0.key == name }) {
        fields[index].value = try fields[index].value.replacing(rest, by: value)
      } else {
        let start = Node(empty.content, at: Self.setPlace(place.field(name).path))
        fields.append((name, try start.replacing(rest, by: value)))
      }
      return Node(.mapping(fields), at: place)
    case (.field, .scalar) where isNull:
      return try Node(.mapping([]), at: place).replacing(steps, by: value)
    case (.element(let index), .sequence(var elements)) where index <= elements.count:
      if index == elements.count {
        elements.append(
          try Node(empty.content, at: Self.setPlace(place.element(index).path)).replacing(rest, by: value))
      } else {
        elements[index] = try elements[index].replacing(rest, by: value)
      }
      return Node(.sequence(elements), at: place)
    case (.field(let name), _):
      throw Problem(
        value.place.description, "there is \(kindName), which has no field '\(name)'", wayOut: "see \(place)")
    case (.element(let index), _):
      let count = elements.count
      throw Problem(
        value.place.description, "there is no element \(index) in \(kindName)\(count > 0 ? " of \(count)" : "")",
        wayOut: "see \(place)")
    }
  }

  /// This mapping with the fields of another laid over it, mappings in it likewise; null takes a field away. All other
  /// values are replaced whole, and so are facts: another value does not have the source and the range of the old one.
  func overlaid(by other: Node) -> Node {
    guard case .mapping(var fields) = content, case .mapping(let changes) = other.content,
      other.field("value") == nil
    else { return other }
    for (key, value) in changes {
      let index = fields.firstIndex { $0.key == key }
      if value.isNull {
        if let index { fields.remove(at: index) }
      } else if let index {
        fields[index].value = fields[index].value.overlaid(by: value)
      } else {
        fields.append((key, value))
      }
    }
    return Node(.mapping(fields), at: other.place)
  }

  /// This value without what others were measured by: facts under `efficiency`, and those that rows identify, say that
  /// they are borrowed from `owner`, and no longer by which rows.
  func borrowed(from owner: String, inEfficiency: Bool = false) -> Node {
    switch content {
    case .scalar: return self
    case .sequence(let elements):
      return Node(.sequence(elements.map { $0.borrowed(from: owner, inEfficiency: inEfficiency) }), at: place)
    case .mapping(let fields):
      let isEvidence = field("value") != nil && (inEfficiency || field("identifiedBy") != nil)
      let kept = fields.filter { $0.key != "identifiedBy" }.map { key, value -> (key: String, value: Node) in
        guard isEvidence, key == "source", let source = value.text else {
          return (key, value.borrowed(from: owner, inEfficiency: inEfficiency || key == "efficiency"))
        }
        return (key, Node(.scalar("borrowed from the \(owner): \(source)", quoted: true), at: value.place))
      }
      return Node(.mapping(kept), at: place)
    }
  }

  func without(_ name: String) -> Node {
    guard case .mapping(let fields) = content else { return self }
    return Node(.mapping(fields.filter { $0.key != name }), at: place)
  }

  /// The same value with every place below it renamed.
  private func moved(to place: Place) -> Node {
    switch content {
    case .scalar: Node(content, at: place)
    case .sequence(let elements):
      Node(.sequence(elements.enumerated().map { $1.moved(to: place.element($0)) }), at: place)
    case .mapping(let fields):
      Node(.mapping(fields.map { ($0.key, $0.value.moved(to: place.field($0.key))) }), at: place)
    }
  }
}
