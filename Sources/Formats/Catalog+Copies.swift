import Units

/// A new entry that is written from another one, to be edited.
extension Catalog {
  public struct Copy: Hashable, Sendable {
    /// Below the folder of a catalog: `chips/my-chip.yaml`.
    public var file: String
    public var text: String
  }

  /// An entry like another, under another name and without its evidence: what was fitted on rows, or to the other
  /// chip, says that it is borrowed. `changes` are fields of the file's first level.
  public func copy(of entry: Entry, named name: String, changes: [(field: String, value: String)] = []) throws -> Copy {
    guard !Self.slug(name).filter({ $0 != "-" }).isEmpty else {
      throw Problem("--name", "'\(name)' has no letter or digit", wayOut: "give a name such as 'My chip'")
    }
    let text = String(decoding: try readBytes(of: entry.path), as: UTF8.self)
    guard !entry.path.hasSuffix(".json") else {
      guard !name.contains("/") else {
        throw Problem("--name", "'\(name)' cannot be the name of a folder", wayOut: "leave out '/'")
      }
      return Copy(file: "\(entry.kind)/\(name)/config.json", text: text)
    }
    var wanted = try Node.parse(text, file: entry.path).borrowed(from: entry.name)
    var edited = Self.withoutEvidence(text, of: entry)
    for (field, value) in [("name", name)] + changes {
      wanted = wanted.withField(field, text: value)
      edited = Self.replacing(field, with: jsonQuoted(value), in: edited)
    }
    // The file with its comments, where editing it as text gives what it should.
    let isRight = (try? Node.parse(edited, file: entry.path)) == wanted
    let kept =
      wanted.field("price") == nil
      ? "Sources and grades are" : "Price, sources and grades are"
    let lines = [
      "# \(name), written from \(entry.name): change what differs, and its source with it; a number may have none.",
      "# Nothing was measured on it: efficiencies are borrowed from \(entry.name), and no published run was compared.",
      "# \(kept) those of \(entry.name): what you change is an estimate of your own, so remove its grade"
        + (wanted.field("price") == nil ? "." : ", and set the price."),
    ]
    return Copy(
      file: "\(entry.kind)/\(Self.slug(name)).yaml",
      text: lines.joined(separator: "\n") + "\n" + (isRight ? edited : wanted.yamlText))
  }

  /// As `Node.borrowed` does it, in the text of a file whose facts are written on a line or two.
  private static func withoutEvidence(_ text: String, of entry: Entry) -> String {
    let mark = "source: \"borrowed from the \(entry.name): "
    var text = text.replacing(/identifiedBy:\s*\[[^\]]*\],(\s*)source: "/) { match in
      "\(match.output.1.contains("\n") ? match.output.1 : "")\(mark)"
    }
    text = text.replacing(", \n", with: ",\n")
    guard let start = text.firstRange(of: "\nefficiency:") else { return text }
    let end = text[start.upperBound...].firstRange(of: /\n[^ #\n]/)?.lowerBound ?? text.endIndex
    let block = String(text[start.lowerBound..<end]).replacing(mark, with: "source: \"")
    text.replaceSubrange(start.lowerBound..<end, with: block.replacing("source: \"", with: mark))
    return text
  }

  private static func replacing(_ field: String, with value: String, in text: String) -> String {
    var isDone = false
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard !isDone, line.hasPrefix("\(field):") else { return String(line) }
      isDone = true
      return "\(field): \(value)"
    }.joined(separator: "\n")
  }
}

extension Node {
  /// This mapping with one field as text, in the place of the one of that name or at the end.
  fileprivate func withField(_ name: String, text: String) -> Node {
    guard case .mapping(var fields) = content else { return self }
    let value = Node(.scalar(text, quoted: true), at: place)
    if let index = fields.firstIndex(where: { $0.key == name }) {
      fields[index].value = value
    } else {
      fields.append((name, value))
    }
    return Node(.mapping(fields), at: place)
  }
}
