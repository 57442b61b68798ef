import Formats
import Hardware
import Training
import Units

/// Rows that calibrate training's constants, and the constants as slots of a fit.
struct TrainingFitProblem {
  /// A constant of one platform, or of all (`generic`).
  struct Slot: Sendable {
    var constant: TrainingConstant
    var platform: String
    var catalog: Double
    var reason: String
  }

  let rows: [TrainingRow]
  let slots: [Slot]
  let fit: ConstantFit

  /// One row: a job on a machine, whose constants are put in its place.
  private struct Subject: Sendable {
    var job: TrainingJob
    var machine: TrainingMachine
    var facts: TrainingEstimator.Facts

    func seconds(_ values: [Double], _ slots: [Slot]) -> Double? {
      var platform = machine.platform
      for (slot, value) in zip(slots, values) where slot.platform == platform.name || slot.isShared {
        slot.constant.set(value, in: &platform)
      }
      guard
        let own = try? TrainingMachine(machine.system, chip: machine.chip, platform: platform, facts: facts)
      else { return nil }
      return try? TrainingEstimator(job, on: own).time().value
    }
  }

  init(catalog: Catalog, workers: Int) throws {
    let path = catalog.resourcePath("catalog/published/training.csv")
    let published = try path.map { try TrainingRow.read(path: $0) } ?? []
    let predictor = try TrainingPredictor(catalog: catalog)
    var rows: [TrainingRow] = []
    var subjects: [Subject] = []
    var measured: [Double] = []
    for row in published where row.role == .calibrate && row.isScored {
      guard let (job, machine, facts) = try? predictor.subject(row), let predicted = predictor.predict(row).predicted,
        row.metric != "peak memory"
      else { continue }
      let time = try TrainingEstimator(job, on: machine).time().value
      rows.append(row)
      subjects.append(Subject(job: job, machine: machine, facts: facts))
      // A rate that was missed by a share was missed by that share of its time.
      measured.append(row.metric == "iteration time" ? row.value : time * predicted / row.value)
    }
    let slots = try Self.slots(catalog, platforms: subjects.map(\.machine.platform))
    self.rows = rows
    self.slots = slots.map(\.slot)
    var sizes: [String: Double] = [:]
    for row in rows { sizes[row.source + row.fitGroup, default: 0] += 1 }
    let cases = rows.indices.map { index in
      let platform = subjects[index].machine.platform.name
      return ConstantFit.Case(
        measured: [measured[index]],
        weight: 1 / (sizes[rows[index].source + rows[index].fitGroup] ?? 1).squareRoot(),
        touches: slots.map { $0.slot.isShared || $0.slot.platform == platform })
    }
    let plain = self.slots
    fit = ConstantFit(
      cases: cases, priors: slots.map(\.prior), scales: [TrainingFit.scale], workers: workers,
      predict: { [subjects] row, values in [subjects[row].seconds(values, plain)] })
  }

  /// Of each prior, one slot, or one for each family whose file says that rows identify it.
  private static func slots(
    _ catalog: Catalog, platforms: [TrainingPlatform]
  ) throws -> [(slot: Slot, prior: ConstantPrior)] {
    let priors = try TrainingPriors.read(catalog)
    try priors.check()
    let generic = try catalog.trainingPlatform(named: TrainingPlatform.generic)
    var names: [String] = []
    for platform in platforms where !names.contains(platform.name) { names.append(platform.name) }
    return try priors.priors.flatMap { prior -> [(slot: Slot, prior: ConstantPrior)] in
      let homes = try prior.scope == .all ? [generic] : names.sorted().map { try catalog.trainingPlatform(named: $0) }
      return homes.compactMap { platform in
        guard prior.scope == .all || prior.constant.isFitted(in: platform) else { return nil }
        let slot = Slot(
          constant: prior.constant, platform: platform.name, catalog: prior.constant.value(in: platform),
          reason: prior.reason)
        return (slot, prior.distribution)
      }
    }
  }
}

extension TrainingFitProblem.Slot {
  var isShared: Bool { platform == TrainingPlatform.generic }
}
