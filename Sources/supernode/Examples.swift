import Formats
import Units

/// Scenarios that come with the program, by name.
enum Examples {
  /// `simulate`'s, or those of `supply`.
  static func path(of name: String, in folder: String = "") throws -> String {
    try path(of: name, in: folder, among: names(in: folder))
  }

  /// A file of fleets that `train` compares.
  static func path(ofFleets name: String) throws -> String { try path(of: name, in: "", among: fleets) }

  private static func path(of name: String, in folder: String, among names: [String]) throws -> String {
    if names.contains(name), let root = root { return "\(root)/\(folder)\(name).yaml" }
    // A file of one's own without an ending.
    if fileKind(at: name) == .file { return name }
    let near = Problems.nearest(to: name, among: names).map { "did you mean '\($0)'? The" } ?? "the"
    let list =
      names.isEmpty ? "name a file such as ./scenario.yaml" : "\(near) examples are \(names.joined(separator: ", "))"
    throw Problem(name, "there is no such file or example", wayOut: list)
  }

  static func names(in folder: String = "") -> [String] {
    all(in: folder).filter { folder.isEmpty ? !isFleets($0) : true }
  }

  static var fleets: [String] { all(in: "").filter(isFleets) }

  private static func all(in folder: String) -> [String] {
    guard let root else { return [] }
    return fileNames(in: "\(root)/\(folder)").filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
  }

  /// Whether an example has fleets, and no deployment.
  private static func isFleets(_ name: String) -> Bool {
    guard let root, let node = try? Node.read(path: "\(root)/\(name).yaml") else { return false }
    return node.field("fleets") != nil
  }

  /// In the checkout that it was built in, or beside the program's other files.
  private static let root: String? = checkoutFolder("Examples") ?? Catalog().resourcePath("examples")
}
