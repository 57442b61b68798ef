import Hardware
import Units

/// What a plan's answer rests on and may be otherwise.
public enum PlanInput: String, Sendable, CaseIterable, Codable {
  /// What memory delivers, and what matrix cores compute in every format.
  case memoryBandwidth, compute
  /// Bytes of a chip's memory.
  case memory
  /// What links between chips deliver, and their start-ups.
  case linkBandwidth, linkLatency
  /// Of the whole system.
  case price
  case promptTokens, outputTokens
  /// The chance that a draft is accepted.
  case acceptance

  /// Between which factors it is moved: judgement, the same for every chip, so that bars can be set side by side.
  var factors: (low: Double, high: Double) {
    switch self {
    case .linkLatency: (0.5, 2)
    case .price: (0.75, 1.5)
    case .acceptance: (0.75, 1.25)
    default: (0.8, 1.25)
    }
  }
}

extension PlanRequest {
  /// The same with one input times a factor.
  func times(_ factor: Double, _ input: PlanInput) -> PlanRequest {
    var request = self
    switch input {
    case .promptTokens: request.lengths.prompt = max(1, lengths.prompt * factor)
    case .outputTokens: request.lengths.output = max(1, lengths.output * factor)
    case .acceptance: request.acceptance = acceptance.map { min(1, $0 * factor) }
    default: break
    }
    return request
  }
}

extension Machine {
  /// The same with one input times a factor.
  func times(_ factor: Double, _ input: PlanInput) -> Machine {
    var machine = self
    switch input {
    case .memoryBandwidth: machine.chip.memory.bandwidth.value = chip.memory.bandwidth.value * factor
    case .memory: machine.chip.memory.capacity.value = chip.memory.capacity.value * factor
    case .compute: machine.chip.peak = chip.peak.times(factor)
    case .linkBandwidth: machine.system.planes = system.planes.map { $0.timesBandwidth(factor) }
    case .linkLatency: machine.system.planes = system.planes.map { $0.timesLatency(factor) }
    case .price: machine.system.price?.value = (system.price?.value ?? .zero) * factor
    case .promptTokens, .outputTokens, .acceptance: break
    }
    return machine
  }
}

extension Chip.PeakRates {
  fileprivate func times(_ factor: Double) -> Self {
    var peak = self
    peak.bf16.value = bf16.value * factor
    peak.int8?.value = (int8?.value ?? .zero) * factor
    peak.fp8?.value = (fp8?.value ?? .zero) * factor
    peak.fp4?.value = (fp4?.value ?? .zero) * factor
    peak.fp32?.value = (fp32?.value ?? .zero) * factor
    return peak
  }
}

extension Plane {
  fileprivate func timesBandwidth(_ factor: Double) -> Plane {
    var plane = self
    plane.bandwidth.value = bandwidth.value * factor
    plane.hostBandwidth?.value = (hostBandwidth?.value ?? .zero) * factor
    plane.dieToDie?.value = (dieToDie?.value ?? .zero) * factor
    plane.paths = paths?.map { path in
      var path = path
      path.bandwidth.value = path.bandwidth.value * factor
      return path
    }
    plane.expertParallel?.dispatch.bandwidth.value = (expertParallel?.dispatch.bandwidth.value ?? .zero) * factor
    plane.expertParallel?.combine.bandwidth.value = (expertParallel?.combine.bandwidth.value ?? .zero) * factor
    plane.collectives?.change { $0.bandwidth.value = $0.bandwidth.value * factor }
    return plane
  }

  fileprivate func timesLatency(_ factor: Double) -> Plane {
    var plane = self
    plane.latency.value = latency.value * factor
    plane.paths = paths?.map { path in
      var path = path
      path.latency.value = path.latency.value * factor
      return path
    }
    plane.expertParallel?.dispatch.startup.value = (expertParallel?.dispatch.startup.value ?? .zero) * factor
    plane.expertParallel?.combine.startup.value = (expertParallel?.combine.startup.value ?? .zero) * factor
    plane.collectives?.change {
      $0.startup.value = $0.startup.value * factor
      $0.perRank.value = $0.perRank.value * factor
    }
    return plane
  }
}

extension CollectiveConstants {
  /// Each kernel that there is.
  fileprivate mutating func change(_ body: (inout Kernel) -> Void) {
    let all: [WritableKeyPath<Self, Kernel?>] = [
      \.oneShot, \.twoShot, \.ring, \.bulkRing, \.inSwitch, \.gather, \.bulkGather, \.allToAll, \.bulkAllToAll,
    ]
    for kernel in all {
      guard var value = self[keyPath: kernel] else { continue }
      body(&value)
      self[keyPath: kernel] = value
    }
  }
}
