import Units

/// The files of facts: built-in ones and those of the user's folders, which add to and override them.
///
/// `<folder>/<kind>/<slug of name>.yaml`, models as `models/<name>/config.json`. A file is read only when asked for.
public struct Catalog: Sendable {
  /// In the order of precedence: the user's last folder first, the built-in one last.
  public let folders: [String]
  /// The folder of the entries that come with the program; nil where it stands alone.
  public let builtInFolder: String?
  /// The folder of `catalog`, `echarts.min.js` and the like; nil where the program stands alone.
  private let resources: String?

  /// `folders` override each other from left to right; `builtIn` replaces the folder beside the program.
  public init(folders: [String] = [], builtIn: String? = nil) {
    resources = Self.resourcesFolder()
    builtInFolder = builtIn ?? resources.map { "\($0)/catalog" }
    self.folders = folders.reversed() + (builtInFolder.map { [$0] } ?? [])
  }

  /// The catalog with folders that the user named: each must be there, and hold entries.
  public init(checking folders: [String]) throws {
    self.init(folders: folders)
    for folder in folders {
      guard exists(folder) else {
        throw Problem(
          folder, "there is no such folder", wayOut: "name a folder with chips/, systems/, engines/ or models/")
      }
      let kinds = fileNames(in: folder).filter { !fileNames(in: "\(folder)/\($0)").isEmpty }
      if kinds.isEmpty {
        throw Problem(
          folder, "the folder holds no entries",
          wayOut: "put them into folders by kind: chips/my-chip.yaml, models/my-model/config.json")
      }
      let known = Catalog().kinds()
      if !known.isEmpty, !kinds.contains(where: known.contains) {
        throw Problem(
          folder, "none of its folders (\(kinds.joined(separator: ", "))) is a kind of entry",
          wayOut: "the kinds are \(known.joined(separator: ", "))")
      }
    }
  }

  /// The kinds of entry, sorted: `chips`, `models`, `systems` ….
  public func kinds() -> [String] {
    let all = folders.flatMap { folder in
      fileNames(in: folder).filter { !fileNames(in: "\(folder)/\($0)").isEmpty }
    }
    return Array(Set(all)).sorted()
  }

  /// The names of all entries of a kind, sorted.
  public func names(_ kind: String) -> [String] { files(kind).map(\.name) }

  /// The names of all entries of a kind with their files, sorted.
  func files(_ kind: String) -> [(name: String, path: String)] {
    var slugs: Set<String> = []
    var files: [(name: String, path: String)] = []
    for folder in folders {
      for entry in fileNames(in: "\(folder)/\(kind)") {
        guard let path = Self.document(at: "\(folder)/\(kind)/\(entry)") else { continue }
        guard slugs.insert(Self.slug(Self.stem(entry))).inserted else { continue }
        files.append((Self.name(inFile: path) ?? Self.stem(entry), path))
      }
    }
    return files.sorted { ($0.name, $0.path) < ($1.name, $1.path) }
  }

  /// One entry; `name` may differ in case and punctuation, or be the path of a file or model folder.
  ///
  /// An entry with `basedOn` has all fields of the entry that it names, but for those that it gives itself.
  public func node(_ kind: String, _ name: String) throws -> Node {
    guard let path = path(of: name, kind: kind) else { throw unknown(kind, name) }
    return try completed(Node.read(path: path), kind: kind)
  }

  /// An entry as read with what it is based on below it.
  func completed(_ entry: Node, kind: String, depth: Int = 0) throws -> Node {
    guard let base = entry.field("basedOn"), let name = base.text else { return entry }
    guard depth < 8 else {
      throw base.problem("'\(name)' is based on what is based on it", wayOut: "leave basedOn out of one of them")
    }
    guard let path = path(of: name, kind: kind) else {
      let fault = unknown(kind, name)
      throw base.problem(fault.fault, wayOut: fault.wayOut)
    }
    let below = try completed(Node.read(path: path), kind: kind, depth: depth + 1)
    let kept = Self.kindsWithEvidence.contains(kind) ? below.borrowed(from: below.field("name")?.text ?? name) : below
    return kept.overlaid(by: entry.without("basedOn"))
  }

  /// Kinds whose entries do not hand on what was measured on them.
  private static let kindsWithEvidence: Set = ["chips", "systems"]

  /// How entries are decoded: numbers of the built-in catalog have sources, those of the user's files may.
  public var decodingRules: [CodingUserInfoKey: any Sendable] { [.folderWithSources: builtInFolder ?? ""] }

  /// Whether the file of an entry is one of the user's.
  public func isOwn(_ path: String) -> Bool { builtInFolder.map { !path.hasPrefix("\($0)/") } ?? true }

  /// The file of an entry; nil if there is none.
  public func path(of name: String, kind: String) -> String? {
    if name.contains("/"), let path = Self.document(at: name) { return path }
    let wanted = Self.slug(name)
    if let path = path(slug: wanted, kind: kind) { return path }
    // A maker's name may be left out where that leaves one entry: `H800` for `NVIDIA H800`.
    let endings = files(kind).filter { Self.slug($0.name).hasSuffix("-\(wanted)") }
    if endings.count == 1 { return endings[0].path }
    // No name of an entry: a file or a model's folder that lies in the working directory.
    return Self.document(at: name)
  }

  private func path(slug wanted: String, kind: String) -> String? {
    for folder in folders {
      // Written by its slug, it is found without reading the folder.
      if let path = Self.document(at: "\(folder)/\(kind)/\(wanted).yaml") { return path }
      for entry in fileNames(in: "\(folder)/\(kind)") where Self.slug(Self.stem(entry)) == wanted {
        if let path = Self.document(at: "\(folder)/\(kind)/\(entry)") { return path }
      }
    }
    return nil
  }

  /// A file that comes with the program, such as `echarts.min.js`; nil if it was not laid there.
  public func resourcePath(_ relative: String) -> String? {
    guard let path = resources.map({ "\($0)/\(relative)" }), exists(path) else { return nil }
    return path
  }

  /// What to say of a name that is not there.
  public func unknown(_ kind: String, _ name: String) -> Problem {
    let names = names(kind)
    let singular = kind.hasSuffix("s") ? String(kind.dropLast()) : kind
    guard !names.isEmpty else {
      let known = kinds()
      let wayOut =
        known.isEmpty
        ? "no catalog was found beside the program; install it again" : "there are \(known.joined(separator: ", "))"
      return Problem("", "there is no \(singular) '\(name)', nor any other in the catalog", wayOut: wayOut)
    }
    let near = Problems.nearest(to: name, among: names).map { "did you mean '\($0)'? There are " } ?? "use one of "
    let shown = Self.alike(name, among: names)
    let more = shown.count < names.count ? "; all \(names.count) are in: supernode catalog list \(kind)" : ""
    return Problem("", "there is no \(singular) '\(name)'", wayOut: near + shown.joined(separator: ", ") + more)
  }

  /// Of many names those that begin with the same word, such as `Mistral`; all where none does, or they are few.
  private static func alike(_ name: String, among names: [String]) -> [String] {
    let word = (name.split(separator: "/").last ?? "").lowercased().prefix { $0.isLetter }
    let found = word.count < 3 ? [] : names.filter { $0.lowercased().hasPrefix(word) }
    return names.count <= 12 || found.isEmpty ? names : found
  }

  /// Lowercase letters, digits and points; `-` for a run of anything else: `CloudMatrix 384` is `cloudmatrix-384`.
  public static func slug(_ name: String) -> String {
    var slug = ""
    for character in name.lowercased() {
      if character.isLetter || character.isNumber || character == "." {
        slug.append(character)
      } else if slug.last != "-" {
        slug.append("-")
      }
    }
    return slug
  }

  static func stem(_ entry: String) -> String {
    for ending in [".yaml", ".yml", ".json"] where entry.hasSuffix(ending) {
      return String(entry.dropLast(ending.count))
    }
    return entry
  }

  /// The document that an entry of a folder stands for: itself, or the `config.json` in it.
  private static func document(at path: String) -> String? {
    if [".yaml", ".yml", ".json"].contains(where: path.hasSuffix) { return exists(path) ? path : nil }
    let config = "\(path)/config.json"
    return exists(config) ? config : nil
  }

  /// The `name:` at the start of a line, found without parsing the file.
  private static func name(inFile path: String) -> String? {
    guard path.hasSuffix("ml"), let bytes = try? readBytes(of: path) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    for line in text.split(separator: "\n") where line.hasPrefix("name:") {
      return (try? Node.parse(String(line), file: path))?.field("name")?.text
    }
    return nil
  }

  /// Beside the program where it was built, in `share/supernode` where it is installed.
  private static func resourcesFolder() -> String? {
    guard let program = executablePath(), let slash = program.lastIndex(of: "/") else { return nil }
    let folder = String(program[..<slash])
    return ["\(folder)/supernode_Formats.resources", "\(folder)/../share/supernode"].first { exists("\($0)/catalog") }
  }
}
