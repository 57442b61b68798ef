import Formats
import Units

extension SupplyScenario {
  /// Short words for the lists of a world.
  private static let lists = [
    "memory": "memorySources", "product": "products", "chip": "products", "import": "imports", "fab": "fabs",
    "plant": "fabs", "die": "dies", "city": "cities", "line": "packaging", "risk": "risks",
  ]

  /// Puts another value at a path of the world: `products[4].plan`, or by names `product.910C.plan`. A path that ends
  /// with `shift` moves all its dates: `memory.CXMT.shift` by `12 months`.
  mutating func set(_ path: String, to value: Node) throws {
    // A shorter run is of the same world.
    if path != "lastYear" { isChanged = true }
    if path.hasSuffix(".shift") {
      let place = try indexed(String(path.dropLast(6)), at: value.place)
      guard let months = Self.months(value.text ?? "") else {
        throw value.problem("'\(value.text ?? "")' is no number of months", wayOut: "write such as 12 months")
      }
      let part = try worldNode.value(at: place)
      worldNode = try worldNode.setting(place, to: part.shiftingDates(by: months))
    } else {
      worldNode = try worldNode.setting(indexed(path, at: value.place), to: value)
    }
    world = try worldNode.decode()
  }

  /// Whether a name leads into the world rather than to a parameter.
  public func isPath(_ name: String) -> Bool {
    let first = name.prefix { $0 != "." && $0 != "[" }
    guard !parameters.contains(where: { $0.name == name }), name.contains(where: { $0 == "." || $0 == "[" }),
      worldNode.field(Self.lists[String(first)] ?? String(first)) != nil
    else { return false }
    return (try? indexed(name, at: .nowhere)) != nil
  }

  /// Puts another value at a path of the world, as a command line gives it.
  public mutating func set(path: String, to text: String) throws {
    let value = try Node.parse(text, file: "--set")
    try set(path, to: value)
    texts.append("\(path): \(text)")
    inputHash = contentHash(texts.joined(separator: "\n").utf8)
  }

  /// `12`, `12 months`, `-3 months`, `1 year`.
  private static func months(_ text: String) -> Int? {
    let words = text.split(separator: " ")
    guard let number = words.first.flatMap({ Int($0) }), words.count <= 2 else { return nil }
    guard words.count == 2 else { return number }
    return words[1].hasPrefix("month") ? number : words[1].hasPrefix("year") ? number * 12 : nil
  }

  /// A path by names as one by places in lists.
  private func indexed(_ path: String, at place: Place) throws -> String {
    var node: Node? = worldNode
    var result = ""
    var parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if let list = parts.first.flatMap({ Self.lists[$0] }) { parts[0] = list }
    var index = 0
    while index < parts.count {
      let part = parts[index]
      if let list = node?.elements, !list.isEmpty {
        // Names may have dots.
        let rest = parts[index...].joined(separator: ".")
        let found = list.indices.filter { number in
          guard let name = list[number].field("name")?.text ?? list[number].field("group")?.text else { return false }
          return rest == name || rest.hasPrefix(name + ".")
        }
        guard let number = found.first, let name = list[number].field("name")?.text ?? list[number].field("group")?.text
        else {
          let names = list.compactMap { $0.field("name")?.text }
          throw Problem(place, "there is no '\(part)' in \(result)", wayOut: alternatives(to: part, among: names))
        }
        result += "[\(number)]"
        node = list[number]
        index += name.split(separator: ".", omittingEmptySubsequences: false).count
        continue
      }
      result += (result.isEmpty ? "" : ".") + part
      node = part.contains("[") ? try? worldNode.value(at: result) : node?.field(part)
      index += 1
    }
    return result
  }
}

extension Node {
  /// What stands at a path such as `products[4].plan`.
  func value(at path: String) throws -> Node {
    var node = self
    for part in path.split(separator: ".").flatMap({ $0.split(separator: "[") }) {
      if part.hasSuffix("]"), let index = Int(part.dropLast()), node.elements.indices.contains(index) {
        node = node.elements[index]
      } else if let field = node.field(String(part)) {
        node = field
      } else {
        throw problem("there is no '\(part)' in '\(path)'", wayOut: "give a path of the world")
      }
    }
    return node
  }

  /// Itself with every date of `at`, `from`, `to` and `start` so many months later.
  func shiftingDates(by months: Int) throws -> Node {
    func later(_ text: String) -> String? {
      CalendarDay(text).map { CalendarDay(months: $0.months + Double(months)).description }
    }
    guard !fields.isEmpty else {
      guard !elements.isEmpty else { return self }
      return Node(.sequence(try elements.map { try $0.shiftingDates(by: months) }), at: place)
    }
    return Node(
      .mapping(
        try fields.map { key, value in
          if key == "at" {
            return (key, Node(.mapping(value.fields.map { (later($0.key) ?? $0.key, $0.value) }), at: value.place))
          }
          if ["from", "to", "start"].contains(key), let text = value.text {
            guard let date = later(text) else {
              throw value.problem(
                "'\(key)' is the number '\(text)', which a shift of its part does not move",
                wayOut: "give that number itself under values")
            }
            return (key, Node(.scalar(date, quoted: false), at: value.place))
          }
          return (key, try value.shiftingDates(by: months))
        }), at: place)
  }
}
