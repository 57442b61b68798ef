extension RunPredictor {
  /// The same without a mechanism; what a run says of itself is changed by `Mechanism.remove(from:)`.
  func without(_ mechanism: Mechanism) -> RunPredictor {
    var changed = self
    for name in engines.keys {
      guard var engine = engines[name] else { continue }
      mechanism.remove(from: &engine)
      changed.engines[name] = engine
    }
    changed.machines = machines.mapValues { machine in
      machine.map { system, chip in
        var (system, chip) = (system, chip)
        mechanism.remove(from: &system)
        mechanism.remove(from: &chip)
        return (system, chip)
      }
    }
    switch mechanism {
    case .wideExchange: changed.widestGather = .max
    case .requestLimits: changed.facts.limits = []
    case .openingBurst: changed.countsOpeningWave = false
    default: break
    }
    return changed
  }
}
