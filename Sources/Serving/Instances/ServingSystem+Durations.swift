import Units

// A chip that grows slow, or is well again: tables of durations change at the caller's clock.
extension ServingSystem {
  /// Gives instances of a pool of engines other durations from the next step that begins, now or later; the step under
  /// way keeps its own.
  ///
  /// - Parameters:
  ///   - pool: in the order of the configuration.
  ///   - instance: of the pool; nil means all of them.
  public mutating func replaceDurations(
    ofPool pool: Int, instance: Int? = nil, with durations: EngineDurations
  ) throws(Problems) {
    let faults = configuration.engines[pool].faults(of: durations, at: "pools[\(pool)]")
    if !faults.isEmpty { throw Problems(faults) }
    let first = configuration.engines[..<pool].reduce(0) { $0 + $1.instances }
    let all = first..<first + configuration.engines[pool].instances
    for index in all where instance == nil || first + (instance ?? 0) == index {
      engines[index].durations = durations
      cutRun(of: index)
    }
    isSettled = false
  }

  /// The same for prefill pools of CloudMatrix-Infer.
  public mutating func replacePrefillDurations(with durations: PrefillDurations) {
    configuration.prefill.durations = durations
  }

  /// The same for its decode pools.
  public mutating func replaceDecodeDurations(with durations: DecodeDurations) throws(Problems) {
    let faults = configuration.decode.faults(of: durations)
    if !faults.isEmpty { throw Problems(faults) }
    configuration.decode.durations = durations
    for index in decodes.indices { decodes[index].replace(durations) }
  }
}
