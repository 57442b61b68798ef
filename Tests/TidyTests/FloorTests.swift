import Testing

@Suite struct FloorTests {
  /// As in Documentation/Architecture.md.
  static let floors: [String: Int] = [
    "Units": 0, "Simulation": 1, "Reports": 1, "Formats": 1, "Models": 2, "Hardware": 2, "Costs": 3,
    "Workloads": 3, "Supply": 3, "Serving": 4, "Training": 4, "Planning": 5, "Validation": 5, "Pages": 6,
    "supernode": 7,
  ]
  /// Modules of others, and the targets that may use them.
  static let packages: [String: Set<String>] = [
    "Yams": ["Formats"], "CZlib": ["Formats"], "ArgumentParser": ["supernode"],
    "HeapModule": ["Simulation", "Serving"],
  ]
  /// Whose results must be the same bytes on any run.
  static let deterministic: Set<String> = [
    "Units", "Simulation", "Models", "Workloads", "Hardware", "Costs", "Supply", "Serving", "Training", "Planning",
    "Validation", "Pages",
  ]

  private static func imports(of file: Repository.File) -> [(line: Int, module: String)] {
    file.lines.enumerated().compactMap { number, line in
      let words = line.split(separator: " ")
      guard let at = words.firstIndex(of: "import"), at <= 2, !line.hasPrefix("//"), words.count > at + 1 else {
        return nil
      }
      return (number, String(words.last?.split(separator: ".")[0] ?? ""))
    }
  }

  @Test("a target imports lower floors only, and packages where they belong") func floors() {
    expectNone(Self.imports(in: Repository.sources))
  }

  static func imports(in files: [Repository.File]) -> [String] {
    var complaints: [String] = []
    for file in files {
      guard let target = file.target, target != "CZlib" else { continue }
      guard let floor = Self.floors[target] else {
        complaints.append("\(target) has no floor")
        continue
      }
      for (line, module) in imports(of: file) {
        if let other = Self.floors[module], other >= floor {
          complaints.append(complaint(file, line, "\(target) (floor \(floor)) imports \(module) (floor \(other))"))
        }
        if let users = Self.packages[module], !users.contains(target) {
          complaints.append(complaint(file, line, "\(module) is not for \(target)"))
        }
        if module.hasPrefix("Foundation"), floor == 0 || target == "Simulation" {
          complaints.append(complaint(file, line, "\(target) needs no Foundation"))
        }
        if module == "Foundation" { complaints.append(complaint(file, line, "FoundationEssentials is enough")) }
      }
    }
    return complaints
  }

  @Test("no module bears the name of a type, no name says nothing") func names() {
    expectNone(Self.names(in: Repository.swiftFiles))
  }

  static func names(in files: [Repository.File]) -> [String] {
    let empty = ["Util", "Utils", "Utilities", "Helper", "Helpers", "Manager", "Managers", "Common"]
    var complaints: [String] = []
    for file in files {
      let stem = file.name.split(separator: ".").first.map(String.init) ?? ""
      if empty.contains(where: stem.hasSuffix) || stem == "Core" { complaints.append(complaint(file, 0, stem)) }
      for (number, line) in file.lines.enumerated() {
        let words = code(line).split { !$0.isLetter && !$0.isNumber }.map(String.init)
        for (keyword, name) in zip(words, words.dropFirst())
        where ["struct", "class", "enum", "protocol", "actor", "typealias"].contains(keyword) {
          if Self.floors[name] != nil { complaints.append(complaint(file, number, "\(name) is a module")) }
          if empty.contains(where: name.hasSuffix) || name == "Core" {
            complaints.append(complaint(file, number, name))
          }
        }
      }
    }
    return complaints
  }

  @Test("nothing is printed below floor 7") func printing() {
    expectNone(Self.printing(in: Repository.sources))
  }

  static func printing(in files: [Repository.File]) -> [String] {
    var complaints: [String] = []
    for file in files where file.target != "supernode" {
      for (number, line) in file.lines.enumerated() {
        let words = code(line)
        let prints = words.split { !$0.isLetter && $0 != "(" && $0 != "." }.contains { $0.hasPrefix("print(") }
        if prints || words.contains("FileHandle.") { complaints.append(complaint(file, number, "prints")) }
      }
    }
    return complaints
  }

  @Test("time and randomness are handed in; nothing is taken from an order that is an accident") func determinism() {
    expectNone(Self.determinism(in: Repository.sources))
  }

  static func determinism(in files: [Repository.File]) -> [String] {
    let banned = [
      "Date(", "Date.now", "ContinuousClock", "SuspendingClock", "SystemRandomNumberGenerator", ".randomElement(",
      ".random(in:", ".shuffled()", "UUID(", "Hasher()", ".hashValue",
    ]
    var complaints: [String] = []
    for file in files where Self.deterministic.contains(file.target ?? "") {
      let tables = dictionaries(in: file)
      for (number, line) in file.lines.enumerated() {
        let words = code(line)
        for call in banned where words.contains(call) { complaints.append(complaint(file, number, call)) }
        let isExcused = number > 0 && file.lines[number - 1].contains("order of the dictionary does not matter")
        if let table = tables.first(where: { iterates(words, over: $0) }), !words.contains("sorted"), !isExcused {
          complaints.append(complaint(file, number, "the order of the dictionary or set '\(table)' is an accident"))
        }
      }
    }
    return complaints
  }

  /// The names that a file declares as dictionaries or sets.
  private static func dictionaries(in file: Repository.File) -> [String] {
    var names: [String] = []
    for line in file.lines {
      let words = code(line)
      guard let keyword = ["var ", "let "].compactMap({ words.firstRange(of: $0) }).first else { continue }
      let declaration = words[keyword.upperBound...]
      let name = declaration.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      var type = declaration[name.endIndex...].drop { $0 == " " || $0 == ":" || $0 == "=" }
      let isSet = type.hasPrefix("Set<") || type.hasPrefix("Dictionary<")
      guard type.first == "[" || isSet else { continue }
      type = type.dropFirst().prefix { $0 != "]" && $0 != "(" && $0 != "," }
      if isSet || type.contains(": ") { names.append(String(name)) }
    }
    return names.filter { !$0.isEmpty }
  }

  private static func iterates(_ line: String, over name: String) -> Bool {
    let endings = [" {", ".values", ".keys", ".map", ".reduce", ".filter", ".first {", ".enumerated", ".min", ".max"]
    if line.contains(" in \(name) {") || line.contains(" in \(name) where") { return true }
    return endings.dropFirst().contains { ending in
      guard let range = line.firstRange(of: name + ending) else { return false }
      guard range.lowerBound > line.startIndex else { return true }
      let before = line[line.index(before: range.lowerBound)]
      return !before.isLetter && !before.isNumber
    }
  }
}
