import Testing

/// Documentation/Architecture.md shows what Package.swift says.
@Suite struct PlanTests {
  /// Imported by all or most; the drawing leaves them out.
  static let everywhere: Set<String> = ["Units", "Formats", "CZlib"]

  private static func text(_ path: String) throws -> String {
    try #require(Repository.textFiles.first { $0.path == path }, "\(path) is not there").text
  }

  /// Rooms of Package.swift, each with the rooms that it names as dependencies.
  private static func package() throws -> [String: Set<String>] {
    let manifest = try text("Package.swift")
    var rooms: [String: Set<String>] = [:]
    for part in manifest.split(separator: "arget(").dropFirst() {
      let names = part.split(separator: "\"", omittingEmptySubsequences: false)
      // What has a path of its own is a tool beside the program.
      guard names.count > 1, !names[1].hasSuffix("Tests"), part.contains("dependencies: ["), !part.contains("path: \"")
      else { continue }
      let list = part[(part.firstRange(of: "dependencies: [")?.upperBound ?? part.startIndex)...].prefix { $0 != "]" }
      let listed = list.split(separator: "\"").map(String.init)
      rooms[String(names[1])] = Set(listed).intersection(Array(FloorTests.floors.keys) + ["CZlib"])
    }
    return rooms
  }

  @Test("Package.swift has the rooms of the floors, and names lower floors only") func package() throws {
    let rooms = try Self.package()
    #expect(Set(rooms.keys) == Set(FloorTests.floors.keys).subtracting(["Units"]))
    for (room, others) in rooms {
      for other in others where other != "CZlib" {
        let (low, high) = (try #require(FloorTests.floors[other]), try #require(FloorTests.floors[room]))
        #expect(low < high, "\(room) names \(other)")
      }
    }
  }

  @Test("the table of floors in Documentation/Architecture.md is that of the program") func table() throws {
    var floors: [String: Int] = [:]
    for line in try Self.text("Documentation/Architecture.md").split(separator: "\n") where line.hasPrefix("| ") {
      let cells = line.split(separator: "|").map { $0.filter { $0 != " " && $0 != "`" } }
      if let floor = Int(cells[0]) { floors[String(cells[1])] = floor }
    }
    #expect(floors == FloorTests.floors)
  }

  @Test("the drawing in Documentation/Architecture.md has the arrows of Package.swift") func drawing() throws {
    var arrows: [String: Set<String>] = [:]
    for line in try Self.text("Documentation/Architecture.md").split(separator: "\n") where line.contains(" --> ") {
      let words = line.split { !$0.isLetter }.map(String.init)
      arrows[words[0], default: []].formUnion(words.dropFirst())
    }
    let drawn = try Self.package().mapValues { $0.subtracting(Self.everywhere) }.filter { !$0.value.isEmpty }
    #expect(arrows == drawn)
  }
}
