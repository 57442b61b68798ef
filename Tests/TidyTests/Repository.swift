import FoundationEssentials
import Testing

/// The files of the repository that this test was built from.
enum Repository {
  struct File: Sendable, CustomStringConvertible {
    /// Relative to the root, `Sources/Units/Quantity.swift`.
    var path: String
    var lines: [Substring]
    var text: String
    var description: String { path }

    var name: String { String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...]) }
    /// The target that a source belongs to; nil for tests and all else.
    var target: String? {
      let parts = path.split(separator: "/")
      return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }
  }

  static let root: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(3).joined(separator: "/")
  }()

  static let swiftFiles = files(endings: ["swift"])
  static let textFiles = files(endings: ["swift", "md", "yaml", "yml", "csv", "sh", "json", "py", ""])
  static let sources = swiftFiles.filter { $0.target != nil }

  /// Files and folders, as links name them.
  static let allPaths: [String] = walk()

  private static func walk() -> [String] {
    var found: [String] = []
    var folders = [""]
    while let folder = folders.popLast() {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")) ?? []
      for name in names where !isForeign(name) {
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        var isFolder = false
        guard FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isFolder) else { continue }
        found.append(path)
        if isFolder { folders.append(path) }
      }
    }
    return found.sorted()
  }

  private static func files(endings: [String]) -> [File] {
    allPaths.compactMap { path in
      let name = path.split(separator: "/").last ?? ""
      let ending = name.contains(".") ? name.split(separator: ".").last.map(String.init) ?? "" : ""
      guard endings.contains(ending), let data = FileManager.default.contents(atPath: "\(root)/\(path)"),
        let text = String(data: data, encoding: .utf8)
      else { return nil }
      return File(path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false), text: text)
    }
  }

  /// Build products and results, which are not tracked.
  private static func isForeign(_ name: String) -> Bool {
    name.hasPrefix(".build") || [".git", ".swiftpm", "results", "Package.resolved", "node_modules"].contains(name)
  }
}

/// Fails with one complaint a line.
func expectNone(_ complaints: [String], sourceLocation: SourceLocation = #_sourceLocation) {
  if !complaints.isEmpty { Issue.record("\n\(complaints.joined(separator: "\n"))", sourceLocation: sourceLocation) }
}

/// One complaint, as a compiler would write it.
func complaint(_ file: Repository.File, _ line: Int, _ words: String) -> String { "\(file.path):\(line + 1): \(words)" }

/// The code of a line: comments and the inside of strings blanked.
func code(_ line: Substring) -> String {
  var result = ""
  var isString = false
  var previous: Character = " "
  for character in line {
    if character == "\"", previous != "\\" { isString.toggle() }
    if !isString, character == "/", previous == "/" { return String(result.dropLast()) }
    result.append(isString && character != "\"" ? " " : character)
    previous = character
  }
  return result
}
