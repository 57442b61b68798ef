import Hardware
import Serving
import Units

/// One thing that an engine, a chip, a network or the simulated client does and that can be taken out of every
/// prediction, to see what it is worth: `validate --without`.
public enum Mechanism: String, Codable, Sendable, CaseIterable {
  // Kernels and launches.
  case kernelsByFormat, startupShare, operatorLaunch, eagerLaunch, elementwise, fusedNorm, graphs
  // The host.
  case stepGap, hostPerRequest, sampling, frontEnd, receiveInterval
  // In service.
  case collectivesInService, measuredCollectives, attentionInService, expertSkew, expertPopularity, attentionStraggle
  case busiestExperts, expertOrdering, exchangeStartup, wideExchange, betweenNodes
  // Scheduling.
  case balance, delay, reservesOutput, requestLimits, speculation, launchFlags
  // The client.
  case openingBurst, varyingLengths

  /// What it is, and what stands in its place.
  public var title: String {
    switch self {
    case .kernelsByFormat: "efficiencies of kernels by format: those of the whole chip"
    case .startupShare: "smaller start-up in captured graphs: that of isolated kernels"
    case .operatorLaunch: "launch of each kernel: none"
    case .eagerLaunch: "launch cost of steps without graphs: none"
    case .elementwise: "elementwise kernels: none"
    case .fusedNorm: "norm fused with the all-reduce: a kernel of its own"
    case .graphs: "captured graphs: every step is launched kernel by kernel"
    case .stepGap: "gap between steps: none"
    case .hostPerRequest: "host time for each request of a step: none"
    case .sampling: "sampling: none"
    case .frontEnd: "front end, constant and per token: none"
    case .receiveInterval: "steps between two looks at the inbox: one"
    case .collectivesInService: "collectives wait for the slowest rank: as isolated"
    case .measuredCollectives: "measured collectives: the plane's latency and bandwidth"
    case .attentionInService: "slower attention in service: as isolated"
    case .expertSkew: "uneven load of experts: even"
    case .expertPopularity: "some experts are chosen more often: all alike"
    case .expertOrdering: "ordering many tokens takes longer: as few"
    case .busiestExperts: "dies wait for the one that reads most experts: for the mean"
    case .attentionStraggle: "waiting for the slowest rank's attention: none"
    case .exchangeStartup: "start-up of all-to-all exchanges: none"
    case .wideExchange: "all-to-all above eight ranks: all tokens gathered on all"
    case .betweenNodes: "crossing nodes: all chips on one board"
    case .balance: "prompts wait until every rank has one: none wait"
    case .delay: "prompts wait to be batched: none wait"
    case .reservesOutput: "memory for the whole answer at admission: as it grows"
    case .requestLimits: "unpublished limits of requests in flight: the client's concurrency"
    case .speculation: "draft tokens: none"
    case .launchFlags: "flags of the launch script: the engine's defaults"
    case .openingBurst: "the opening burst counts: only what comes after it"
    case .varyingLengths: "lengths vary: all are nominal"
    }
  }

  /// The mechanism of a name in any case.
  public init?(named name: String) {
    let wanted = name.lowercased()
    guard let found = Self.allCases.first(where: { $0.rawValue.lowercased() == wanted }) else { return nil }
    self = found
  }

  /// Whether it is in the engine's or the machine's file, not only in what a run says of itself.
  var isOfEngineOrMachine: Bool {
    switch self {
    case .graphs, .balance, .delay, .speculation, .launchFlags, .varyingLengths: false
    default: true
    }
  }
}

extension Mechanism {
  func remove(from engine: inout Engine) {
    switch self {
    case .startupShare: engine.execution?.launch.startupShare.value = 1
    case .operatorLaunch: engine.constants.operatorLaunch.value = .zero
    case .eagerLaunch: engine.execution?.launch.eager.value = .zero
    case .elementwise: engine.kernels.removeAll()
    case .fusedNorm: engine.execution?.collectives.fusedUpTo = nil
    case .stepGap: engine.constants.stepGap.value = .zero
    case .hostPerRequest: engine.execution?.hostPerRequest.value = .zero
    case .sampling: engine.constants.sampling.value = .zero
    case .frontEnd:
      engine.execution?.frontEnd.constant.value = .zero
      engine.execution?.frontEnd.perPromptToken.value = .zero
    case .receiveInterval: engine.scheduling?.receiveInterval?.value = 1
    case .collectivesInService: engine.execution?.collectives.wait.value = .zero
    case .attentionInService: engine.execution?.attentionInService.value = 1
    case .expertSkew: engine.constants.expertSkew.value = 1
    case .expertPopularity: engine.execution?.expertPopularity?.value = 1
    case .busiestExperts: engine.execution?.awaitsBusiestDie = false
    case .attentionStraggle: engine.constants.attentionStraggle.value = 0
    case .reservesOutput: engine.scheduling?.reservesOutput.value = false
    default: break
    }
  }

  func remove(from chip: inout Chip) {
    switch self {
    case .kernelsByFormat: chip.efficiency.kernels = nil
    case .expertOrdering: chip.efficiency.kernels?.removeOrdering()
    default: break
    }
  }

  func remove(from system: inout System) {
    for index in system.planes.indices {
      switch self {
      case .measuredCollectives: system.planes[index].collectives = nil
      case .exchangeStartup:
        system.planes[index].expertParallel?.dispatch.startup.value = .zero
        system.planes[index].expertParallel?.combine.startup.value = .zero
        system.planes[index].collectives?.allToAll?.startup.value = .zero
        system.planes[index].collectives?.bulkAllToAll?.startup.value = .zero
      case .betweenNodes where system.planes[index].role == .scaleUp:
        system.planes[index].domain?.value = 1_000_000
      default: break
      }
    }
  }

  func remove(from run: inout ServingRun) {
    switch self {
    case .graphs: run.flags.setBoth { $0.graph = .eager }
    case .receiveInterval: run.flags.setBoth { $0.receiveInterval = 1 }
    case .balance: run.flags.setBoth { $0.balanceSteps = nil }
    case .delay: run.flags.setBoth { $0.delaySteps = nil }
    case .launchFlags: run.flags.setBoth { $0 = RunFlags.Phase() }
    case .speculation: run.flags.draftTokens = 0
    case .varyingLengths: run.flags.shortestShare = 1
    default: break
    }
  }
}

extension KernelEfficiency {
  fileprivate mutating func removeOrdering() {
    experts.removeOrdering()
    for own in [\Engines.vLLM, \.sgLang, \.tensorRT] { engines?[keyPath: own]?.experts?.removeOrdering() }
    for backend in [\Backends.deepGEMM, \.trtllm, \.triton] {
      expertBackends?[keyPath: backend]?.removeOrdering()
    }
  }
}

extension KernelEfficiency.ByFormat {
  fileprivate mutating func removeOrdering() {
    for format in [\Self.bf16, \.fp8, \.fp8Block, \.fp4, \.weights4, \.weights4Activations8] {
      self[keyPath: format]?.ordering = nil
    }
  }
}

extension Engine.Kernels {
  fileprivate mutating func removeAll() {
    for count in [\Self.attention, \.latentAttention, \.feedForward, \.mixture] { self[keyPath: count].value = 0 }
    for bytes in [\Self.normBytes, \.rotaryBytes, \.quantiseBytes, \.activationBytes, \.latentNormBytes] {
      self[keyPath: bytes].value = 0
    }
    (headNorms, gatherBytes) = (nil, nil)
  }
}

extension RunFlags {
  fileprivate mutating func setBoth(_ change: (inout Phase) -> Void) {
    change(&prefill)
    change(&decode)
  }
}
