import Testing

@Suite struct TidyTests {
  /// Parsers and data tables may be longer than 400 lines; name them here with the reason.
  static let longFiles: [String: String] = [:]

  @Test("the repository is found") func found() {
    #expect(Repository.sources.count > 20)
  }

  @Test("lines have at most 120 characters, no blanks at the end and no tabs; a file ends with one line end")
  func lines() {
    expectNone(Self.lines(in: Repository.swiftFiles))
  }

  static func lines(in files: [Repository.File]) -> [String] {
    var complaints: [String] = []
    for file in files {
      for (number, line) in file.lines.enumerated() {
        if line.count > 120 { complaints.append(complaint(file, number, "\(line.count) characters")) }
        if line.last == " " { complaints.append(complaint(file, number, "blanks at the end")) }
        if line.contains("\t") { complaints.append(complaint(file, number, "a tab")) }
      }
      if !file.text.hasSuffix("\n") || file.text.hasSuffix("\n\n") {
        complaints.append(complaint(file, file.lines.count - 1, "the file does not end with one line end"))
      }
    }
    return complaints
  }

  @Test("files have at most 400 lines") func fileLengths() {
    expectNone(Self.fileLengths(in: Repository.swiftFiles))
  }

  static func fileLengths(in files: [Repository.File]) -> [String] {
    let long = files.filter { $0.lines.count > 401 && Self.longFiles[$0.path] == nil }
    return long.map { "\($0.path): \($0.lines.count - 1) lines" }
  }

  @Test("functions have at most 60 lines") func functionLengths() {
    expectNone(Self.functionLengths(in: Repository.swiftFiles))
  }

  static func functionLengths(in files: [Repository.File]) -> [String] {
    var complaints: [String] = []
    for file in files {
      var isText = false
      for (start, line) in file.lines.enumerated() {
        if line.contains("\"\"\"") { isText.toggle() }
        let words = line.split(separator: " ").prefix(8).map(String.init)
        let isFunction =
          words.contains("func") || words.contains { $0.hasPrefix("init(") || $0.hasPrefix("subscript(") }
        guard isFunction, !isText, !words[0].hasPrefix("//"), !line.hasSuffix("}") else { continue }
        let closing = String(repeating: " ", count: line.prefix { $0 == " " }.count) + "}"
        let rest = file.lines[(start + 1)...]
        guard let end = rest.firstIndex(where: { $0.hasPrefix(closing) }) else { continue }
        if end - start + 1 > 60 { complaints.append(complaint(file, start, "a function of \(end - start + 1) lines")) }
      }
    }
    return complaints
  }

  @Test("no word that stands for work undone or for giving up") func words() {
    expectNone(Self.words(in: Repository.swiftFiles))
  }

  static func words(in files: [Repository.File]) -> [String] {
    let everywhere = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
    let inSources = ["try" + "!", "fatal" + "Error", "as" + "! "]
    var complaints: [String] = []
    for file in files {
      for (number, line) in file.lines.enumerated() {
        let banned = everywhere + (file.target == nil ? [] : inSources)
        for word in banned where line.contains(word) { complaints.append(complaint(file, number, "'\(word)'")) }
      }
    }
    return complaints
  }

  @Test("no path of the machine that a file was written on") func paths() {
    expectNone(Self.paths(in: Repository.textFiles))
  }

  static func paths(in files: [Repository.File]) -> [String] {
    let banned = ["/wo" + "rk/", "../sha" + "red/", "/ho" + "me/", "/ro" + "ot/"]
    var complaints: [String] = []
    for file in files {
      for (number, line) in file.lines.enumerated() {
        for path in banned where line.contains(path) { complaints.append(complaint(file, number, "'\(path)'")) }
      }
    }
    return complaints
  }

  @Test("a test's name is a sentence") func testNames() {
    expectNone(Self.testNames(in: Repository.swiftFiles))
  }

  static func testNames(in files: [Repository.File]) -> [String] {
    var complaints: [String] = []
    for file in files where file.path.hasPrefix("Tests/") {
      for (number, line) in file.lines.enumerated() {
        let words = line.drop { $0 == " " }
        let next = file.lines.indices.contains(number + 1) ? file.lines[number + 1].drop { $0 == " " } : ""
        let isTest = words.hasPrefix("@Test")
        let isNamed = words.hasPrefix("@Test(\"") || words == "@Test(" && next.hasPrefix("\"")
        if isTest && !isNamed { complaints.append(complaint(file, number, "a test without a sentence")) }
      }
    }
    return complaints
  }

  @Test("links between the pages lead somewhere") func links() {
    let paths = Set(Repository.allPaths)
    var complaints: [String] = []
    for file in Repository.textFiles where file.path.hasSuffix(".md") {
      let folder = file.path.split(separator: "/").dropLast().map(String.init)
      for (number, line) in file.lines.enumerated() {
        for target in linkTargets(in: line) where !target.contains(":") && !target.hasPrefix("#") {
          let path = target.split(separator: "#")[0]
          if !paths.contains(resolve(String(path), from: folder)) {
            complaints.append(complaint(file, number, "'\(target)' is not there"))
          }
        }
      }
    }
    expectNone(complaints)
  }

  private func linkTargets(in line: Substring) -> [String] {
    line.split(separator: "](", omittingEmptySubsequences: false).dropFirst().compactMap { rest in
      rest.firstIndex(of: ")").map { String(rest[..<$0]) }.flatMap { $0.isEmpty ? nil : $0 }
    }
  }

  private func resolve(_ path: String, from folder: [String]) -> String {
    var parts = folder
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { parts = parts.dropLast() } else { parts.append(String(part)) }
    }
    return parts.joined(separator: "/")
  }
}
