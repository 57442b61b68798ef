import Formats
import Simulation

/// A YAML or JSON value as a mutation sees it; a mapping may have a key twice.
indirect enum Tree: Sendable {
  case scalar(String, quoted: Bool)
  case list([Tree])
  case mapping([(key: String, value: Tree)])

  init(_ node: Node) {
    switch node.content {
    case .scalar(let text, let quoted): self = .scalar(text, quoted: quoted)
    case .sequence(let elements): self = .list(elements.map(Tree.init))
    case .mapping(let fields): self = .mapping(fields.map { ($0.key, Tree($0.value)) })
    }
  }

  var children: [Tree] {
    switch self {
    case .scalar: []
    case .list(let elements): elements
    case .mapping(let fields): fields.map(\.value)
    }
  }

  /// Values in it, itself among them.
  var count: Int { children.reduce(1) { $0 + $1.count } }

  /// In the flow style of YAML, which is JSON where every scalar is quoted or a number.
  var text: String {
    switch self {
    case .scalar(let text, let quoted): quoted || !Self.isPlain(text) ? Self.quoted(text) : text
    case .list(let elements): "[" + elements.map(\.text).joined(separator: ", ") + "]"
    case .mapping(let fields):
      "{" + fields.map { "\(Self.quoted($0.key)): \($0.value.text)" }.joined(separator: ", ") + "}"
    }
  }

  /// A mapping's fields on lines of their own, so that places have lines.
  var document: String {
    guard case .mapping(let fields) = self, !fields.isEmpty else { return text + "\n" }
    return fields.map { (Self.isPlain($0.key) ? $0.key : Self.quoted($0.key)) + ": \($0.value.text)\n" }.joined()
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\n": quoted += "\\n"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.first, first.isLetter || first.isNumber || first == "-" || first == "." else { return false }
    return text.utf8.allSatisfy {
      $0 >= 48 && $0 < 58 || ($0 | 32) >= 97 && ($0 | 32) <= 122 || ".-_/+ ".utf8.contains($0)
    }
      && text.last != " " && !text.contains("- ")
  }
}

/// Damage to a document as a tree: fields dropped, doubled, renamed, swapped, values replaced, taken from others.
struct TreeMutation {
  var text: TextMutation
  let others: [Tree]

  mutating func apply(to tree: Tree) -> Tree {
    // The place is the n-th value in reading order.
    var place = text.stream.below(tree.count)
    return changed(tree, &place)
  }

  private mutating func changed(_ tree: Tree, _ place: inout Int) -> Tree {
    if place == 0 {
      place = -1
      return edited(tree)
    }
    place -= 1
    switch tree {
    case .scalar: return tree
    case .list(let elements):
      return .list(elements.map { place >= 0 ? changed($0, &place) : $0 })
    case .mapping(let fields):
      return .mapping(fields.map { ($0.key, place >= 0 ? changed($0.value, &place) : $0.value) })
    }
  }

  private mutating func edited(_ tree: Tree) -> Tree {
    if text.stream.isOne(in: 8) { return taken() }
    if text.stream.isOne(in: 12) { return wrapped(tree) }
    switch tree {
    case .scalar(let value, let quoted): return scalar(value, quoted)
    case .list(let elements): return .list(edited(elements))
    case .mapping(let fields): return .mapping(edited(fields))
    }
  }

  private mutating func scalar(_ value: String, _ quoted: Bool) -> Tree {
    let parts = value.split(separator: " ", maxSplits: 1).map(String.init)
    guard let first = parts.first, Double(first) != nil else {
      return .scalar(text.stream.isOne(in: 4) ? text.number(for: "") : text.word(for: value), quoted: quoted)
    }
    let isUnit = parts.count > 1 && text.stream.isOne(in: 3)
    let number = isUnit ? first : text.number(for: first)
    let unit = isUnit || text.stream.isOne(in: 8) ? text.stream.pick(Hostile.units) : parts.count > 1 ? parts[1] : ""
    return .scalar(unit.isEmpty ? number : "\(number) \(unit)", quoted: quoted || text.stream.isOne(in: 10))
  }

  private mutating func edited(_ elements: [Tree]) -> [Tree] {
    var elements = elements
    guard !elements.isEmpty else { return [taken()] }
    let index = text.stream.below(elements.count)
    switch text.stream.below(5) {
    case 0: elements.remove(at: index)
    case 1: elements.append(taken())
    case 2: elements.swapAt(index, text.stream.below(elements.count))
    case 3:
      let copies = min(text.stream.pick([1, 2, 20, 300]), max(1, 20_000 / elements[index].count))
      elements.insert(contentsOf: [Tree](repeating: elements[index], count: copies), at: index)
    default: elements = []
    }
    return elements
  }

  private mutating func edited(_ fields: [(key: String, value: Tree)]) -> [(key: String, value: Tree)] {
    var fields = fields
    guard !fields.isEmpty else { return [("a", taken())] }
    let index = text.stream.below(fields.count), other = text.stream.below(fields.count)
    switch text.stream.below(8) {
    case 0, 1: fields.remove(at: index)
    case 2: fields.append(fields[index])
    case 3: fields[index].key = text.word(for: fields[index].key)
    case 4: (fields[index].value, fields[other].value) = (fields[other].value, fields[index].value)
    case 5: (fields[index].key, fields[other].key) = (fields[other].key, fields[index].key)
    case 6:
      // The fields of a mapping elsewhere.
      if case .mapping(let more) = taken() {
        fields += more.filter { field in !fields.contains { $0.key == field.key } }
      }
    default: fields[index].value = taken(as: fields[index].key)
    }
    return fields
  }

  private mutating func wrapped(_ tree: Tree) -> Tree {
    switch text.stream.below(4) {
    case 0: return .list([tree])
    case 1: return .mapping([("value", tree)])
    case 2: return tree.children.isEmpty ? .mapping([]) : text.stream.pick(tree.children)
    default:
      var deep = tree
      for _ in 0..<text.stream.pick([3, 30, 300]) {
        deep = text.stream.isOne(in: 2) ? .list([deep]) : .mapping([("a", deep)])
      }
      return deep
    }
  }

  /// A value of another document, under the same key where there is one.
  private mutating func taken(as key: String? = nil) -> Tree {
    guard !others.isEmpty else { return .scalar(text.stream.pick(Hostile.words), quoted: false) }
    let other = text.stream.pick(others)
    var found: [Tree] = []
    func collect(_ tree: Tree) {
      if case .mapping(let fields) = tree {
        for field in fields where key == nil || field.key == key { found.append(field.value) }
      }
      for child in tree.children { collect(child) }
    }
    collect(other)
    return found.isEmpty ? other : text.stream.pick(found)
  }
}
