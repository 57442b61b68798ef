import Validation

extension TrainingValidation {
  /// Groups as the result lists them.
  struct NamedGroup {
    var chip = "all"
    var model = "all"
    var source = "all"
    var metric: String
    var summary: TrainingSummary
  }

  var namedGroups: [NamedGroup] {
    let roles: [TrainingRow.Role] = [.validate, .calibrate]
    return roles.flatMap { role -> [NamedGroup] in
      let kinds = groups(by: \.kindName, role: role).map { NamedGroup(metric: $0.name, summary: $0.summary) }
      let chips = groups(by: \.row.chip, role: role, where: \.isSpeed).map {
        NamedGroup(chip: $0.name, metric: "speed", summary: $0.summary)
      }
      let models = groups(by: \.row.model, role: role, where: \.isSpeed).map {
        NamedGroup(model: $0.name, metric: "speed", summary: $0.summary)
      }
      let sources = groups(by: \.sourceName, role: role, where: \.isSpeed).map {
        NamedGroup(source: $0.name, metric: "speed", summary: $0.summary)
      }
      return kinds + chips + models + sources
    }
  }
}

extension ValidationResult.Group {
  init(_ group: TrainingValidation.NamedGroup) {
    (file, kind, source) = ("training.csv", "training", group.source)
    (chip, engine, model) = (group.chip, "all", group.model)
    (metric, rows, covered) = (group.metric, group.summary.rows, group.summary.covered)
    medianAbsoluteError = group.summary.medianAbsoluteError.map(Optional.some)
    p90AbsoluteError = group.summary.p90AbsoluteError.map(Optional.some)
    worstAbsoluteError = group.summary.worstAbsoluteError.map(Optional.some)
    bias = group.summary.bias.map(Optional.some)
    role = group.summary.role
  }
}

extension ValidationResult.Row {
  init(_ outcome: TrainingOutcome) {
    let row = outcome.row
    (id, file, kind, system, chip) = (row.id, row.file, "training", row.system, row.chip)
    (metric, unit, role) = (row.metric, row.unit, row.role.rawValue)
    published = row.value
    predicted = .some(outcome.predicted)
    error = .some(outcome.signedError)
    (status, reason) = (outcome.status.rawValue, outcome.reason)
    (model, flagsBasis) = (row.model, row.flagsBasis)
    source = row.source
  }
}
