import Foundation

/// Doc comments of the sources by `Module.Type` and `Module.Type.member`; of each its first paragraph.
struct DocComments {
  private(set) var texts: [String: String] = [:]

  static let root: String = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/")

  init() {
    let files = FileManager.default.enumerator(atPath: "\(Self.root)/Sources")?.compactMap { $0 as? String } ?? []
    for file in files.sorted() where file.hasSuffix(".swift") {
      guard let text = try? String(contentsOfFile: "\(Self.root)/Sources/\(file)", encoding: .utf8) else { continue }
      read(text, module: String(file.prefix { $0 != "/" }))
    }
  }

  init(_ text: String, module: String) { read(text, module: module) }

  private mutating func read(_ text: String, module: String) {
    var open: [(name: String, depth: Int)] = []
    var depth = 0
    var words: [Substring] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let line = line.drop { $0 == " " }
      if line.hasPrefix("///") {
        words.append(line.dropFirst(3).drop { $0 == " " })
        continue
      }
      if line.hasPrefix("@") && !line.contains(" ") { continue }
      let code = Self.code(line)
      let path = ([module] + open.map(\.name)).joined(separator: ".")
      let isMember = open.last.map { $0.depth == depth - 1 } ?? (depth == 0)
      let opening = isMember ? Self.type(code) : nil
      if let opening { note(words, "\(path).\(opening)") }
      if isMember, opening == nil { for name in Self.members(code) { note(words, "\(path).\(name)") } }
      if isMember, open.last?.name == "CodingKeys" { rename(code, path) }
      words = []
      let before = depth
      for character in code {
        if character == "{" { depth += 1 }
        if character == "}" { depth -= 1 }
      }
      if let opening, depth > before { open.append((opening, before)) }
      while let last = open.last, depth <= last.depth { open.removeLast() }
    }
  }

  private mutating func note(_ words: [Substring], _ name: String) {
    let paragraph = words.prefix { !$0.isEmpty }
    // An extension says nothing of the type where the type has words.
    if !paragraph.isEmpty, texts[name] == nil { texts[name] = paragraph.joined(separator: " ") }
  }

  /// `case rounds = "repeat"`: the words of `rounds` are those of `repeat`.
  private mutating func rename(_ code: String, _ path: String) {
    let owner = path.dropLast(".CodingKeys".count)
    for part in code.replacingOccurrences(of: "case ", with: "").split(separator: ",") where part.contains("=") {
      let sides = part.split(separator: "=").map { $0.filter { !" \"".contains($0) } }
      if sides.count == 2, let text = texts["\(owner).\(sides[0])"] { texts["\(owner).\(sides[1])"] = text }
    }
  }

  private static let kinds = ["struct", "enum", "class", "extension", "protocol"]
  private static let modifiers = [
    "public", "package", "private", "fileprivate", "internal", "final", "indirect", "static", "private(set)", "let",
    "var", "case",
  ]

  /// The type that a line opens.
  private static func type(_ code: String) -> String? {
    let words = code.split(separator: " ")
    guard let at = words.firstIndex(where: { kinds.contains(String($0)) }), at + 1 < words.count,
      words[..<at].allSatisfy({ modifiers.contains(String($0)) })
    else { return nil }
    return String(words[at + 1].prefix { $0.isLetter || $0.isNumber || "._".contains($0) })
  }

  /// The properties or cases that a line declares: `public var mean, p50: Seconds`.
  private static func members(_ code: String) -> [String] {
    let words = code.split(separator: " ")
    guard let at = words.firstIndex(where: { ["let", "var", "case"].contains($0) }),
      words[..<at].allSatisfy({ modifiers.contains(String($0)) })
    else { return [] }
    let list = words[(at + 1)...].joined(separator: " ").prefix { !":={".contains($0) }
    return list.split(separator: ",").map { part in
      String(part.drop { $0 == " " || $0 == "`" }.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
    }
  }

  /// A line without its comment and without braces in quotes.
  private static func code(_ line: Substring) -> String {
    var result = ""
    var isQuoted = false
    var previous: Character = " "
    for character in line {
      if character == "\"", previous != "\\" { isQuoted.toggle() }
      if !isQuoted, character == "/", previous == "/" { return String(result.dropLast()) }
      if !isQuoted || !"{}/".contains(character) { result.append(character) }
      previous = character
    }
    return result
  }
}
