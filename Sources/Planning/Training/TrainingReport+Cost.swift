import Hardware
import Serving
import Training
import Units

extension TrainingReport {
  /// With what its chips and their energy cost over the median run, where no price of a chip hour was given and the
  /// catalog has one of the system: written off in equal parts as `simulate` and `plan` do, spare nodes included.
  public func priced(on system: System) -> TrainingReport {
    guard cost == nil, let price = system.price?.value, let chipHours, let energy else { return self }
    var report = self
    let hardware = price / Double(system.chips.value) / Scenario.CostAssumptions.usualAmortization
    let electricity =
      energy.value * Scenario.CostAssumptions.usualElectricity.value * Scenario.CostAssumptions.usualEffectiveness
    report.cost = hardware * Seconds.hours(chipHours) + Dollars(electricity)
    return report
  }
}
