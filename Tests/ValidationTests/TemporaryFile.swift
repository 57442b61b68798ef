import FoundationEssentials

/// A file in a folder of its own for one test, removed with it.
final class TemporaryFile {
  let path: String
  private let folder: String

  init(_ text: String, named name: String) throws {
    folder = "\(FileManager.default.temporaryDirectory.path)/supernode-tests-\(UUID().uuidString)"
    path = "\(folder)/\(name)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(filePath: path))
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }
}
