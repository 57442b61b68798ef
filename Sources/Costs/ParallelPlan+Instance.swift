import Hardware
import Models
import Units

/// What an instance of a disaggregated deployment does.
public enum Phase: String, Codable, Sendable, CaseIterable { case prefill, decode }

extension ParallelPlan {
  /// The plan of an instance of so many chips as the engine lays it out, checked.
  ///
  /// Engines that pool prompts divide heads over all dies; others give each group of `tensorParallel` dies requests of
  /// its own. Experts spread over all dies, or over those of `expertChips` that hold nothing else; a dense
  /// model without `tensorParallel` is divided over all of them.
  public static func instance(
    _ phase: Phase, chips: Int, of architecture: Architecture, on machine: Machine, tensorParallel: Int? = nil,
    redundantExperts: Int = 0, expertChips: Int = 0
  ) throws -> ParallelPlan {
    let (chip, engine) = (machine.chip, machine.engine)
    let place = phase.rawValue
    guard chips >= 1 else {
      throw Problem("\(place).chips", "\(chips) is no number of chips", wayOut: "use at least 1")
    }
    guard expertChips >= 0, expertChips < chips else {
      throw Problem(
        "\(place).expertChips", "\(expertChips) of \(chips) chips leave none for attention", wayOut: "use fewer, or 0")
    }
    let apart = expertChips * chip.dies.value
    let dies = chips * chip.dies.value - apart
    let isMixture = architecture.mixture != nil
    let isPooled = phase == .prefill && engine.prefill.attention == .sequenceTensorSequence
    let tensor = isPooled ? dies : tensorParallel ?? (isMixture && engine.execution == nil ? 1 : dies)
    guard tensor >= 1, dies % tensor == 0 || (architecture.layers.contains { $0.attention.heads % tensor != 0 }) else {
      throw Problem(
        "\(place).tensorParallel", "\(tensor) does not divide the \(dies) dies of \(chips) chips",
        wayOut: "change the chips or the tensor parallelism")
    }
    let data = max(1, dies / tensor)
    // Experts whole on the dies, but where one engine divides everything by width.
    let spreads = isMixture && (engine.execution == nil || data > 1)
    let plan = ParallelPlan(
      tensor: tensor, data: data, expert: apart > 0 ? apart : spreads ? tensor * data : 1,
      redundantExperts: spreads && tensor * data > 1 ? redundantExperts : 0, expertDiesApart: apart)
    try plan.check(architecture, on: machine.system, chip: chip, at: place)
    return plan
  }
}
