import Formats
import Hardware
import Models
import Simulation
import Training
import Units

/// Predicts rows of published training jobs.
public struct TrainingPredictor: Sendable {
  let catalog: Catalog
  let facts: TrainingFacts
  /// By the name in rows.
  private let machines: [(row: String, machine: RowMachine)]

  public init(catalog: Catalog) throws {
    self.catalog = catalog
    facts = try TrainingFacts.read(catalog)
    machines = try facts.chips.map { ($0.row, try RowMachine($0, catalog)) }
  }

  /// A step of the job behind a row.
  public func step(_ row: TrainingRow) throws -> TrainingStep {
    let (job, machine, _) = try subject(row)
    return try TrainingEstimator(job, on: machine).estimate()
  }

  /// The job behind a row, its machine, and what of that is not the catalog's.
  func subject(_ row: TrainingRow) throws -> (TrainingJob, TrainingMachine, TrainingEstimator.Facts) {
    guard let machine = machines.first(where: { $0.row == row.chip })?.machine else {
      throw Problem(row.place, "the catalog has no training platform for \(row.chip)", wayOut: "add it")
    }
    let job = try row.job(catalog, facts)
    let network = facts.networks.first { row.system.contains($0.words) }
    let own = TrainingEstimator.Facts(scaleOut: network?.perChip, powerLimit: machine.powerLimit)
    let whole = try TrainingMachine(
      machine.system, chip: machine.chip, platform: machine.platform, facts: own)
    return (job, whole, own)
  }

  func predict(_ row: TrainingRow) -> TrainingOutcome {
    var outcome = TrainingOutcome(row: row, chip: row.chip)
    guard row.isScored else {
      outcome.reason = row.reading
      return outcome
    }
    do {
      let step = try step(row)
      guard let platform = machines.first(where: { $0.row == row.chip })?.machine.platform,
        let value = row.value(of: step, facts, platform)
      else {
        outcome.reason = "its figure is not modelled: \(row.metric)"
        return outcome
      }
      outcome.predicted = value
      outcome.step = step.parts
      outcome.time = step.time
      switch row.role {
      case .validate: outcome.status = .scored
      case .calibrate: outcome.status = .calibrated
      case .shown: outcome.status = .shown
      }
    } catch { outcome.reason = "unsupported: \(error)" }
    return outcome
  }
}

/// The catalog's machine for a chip that rows name.
struct RowMachine: Sendable {
  var system: System
  var chip: Chip
  var platform: TrainingPlatform
  var powerLimit: Watts?

  init(_ fact: TrainingFacts.Chip, _ catalog: Catalog) throws {
    system = try catalog.system(fact.system)
    chip = try catalog.chip(fact.chip)
    platform = try catalog.trainingPlatform(of: chip.name)
    if let capacity = fact.capacity { chip.memory.capacity.value = capacity }
    if let bandwidth = fact.bandwidth { chip.memory.bandwidth.value = bandwidth }
    powerLimit = fact.powerLimit
  }
}

/// One row beside its prediction.
public struct TrainingOutcome: Sendable {
  public var row: TrainingRow
  public var chip: String
  public var predicted: Double?
  public var status = Outcome.Status.unsupported
  /// Why there is no prediction.
  public var reason = ""
  public var time: Seconds?
  var step: TrainingStep.Parts?

  init(row: TrainingRow, chip: String) {
    self.row = row
    self.chip = chip
  }

  /// (predicted − published) / published.
  public var signedError: Double? { predicted.map { ($0 - row.value) / row.value } }

  /// What figures are compared with each other.
  public var quantity: Quantity {
    if row.metric == "peak memory" || row.metric.hasPrefix("activation memory") { return .memory }
    if row.metric.hasPrefix("pipeline bubble") { return .bubble }
    return row.metric == "iteration time" ? .time : .rate
  }

  public enum Quantity: String, Sendable, CaseIterable {
    case time = "step time"
    case rate = "throughput and MFU"
    case memory
    case bubble = "pipeline bubble"
  }

  public var isSpeed: Bool { quantity == .time || quantity == .rate }
  public var isMemory: Bool { quantity == .memory }
}
