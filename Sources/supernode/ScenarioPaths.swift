import Formats
import Units

/// Paths in a scenario count from the scenario's folder; what is not there is looked for in the working directory.
enum ScenarioPaths {
  private static let fields = ["model", "engine", "speculation.model", "workload.trace"]

  /// The scenario with its paths as the working directory has them.
  static func resolved(_ node: Node, in catalog: Catalog) throws -> Node {
    let folder = node.place.file.lastIndex(of: "/").map { String(node.place.file[..<$0]) }
    var node = node
    for field in fields {
      guard let value = node[field], let path = value.text, !path.isEmpty, path != "-", !path.hasPrefix("/") else {
        continue
      }
      let isName = !isPath(path) && !path.contains("/") && (field != "workload.trace" || has(path, catalog))
      if let folder, !isName, fileKind(at: "\(folder)/\(path)") != .missing {
        node = try node.setting(field, to: Node(.scalar("\(folder)/\(path)", quoted: true), at: value.place))
      } else if isPath(path), fileKind(at: path) == .missing, folder != nil || path.hasPrefix(".") {
        let places = [folder, "the working directory"].compactMap { $0 }.joined(separator: " nor in ")
        throw value.problem(
          "there is no '\(path)' in \(places)", wayOut: "check the path, which counts from the scenario")
      }
    }
    return node
  }

  private static func has(_ trace: String, _ catalog: Catalog) -> Bool {
    catalog.path(of: trace, kind: "traces") != nil
  }

  /// Whether a name of the catalog cannot be meant.
  private static func isPath(_ text: String) -> Bool {
    text.hasPrefix("./") || text.hasPrefix("../")
      || [".json", ".jsonl", ".csv", ".gz", ".yaml"].contains(where: text.hasSuffix)
  }

  /// The scenario with paths that do not depend on where it lies.
  static func absolute(_ node: Node) throws -> Node {
    var node = node
    for field in fields {
      guard let value = node[field], let path = value.text, isPath(path) || path.contains("/"),
        fileKind(at: path) != .missing, let whole = absolutePath(path)
      else { continue }
      node = try node.setting(field, to: Node(.scalar(whole, quoted: true), at: value.place))
    }
    return node
  }
}
