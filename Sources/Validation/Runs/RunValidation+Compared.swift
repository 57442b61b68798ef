import Serving

extension RunValidation {
  /// `catalog/published/compared.yaml`: for each engine, chip, class of model and mode, how many runs were predicted,
  /// and how well. Scenarios tell it, so that a reader knows how far to trust an answer.
  public var compared: String {
    var groups: [ComparedRuns.Group: [RunOutcome]] = [:]
    for outcome in outcomes where outcome.status == .scored {
      let group = ComparedRuns.Group(
        engine: engineNames[outcome.run.engine] ?? outcome.run.engine, chip: outcome.chip, dense: outcome.isDense,
        apart: outcome.run.mode == .disaggregated)
      groups[group, default: []].append(outcome)
    }
    var lines = ["# Written by `supernode validate --kind runs --format compared`: medians of absolute errors."]
    let sorted = groups.sorted { left, right in
      let (one, other) = (left.key, right.key)
      return (one.engine, one.chip, one.dense ? 0 : 1, one.apart ? 1 : 0)
        < (other.engine, other.chip, other.dense ? 0 : 1, other.apart ? 1 : 0)
    }
    for (group, list) in sorted {
      let each = RunSummary(list.filter { $0.metric == .timePerOutputToken })
      let first = RunSummary(list.filter { $0.metric == .timeToFirstToken })
      guard each.covered > 0, let error = each.medianAbsoluteError else { continue }
      let wait = first.medianAbsoluteError.map { ", timeToFirstToken: \(thousandths($0))" } ?? ""
      lines.append(
        "- { engine: \(group.engine), chip: \(group.chip), dense: \(group.dense), apart: \(group.apart), "
          + "runs: \(each.covered), timePerOutputToken: \(thousandths(error))\(wait) }")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func thousandths(_ share: Double) -> Double { (share * 1000).rounded() / 1000 }
}
