import Training

extension TrainingCompared {
  /// Of the scored rows of time, throughput and utilisation with a prediction, by chip and kind of model.
  public init(_ validation: TrainingValidation, predictor: TrainingPredictor) throws {
    struct Key: Hashable {
      var chip: String
      var mixture: Bool
    }
    let scored = validation.published.filter { $0.isSpeed && $0.status == .scored }
    let rows = try scored.map { outcome in
      let (job, machine, _) = try predictor.subject(outcome.row)
      return (
        key: Key(chip: machine.chip.name, mixture: job.architecture.isMixture), job: job, chips: outcome.row.chips,
        error: abs(outcome.signedError ?? 0)
      )
    }
    let groups = Dictionary(grouping: rows, by: \.key)
    self.init(
      groups: groups.map { key, rows in
        let figures = ErrorFigures(rows.map(\.error))
        return Group(
          chip: key.chip, mixture: key.mixture, median: figures.median ?? 0, p90: figures.p90 ?? 0,
          jobs: rows.map { ($0.job, $0.chips) })
      }
      .sorted { ($0.chip, $0.mixture ? 1 : 0) < ($1.chip, $1.mixture ? 1 : 0) })
  }

  /// `catalog/published/training-compared.yaml`.
  public var yaml: String {
    let head =
      "# What was compared with measurements, by chip and kind of model: rows that no constant was fitted to, and what"
      + "\n# they span. Written by `supernode validate --kind training --format compared`."
    return ([head, "groups:"] + groups.map(\.yaml)).joined(separator: "\n") + "\n"
  }
}

extension TrainingCompared.Group {
  fileprivate var yaml: String {
    func list<Value>(_ values: [Value]) -> String { "[\(values.map { "\($0)" }.joined(separator: ", "))]" }
    func rounded(_ value: Double, _ places: Double) -> Double { (value * places).rounded() / places }
    let lines = [
      "- { chip: \(chip), mixture: \(mixture), rows: \(rows), median: \(rounded(median, 1000)), "
        + "p90: \(rounded(p90, 1000)),",
      "    chips: \(list(chips)), sequence: \(list(sequence)), "
        + "parameters: \(list(parameters.map { rounded($0, 100) })),",
      "    tensor: \(tensor), pipeline: \(pipeline), context: \(context), expert: \(expert), "
        + "mixing: \(list(mixing.map(\.rawValue))), sharding: \(list(sharding.map(\.rawValue))),",
      "    recompute: \(list(recompute.map(\.rawValue))), schedules: \(list(schedules.map(\.rawValue))), "
        + "products: \(list(products.map(\.rawValue))) }",
    ]
    return lines.joined(separator: "\n")
  }
}
