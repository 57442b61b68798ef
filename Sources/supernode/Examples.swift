import Formats
import Units

/// Scenarios that come with the program, by name.
enum Examples {
  /// `simulate`'s, or those of `supply`.
  static func path(of name: String, in folder: String = "") throws -> String {
    let names = names(in: folder)
    if names.contains(name), let root = root { return "\(root)/\(folder)\(name).yaml" }
    // A file of one's own without an ending.
    if fileKind(at: name) == .file { return name }
    let near = Problems.nearest(to: name, among: names).map { "did you mean '\($0)'? The" } ?? "the"
    let list =
      names.isEmpty ? "name a file such as ./scenario.yaml" : "\(near) examples are \(names.joined(separator: ", "))"
    throw Problem(name, "there is no such file or example", wayOut: list)
  }

  static func names(in folder: String = "") -> [String] {
    guard let root else { return [] }
    return fileNames(in: "\(root)/\(folder)").filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
  }

  /// In the checkout that it was built in, or beside the program's other files.
  private static let root: String? = checkoutFolder("Examples") ?? Catalog().resourcePath("examples")
}
