import Formats
import Hardware
import Units
import Models

/// Fits the constants of a calibration: damped least squares from the priors' means, the same on every run.
public struct Calibrator: Sendable {
  let calibration: Calibration
  let architecture: Architecture
  let system: System
  let chip: Chip
  let engines: [Engine]

  public init(_ calibration: Calibration, architecture: Architecture, catalog: Catalog) throws {
    self.calibration = calibration
    self.architecture = architecture
    system = try catalog.system(calibration.system)
    chip = try catalog.chip(system.chip)
    var names: [String] = []
    for name in calibration.cases.compactMap(\.engine) where !names.contains(name) { names.append(name) }
    engines = try names.map { try catalog.engine($0) }
  }

  /// The best fit; without one case where its id is given.
  public func fit(leavingOut left: String? = nil) throws -> CalibrationFit {
    let cases = calibration.cases.filter { $0.id != left }
    var values = calibration.priors.map(\.mean)
    var residuals = try residuals(values, cases)
    var damping = 1e-2
    for _ in 0..<60 {
      let jacobian = try jacobian(values, residuals, cases)
      let (normal, gradient) = normalEquations(jacobian, residuals)
      var improved = false
      for _ in 0..<8 {
        var damped = normal
        for index in values.indices { damped[index][index] *= 1 + damping }
        let step = LinearSystem.solve(damped, gradient)
        let trial = zip(values, zip(step, calibration.priors)).map { max(0, $0 - $1.0 * $1.1.deviation) }
        let next = try self.residuals(trial, cases)
        if squares(next) < squares(residuals) * (1 - 1e-9) {
          values = trial
          residuals = next
          damping = max(1e-6, damping / 3)
          improved = true
          break
        }
        damping *= 4
      }
      if !improved { break }
    }
    return try describe(values, residuals, cases)
  }

  private func describe(_ values: [Double], _ residuals: [Double], _ cases: [Calibration.Case]) throws
    -> CalibrationFit
  {
    let jacobian = try jacobian(values, residuals, cases)
    let (normal, _) = normalEquations(jacobian, residuals)
    var fit = CalibrationFit(
      constants: calibration.priors.map(\.constant), values: values, deviations: [], equallyGood: [], errors: [])
    for index in values.indices {
      var unit = [Double](repeating: 0, count: values.count)
      unit[index] = 1
      let column = LinearSystem.solve(normal, unit)
      let deviation = max(0, column[index]).squareRoot()
      fit.deviations.append(deviation * calibration.priors[index].deviation)
      for sign in [-1.0, 1] where deviation > 0 {
        let moved = values.indices.map { values[$0] + sign * column[$0] / deviation * calibration.priors[$0].deviation }
        fit.equallyGood.append(moved.map { max(0, $0) })
      }
    }
    fit.errors = try calibration.cases.map { ($0.id, try predict($0, values) / $0.time.value - 1) }
    return fit
  }

  func squares(_ list: [Double]) -> Double { list.reduce(0) { $0 + $1 * $1 } }

  func residuals(_ values: [Double], _ cases: [Calibration.Case]) throws -> [Double] {
    let rows = try cases.map { (try predict($0, values) / $0.time.value - 1) / $0.tolerance }
    return rows + zip(values, calibration.priors).map { ($0 - $1.mean) / $1.deviation }
  }

  /// By forward differences of a hundredth of each prior's deviation; columns in units of that deviation.
  private func jacobian(_ values: [Double], _ residuals: [Double], _ cases: [Calibration.Case]) throws -> [[Double]] {
    try values.indices.map { index in
      var moved = values
      moved[index] += calibration.priors[index].deviation * 0.01
      return zip(try self.residuals(moved, cases), residuals).map { ($0 - $1) / 0.01 }
    }
  }

  private func normalEquations(_ columns: [[Double]], _ residuals: [Double]) -> ([[Double]], [Double]) {
    func dot(_ left: [Double], _ right: [Double]) -> Double { zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } }
    return (columns.map { left in columns.map { dot(left, $0) } }, columns.map { dot($0, residuals) })
  }

  /// Seconds that the model gives for a case with these constants.
  func predict(_ row: Calibration.Case, _ values: [Double]) throws -> Double {
    let fit = CalibrationFit(
      constants: calibration.priors.map(\.constant), values: values, deviations: [], equallyGood: [], errors: [])
    let system = fit.apply(values, to: system)
    switch row.quantity {
    case .dispatch, .combine:
      let fabric = try Fabric(system, chip: chip)
      let kind: Fabric.Exchange = row.quantity == .dispatch ? .dispatch : .combine
      let time = fabric.exchange(
        kind, tokens: row.tokens ?? 0, hidden: architecture.hiddenSize,
        expertsPerToken: architecture.mixture?.expertsPerToken ?? 1, ranks: row.ranks ?? 1)
      return time?.total.value ?? 0
    default: break
    }
    guard let engine = engines.first(where: { $0.name == row.engine }) else {
      throw Problem("calibration \(row.id)", "the case names no engine", wayOut: "give its engine")
    }
    let machine = Machine(system: system, chip: chip, engine: fit.apply(values, to: engine))
    let plan = try ParallelPlan.instance(
      .decode, chips: row.chips ?? 1, of: architecture, on: machine,
      redundantExperts: row.redundantExperts ?? 0)
    let model = try StepModel(
      architecture: architecture, machine: machine, plan: plan,
      precision: calibration.precision,
      drafting: Drafting(tokens: row.draftTokens ?? 0, acceptance: row.acceptance.map { [$0] } ?? []))
    let requests = (row.requestsPerChip ?? 0) / chip.dies.value
    return model.observe(row.quantity, requests: Double(requests), context: row.context ?? 0, share: row.attentionShare)
  }
}

extension StepModel {
  /// One of the quantities that papers report of a decode step, in seconds; `context` is per request.
  public func observe(
    _ quantity: Calibration.Case.Quantity, requests: Double, context: Double, share: Double? = nil
  ) -> Double {
    let total = requests * context
    let resolved = resolve(decodeWork(requests: requests, context: total))
    switch quantity {
    case .timePerOutputToken: return resolved.seconds / tokensPerStep
    case .iteration: return resolved.seconds - engine.constants.stepGap.value.value
    case .dispatch, .combine: return 0
    default: break
    }
    let halves = quantity == .attentionStream || quantity == .expertStream ? 2.0 : Double(resolved.microbatches)
    let layers = layers(decodeWork(requests: requests / halves, context: total / halves))
    guard let layer = layers.first(where: { $0.skew > 1 }) ?? layers.last else { return 0 }
    let attention = share ?? resolved.attentionShare
    switch quantity {
    case .attentionStream: return layer.attentionTime(share: attention)
    case .expertStream:
      return layer.expertTime(share: 1 - attention) + layer.skewTime(share: 1 - attention) + layer.straggle
        * layer.attentionTime(share: attention)
    case .layer:
      var one = layer
      one.count = 1
      return resolved.microbatches == 1 ? one.onePass() : halvesTime([one])
    default: return layer.inService(quantity == .dispatchInService ? .dispatch : .combine)
    }
  }

  private func halvesTime(_ layers: [LayerDemand]) -> Double {
    engine.decode.overlap == .coreSplit
      ? Overlap.coreSplit(layers, steps: rules.splitSteps, range: rules.splitRange, join: rules.join).time
      : Overlap.wire(layers, communicationCores: 0, join: rules.join)
  }
}

extension LayerDemand {
  /// Dispatch with its wait for the slowest attention, combine with its wait for the busiest experts, in one pass.
  func inService(_ kind: OperatorKind) -> Double {
    var time = 0.0
    var wire = 0.0
    for demand in experts where demand.kind == kind {
      time += demand.time(share: 1)
      wire += demand.wire
    }
    if kind == .dispatch { return time + straggle * attentionTime(share: 1) + (skew - 1) * wire }
    var dispatchWire = 0.0
    for demand in experts where demand.kind == .dispatch { dispatchWire += demand.wire }
    return time + skewTime(share: 1) - (skew - 1) * dispatchWire
  }
}
