import Formats
import Units

/// What a file of error budgets must be as a whole: a list whose entries are of a known kind and have a limit.
public enum BudgetFile {
  public static let kinds = [
    "network", "operator", "serving", "caching", "power", "training", "supply", "runs",
  ]
  /// Fields that no figure may exceed, and those that no figure may be below.
  public static let most = [
    "medianAbsoluteError", "worstAbsoluteError", "p90AbsoluteError", "worstPoints", "bias", "rankedScore",
  ]
  public static let least = ["coverage", "insideShare", "closeShare"]

  /// Throws all faults of the file.
  public static func check(_ node: Node) throws {
    guard case .sequence(let entries) = node.content else {
      throw node.problem(
        "there is \(node.fields.isEmpty ? "text" : "a mapping") where a list of budgets was expected",
        wayOut: "write '- name: …' lines")
    }
    guard !entries.isEmpty else {
      throw node.problem("there is no budget in it", wayOut: "give one, or leave --budgets out")
    }
    let faults = entries.compactMap(fault)
    if !faults.isEmpty { throw Problems(faults) }
  }

  private static func fault(of entry: Node) -> Problem? {
    guard let kind = entry.field("kind") else {
      return entry.problem("the budget has no kind", wayOut: "give one of \(kinds.joined(separator: ", "))")
    }
    guard let name = kind.text, kinds.contains(name) else {
      return kind.problem(
        "there is no kind of rows '\(kind.text ?? "")'", wayOut: "use one of \(kinds.joined(separator: ", "))")
    }
    guard (most + least).contains(where: { entry.field($0) != nil }) else {
      return entry.problem("the budget has no limit", wayOut: "give one of \((most + least).joined(separator: ", "))")
    }
    return nil
  }
}
