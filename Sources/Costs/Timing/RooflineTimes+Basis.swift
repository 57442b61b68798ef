import Hardware
import Units

extension RooflineTimes {
  /// How well each kind of constant is grounded on this chip, fabric and engine.
  struct Bases: Sendable {
    private let matrix: Basis
    private let memory: Basis
    private let weights: Basis
    private let experts: Basis
    private let keyValues: Basis
    private let attention: Basis
    private let vector: Basis
    private let launch: Basis
    private let sampling: Basis
    private let gap: Basis
    private let collectives: Basis
    private let exchanges: Basis

    init(chip: Chip, engine: Engine, fabric: Fabric) {
      let efficiency = chip.efficiency
      // Kernels measured one by one stand in for the chip's general shares.
      let isMeasured = engine.kernels(of: chip) != nil
      func unlessMeasured(_ basis: Basis) -> Basis { isMeasured ? .calibrated : basis }
      matrix = unlessMeasured(min(efficiency.matrix.basis, efficiency.matrixHalfDepth.basis))
      memory = efficiency.memory.basis
      weights = unlessMeasured((efficiency.weightRead ?? efficiency.memory).basis)
      experts = unlessMeasured((efficiency.expertRead ?? efficiency.weightRead ?? efficiency.memory).basis)
      keyValues = unlessMeasured((efficiency.keyValueRead ?? efficiency.memory).basis)
      attention = unlessMeasured(efficiency.attention.basis)
      vector = efficiency.vector.basis
      launch = engine.constants.operatorLaunch.basis
      sampling = engine.constants.sampling.basis
      gap = engine.constants.stepGap.basis
      let plane = fabric.system.scaleUp
      collectives =
        plane?.collectives?.basis ?? (plane?.paths == nil ? plane?.utilisation.basis : .calibrated) ?? .prior
      exchanges = (plane?.expertParallel ?? fabric.system.scaleOut?.expertParallel)?.basis ?? .prior
    }

    /// The weakest of the constants in its time; what takes no time is neutral.
    func of(_ operation: Operation, _ demand: OperatorDemand) -> Basis {
      switch operation.shape {
      case .product:
        let read = operation.kind == .expertFeedForward ? experts : weights
        return weakest(demand.compute >= demand.memory ? matrix : read, demand)
      case .attention: return weakest(demand.compute >= demand.memory ? attention : keyValues, demand)
      case .elementwise: return weakest(vector, demand)
      case .fixed: return experts
      case .collective: return collectives
      case .exchange: return exchanges
      case .cacheRead: return .calibrated
      case .host(.sampling): return sampling
      case .host(.gap): return gap
      }
    }

    private func weakest(_ work: Basis, _ demand: OperatorDemand) -> Basis {
      let isWork = max(demand.compute, max(demand.memory, demand.vector)) > 0
      if demand.fixed <= 0 { return work }
      return isWork ? min(work, launch) : launch
    }
  }
}

extension Calibrated {
  /// Fitted on rows, or believed.
  var basis: Basis { identifiedBy.isEmpty ? .prior : .calibrated }
}

extension CollectiveConstants {
  var basis: Basis {
    let kernels = [
      oneShot, twoShot, ring, bulkRing, inSwitch, gather, bulkGather, allToAll, bulkAllToAll,
    ].compactMap { $0 }
    return kernels.map { min($0.startup.basis, $0.bandwidth.basis) }.min() ?? .prior
  }
}

extension ExpertParallelConstants {
  var basis: Basis { min(dispatch.perMessage.basis, combine.perMessage.basis) }
}
