import Reports
import Validation

extension RunValidation {
  /// Errors of runs that the fit of engines' constants did not see; nothing where nobody left any out.
  var leftOutSections: [Document.Section] {
    guard let leftOut else { return [] }
    var table = leftOut.pooledTable
    table.caption += ". Found by `\(leftOut.command)` of supernode \(leftOut.version)"
    return [Document.Section("Left out of the fit", [.table(table)])]
  }
}
