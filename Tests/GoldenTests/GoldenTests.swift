import Foundation
import Testing

@Suite struct GoldenTests {
  /// `SUPERNODE_UPDATE_GOLDEN=1 ./test --filter GoldenTests` writes the files anew.
  ///
  /// Say why in CHANGELOG under *Changed numbers*.
  private static let updates = ProcessInfo.processInfo.environment["SUPERNODE_UPDATE_GOLDEN"] != nil

  @Test("each example gives the answer that is on file", arguments: ["cloudmatrix384-deepseek-r1"])
  func examples(name: String) throws {
    let scenario = Program.root.appending(path: "Examples/\(name).yaml").path
    let golden = Program.root.appending(path: "Tests/GoldenTests/Golden/\(name).txt")
    let outcome = try Program().run(["simulate", scenario])
    #expect(outcome.code == 0, "\(outcome.errors)")
    if Self.updates {
      try FileManager.default.createDirectory(
        at: golden.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(outcome.output.utf8).write(to: golden)
    }
    let expected = try String(contentsOf: golden, encoding: .utf8)
    let found = outcome.output.split(separator: "\n"), wanted = expected.split(separator: "\n")
    for line in wanted where !found.contains(line) { Issue.record("no longer: \(line)") }
    for line in found where !wanted.contains(line) { Issue.record("instead: \(line)") }
    #expect(outcome.output == expected)
  }
}
