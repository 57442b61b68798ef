import Units

/// What `supernode catalog list|show|lint` look for.
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
        Entry(kind: kind, name: name, path: path, isOverride: isOwn(path))
      }
    }
  }

  /// The entries of one folder of the user's.
  public func entries(of folder: String) throws -> [Entry] {
    try entries().filter { $0.path.hasPrefix("\(folder)/") }
  }

  /// Scenarios that come with the program, by name, with their paths.
  public func examples() -> [(name: String, path: String)] {
    // Installed beside the program, or in the checkout where one stands.
    let folder = resourcePath("examples") ?? "Examples"
    return fileNames(in: folder).filter { $0.hasSuffix(".yaml") }.sorted()
      .map { (Self.stem($0), "\(folder)/\($0)") }
  }

  /// The entry that a name means: in any case and punctuation, without its maker, or by any part that leaves one.
  public func find(_ name: String, kind: String? = nil) throws -> Entry {
    let all = try entries(kind: kind)
    let wanted = Self.slug(name)
    let isMeant: [(Entry) -> Bool] = [
      { Self.slug($0.name) == wanted }, { Self.slug($0.name).hasSuffix("-\(wanted)") },
      { Self.slug($0.name).contains(wanted) },
    ]
    for (index, test) in isMeant.enumerated() {
      let found = all.filter(test)
      if found.count == 1 { return found[0] }
      guard found.count > 1 else { continue }
      let choices = found.prefix(12).map { kind == nil ? "\($0.kind) \($0.name)" : $0.name }.joined(separator: ", ")
      let fault = index == 0 ? "is the name of several entries" : "is part of the names of several entries"
      throw Problem("", "'\(name)' \(fault)", wayOut: "say which: \(choices)" + (found.count > 12 ? ", …" : ""))
    }
    if let kind { throw unknown(kind, name) }
    // `H101` is nearer to `H100` than to `NVIDIA H100`.
    let words = all.flatMap { [$0.name] + ($0.name.split(separator: " ").last.map { [String($0)] } ?? []) }
    let near = Problems.nearest(to: name, among: words).map { "did you mean '\($0)'?" }
    throw Problem("", "there is no '\(name)' in the catalog", wayOut: near ?? "see 'catalog list'")
  }

  /// The file of an entry as it stands, after a comment with its path.
  public func text(of entry: Entry) throws -> String {
    let text = String(decoding: try readBytes(of: entry.path), as: UTF8.self)
    // JSON has no comments.
    return entry.path.hasSuffix(".json") ? text : "# \(entry.kind): \(entry.path)\n\(text)"
  }

  /// Reads every entry and returns all that does not fit, by kind and name; kinds without a check are only parsed. A
  /// fault of an entry is not told again of those that are based on it.
  public func lint(_ checks: [Check]) -> [Problem] {
    guard let all = try? entries() else { return [] }
    return all.flatMap { entry -> [Problem] in
      let found = faults(ofFile: entry.path, kind: entry.kind, checks)
      guard !found.isEmpty, let base = (try? Node.read(path: entry.path))?.field("basedOn")?.text,
        let path = path(of: base, kind: entry.kind), path != entry.path
      else { return found }
      let inherited = Set(faults(ofFile: path, kind: entry.kind, checks).map(Self.withoutFile))
      return found.filter { !inherited.contains(Self.withoutFile($0)) }
    }
  }

  /// The fault and the field where it is, whatever the file and line.
  private static func withoutFile(_ problem: Problem) -> Problem {
    let field = problem.place.firstRange(of: ": ").map { String(problem.place[$0.upperBound...]) } ?? ""
    return Problem(field, problem.fault, wayOut: problem.wayOut)
  }

  private func faults(ofFile path: String, kind: String, _ checks: [Check]) -> [Problem] {
    var problems: [Problem] = []
    do {
      let node = try Node.read(path: path)
      if let name = node.field("name"), let text = name.text, Self.slug(text) != slugOfFile(path) {
        problems.append(
          name.problem("'\(text)' will not be found under this file name", wayOut: "call it \(Self.slug(text)).yaml"))
      }
      let whole = try completed(node, kind: kind)
      for check in checks where check.kind == kind { try check.decode(whole) }
    } catch let several as Problems {
      problems += several.list
    } catch let problem as Problem {
      problems.append(problem.place.isEmpty ? Problem(path, problem.fault, wayOut: problem.wayOut) : problem)
    } catch { problems.append(Problem(path, "\(error)")) }
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
