import ArgumentParser
import Formats

/// A result never takes the place of what it was made from; folders that lead to it are made, and told.
enum OutputPaths {
  static func check(_ outputs: [String?], against inputs: [String?]) throws {
    // Devices swallow what they get; a file keeps the last of two results alone.
    var written: Set<String> = []
    for path in outputs.compactMap({ $0 }) where path != "-" && !path.hasPrefix("/dev/") {
      guard written.insert(canonical(path)).inserted else {
        throw ValidationError("\(path): two results would be written to it; give each a name of its own")
      }
    }
    for folder in Set(outputs.compactMap { $0 }.compactMap(missingFolder)).sorted() {
      Terminal.writeError("supernode: there is no folder \(folder): it is made for the result")
    }
    let read = Set(inputs.compactMap { $0 }.filter { fileKind(at: $0) == .file }.map(canonical))
    guard let same = outputs.compactMap({ $0 }).first(where: { $0 != "-" && read.contains(canonical($0)) }) else {
      return
    }
    throw ValidationError("\(same): is what is read; give the result another name")
  }

  /// The folder of a file that is to be written, where there is none.
  private static func missingFolder(_ path: String) -> String? {
    guard path != "-", let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return nil }
    let folder = String(path[..<slash])
    return fileKind(at: folder) == .missing ? folder : nil
  }

  /// One path for one file, whatever it is called.
  private static func canonical(_ path: String) -> String {
    if let known = absolutePath(path) { return known }
    // A file that is not there yet lies in a folder that is.
    guard let slash = path.lastIndex(of: "/") else { return (absolutePath(".") ?? ".") + "/" + path }
    let folder = slash == path.startIndex ? "/" : String(path[..<slash])
    return (absolutePath(folder) ?? folder) + path[slash...]
  }
}
