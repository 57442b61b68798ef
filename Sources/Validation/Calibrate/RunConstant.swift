import Hardware
import Units

/// A constant of engines that a fit on runs may move; those of chips come from kernel tables instead.
public enum RunConstant: String, Codable, Sendable, CaseIterable {
  case operatorLaunch, eagerLaunch, startupShare, stepGap, hostPerRequest, collectiveWait, attentionInService
  case expertSkew, expertPopularity, perPromptToken, frontEnd

  /// In the unit that a fit prints: microseconds, milliseconds, or a share.
  public var unit: String {
    switch self {
    case .operatorLaunch, .eagerLaunch, .hostPerRequest, .collectiveWait, .perPromptToken: "us"
    case .stepGap, .frontEnd: "ms"
    case .startupShare, .attentionInService, .expertSkew, .expertPopularity: ""
    }
  }

  /// SI units are so many of its own.
  var inSI: Double {
    switch unit {
    case "us": 1e-6
    case "ms": 1e-3
    default: 1
    }
  }

  /// Where it stands in an engine's file.
  public var field: String {
    switch self {
    case .operatorLaunch, .stepGap, .expertSkew: "constants.\(rawValue)"
    case .eagerLaunch: "execution.launch.eager"
    case .startupShare: "execution.launch.startupShare"
    case .hostPerRequest, .attentionInService, .expertPopularity: "execution.\(rawValue)"
    case .collectiveWait: "execution.collectives.wait"
    case .perPromptToken: "execution.frontEnd.perPromptToken"
    case .frontEnd: "execution.frontEnd.constant"
    }
  }

  /// What it is, in words.
  public var title: String {
    switch self {
    case .operatorLaunch: "between two kernels of a graph"
    case .eagerLaunch: "launch of a kernel without graphs"
    case .startupShare: "share of isolated start-ups left in a graph"
    case .stepGap: "host between two steps"
    case .hostPerRequest: "host for each request of a step"
    case .collectiveWait: "collectives waiting for the slowest rank"
    case .attentionInService: "attention in service over isolated"
    case .expertSkew: "busiest rank's experts over the mean"
    case .expertPopularity: "most chosen expert over the least"
    case .perPromptToken: "front end for each prompt token"
    case .frontEnd: "front end for each request"
    }
  }

  /// Whether each engine has its own value.
  public var isOfOneEngine: Bool { self == .frontEnd }

  /// Values that mean something: experts cannot be more even than even, and a graph starts no kernel twice.
  public var range: ClosedRange<Double> {
    switch self {
    case .startupShare: 0...1
    case .expertSkew, .expertPopularity: 1...Double.infinity
    default: 0...Double.infinity
    }
  }

  /// Its value in an engine; nil where the engine has no such part.
  public func value(in engine: Engine) -> Double? {
    guard let execution = engine.execution else { return nil }
    switch self {
    case .operatorLaunch: return engine.constants.operatorLaunch.value.microseconds
    case .eagerLaunch: return execution.launch.eager.value.microseconds
    case .startupShare: return execution.launch.startupShare.value
    case .stepGap: return engine.constants.stepGap.value.milliseconds
    case .hostPerRequest: return execution.hostPerRequest.value.microseconds
    case .collectiveWait: return execution.collectives.wait.value.microseconds
    case .attentionInService: return execution.attentionInService.value
    case .expertSkew: return engine.constants.expertSkew.value
    case .expertPopularity: return execution.expertPopularity?.value
    case .perPromptToken: return execution.frontEnd.perPromptToken.value.microseconds
    case .frontEnd: return execution.frontEnd.constant.value.milliseconds
    }
  }

  func set(_ value: Double, in engine: inout Engine) {
    switch self {
    case .operatorLaunch: engine.constants.operatorLaunch.value = .microseconds(value)
    case .eagerLaunch: engine.execution?.launch.eager.value = .microseconds(value)
    case .startupShare: engine.execution?.launch.startupShare.value = value
    case .stepGap: engine.constants.stepGap.value = .milliseconds(value)
    case .hostPerRequest: engine.execution?.hostPerRequest.value = .microseconds(value)
    case .collectiveWait: engine.execution?.collectives.wait.value = .microseconds(value)
    case .attentionInService: engine.execution?.attentionInService.value = value
    case .expertSkew: engine.constants.expertSkew.value = value
    case .expertPopularity: engine.execution?.expertPopularity?.value = value
    case .perPromptToken: engine.execution?.frontEnd.perPromptToken.value = .microseconds(value)
    case .frontEnd: engine.execution?.frontEnd.constant.value = .milliseconds(value)
    }
  }
}
