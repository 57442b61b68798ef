import ArgumentParser
import Formats

/// A result never takes the place of what it was made from.
enum OutputPaths {
  static func check(_ outputs: [String?], against inputs: [String?]) throws {
    let read = Set(inputs.compactMap { $0 }.filter { fileKind(at: $0) == .file }.map(canonical))
    guard let same = outputs.compactMap({ $0 }).first(where: { $0 != "-" && read.contains(canonical($0)) }) else {
      return
    }
    throw ValidationError("\(same): is what is read; give the result another name")
  }

  /// One path for one file, whatever it is called.
  private static func canonical(_ path: String) -> String { absolutePath(path) ?? path }
}
