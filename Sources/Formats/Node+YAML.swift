extension Node {
  /// The value as YAML in block style, to be shown beside a result.
  public var yamlText: String { yamlLines(indent: 0).joined(separator: "\n") + "\n" }

  private func yamlLines(indent: Int) -> [String] {
    let blank = String(repeating: " ", count: indent)
    switch content {
    case .scalar: return [blank + jsonScalar]
    case .sequence(let elements):
      return elements.map { element in
        let lines = element.yamlLines(indent: indent + 2)
        return blank + "- " + (lines.first ?? "").drop { $0 == " " } + lines.dropFirst().map { "\n" + $0 }.joined()
      }
    case .mapping(let fields):
      return fields.flatMap { key, value -> [String] in
        if case .scalar = value.content { return ["\(blank)\(key): \(value.jsonScalar)"] }
        if case .sequence(let elements) = value.content, elements.isEmpty { return ["\(blank)\(key): []"] }
        return ["\(blank)\(key):"] + value.yamlLines(indent: indent + 2)
      }
    }
  }

  private var jsonScalar: String {
    guard case .scalar(let text, let quoted) = content else { return "" }
    return quoted || text.isEmpty ? jsonText(sorted: false) : text
  }
}
