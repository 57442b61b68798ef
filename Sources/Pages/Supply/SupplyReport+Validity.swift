import Reports
import Supply

extension SupplyReport {
  /// What published rows could say against the answer, first of all that is said.
  var validitySentence: String {
    let rows = Text.counted(validity.rows, "published count")
    let reach = validity.until.map { " to \($0)" } ?? ""
    let record = " (`supernode validate --kind supply`)"
    guard validity.grade != .supposed else {
      return "A supposed world: no published row can speak of it; \(rows)\(reach) speak of the base\(record)."
    }
    func count(_ grade: SupplyValidity.Grade) -> Int { validity.claims.filter { $0.grade == grade }.count }
    return "Forecast: \(rows) reach\(reach)\(record); of \(Text.counted(claims.count, "claim")) "
      + "\(count(.compared)) speak of that time, \(count(.forecast)) of later, \(count(.neverCompared)) of what no "
      + "row counts."
  }

  /// In a column.
  func standing(_ claim: Claim) -> String {
    switch validity.claims.first(where: { $0.id == claim.id })?.grade {
    case .compared: "yes"
    case .forecast: "later than all counts"
    case .neverCompared: "never compared"
    case .supposed: "a supposed world"
    case nil: ""
    }
  }
}
