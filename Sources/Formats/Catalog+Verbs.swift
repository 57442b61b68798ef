import Units

/// What `supernode catalog list|show|lint` answer.
extension Catalog {
  /// One entry of the catalog.
  public struct Entry: Hashable, Sendable {
    public var kind: String
    public var name: String
    public var path: String
    /// From a folder of the user's, be it new or instead of a built-in one.
    public var isOverride: Bool
  }

  /// How one kind's entries are read; throws what does not fit.
  public typealias Check = (kind: String, decode: (Node) throws -> Void)

  /// All entries, or those of one kind, by kind and name.
  public func entries(kind: String? = nil) throws -> [Entry] {
    let known = kinds()
    if let kind, !known.contains(kind) { throw unknownKind(kind) }
    return (kind.map { [$0] } ?? known).flatMap { kind in
      files(kind).map { name, path in
        let isBuiltIn = folders.last.map { path.hasPrefix("\($0)/") } ?? false
        return Entry(kind: kind, name: name, path: path, isOverride: !isBuiltIn)
      }
    }
  }

  /// The entries under the names of their kinds; those of the user's own folders with their path.
  public func list(kind: String? = nil) throws -> String {
    var text = ""
    var lastKind = ""
    for entry in try entries(kind: kind) {
      if entry.kind != lastKind { text += (text.isEmpty ? "" : "\n") + "\(entry.kind)\n" }
      lastKind = entry.kind
      text += "  \(entry.name)" + (entry.isOverride ? "  (\(entry.path))" : "") + "\n"
    }
    return text
  }

  /// The file of one entry as it stands, after a comment with its path; of any kind unless one is given.
  public func show(_ name: String, kind: String? = nil) throws -> String {
    let found = try entries(kind: kind).filter { Self.slug($0.name) == Self.slug(name) }
    guard let entry = found.first else {
      if let kind { throw unknown(kind, name) }
      let names = try entries().map(\.name)
      let wayOut = Problems.nearest(to: name, among: names).map { "did you mean '\($0)'?" } ?? "see 'catalog list'"
      throw Problem("", "there is no '\(name)' in the catalog", wayOut: wayOut)
    }
    if found.count > 1 {
      let choices = found.map { "\($0.kind) \($0.name)" }.joined(separator: ", ")
      throw Problem("", "'\(name)' is the name of several entries", wayOut: "say which: \(choices)")
    }
    let text = String(decoding: try readBytes(of: entry.path), as: UTF8.self)
    // JSON has no comments.
    return entry.path.hasSuffix(".json") ? text : "# \(entry.kind): \(entry.path)\n\(text)"
  }

  /// Reads every entry and returns all that does not fit, by kind and name; kinds without a check are only parsed.
  public func lint(_ checks: [Check]) -> [Problem] {
    guard let all = try? entries() else { return [] }
    var problems: [Problem] = []
    for entry in all {
      do {
        let node = try Node.read(path: entry.path)
        if let name = node.field("name"), let text = name.text, Self.slug(text) != slugOfFile(entry.path) {
          problems.append(
            name.problem("'\(text)' will not be found under this file name", wayOut: "call it \(Self.slug(text)).yaml"))
        }
        let whole = try completed(node, kind: entry.kind)
        for check in checks where check.kind == entry.kind { try check.decode(whole) }
      } catch let several as Problems {
        problems += several.list
      } catch let problem as Problem {
        problems.append(problem.place.isEmpty ? Problem(entry.path, problem.fault, wayOut: problem.wayOut) : problem)
      } catch { problems.append(Problem(entry.path, "\(error)")) }
    }
    return problems
  }

  private func unknownKind(_ kind: String) -> Problem {
    let known = kinds()
    let near = Problems.nearest(to: kind, among: known).map { "did you mean '\($0)'? " } ?? ""
    return Problem("", "there is no kind '\(kind)'", wayOut: near + "there are \(known.joined(separator: ", "))")
  }

  private func slugOfFile(_ path: String) -> String {
    let parts = path.split(separator: "/").map(String.init)
    let isFolder = parts.last == "config.json"
    let file = (isFolder ? parts.dropLast().last : parts.last) ?? ""
    return Self.slug(isFolder ? file : Self.stem(file))
  }
}
