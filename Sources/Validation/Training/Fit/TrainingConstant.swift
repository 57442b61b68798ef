import Hardware
import Training
import Units

/// A constant of training that is fitted: its name is its field in the catalog's kind `training`.
public enum TrainingConstant: String, Codable, CaseIterable, Sendable {
  case bf16 = "products.bf16"
  case fp8 = "products.fp8"
  case mxfp8 = "products.mxfp8"
  case nvfp4 = "products.nvfp4"
  case grouped = "products.grouped"
  case powerExponent = "products.powerExponent"
  case fused = "attention.fused"
  case triton = "attention.triton"
  case halfLength = "attention.halfLength"
  case sinks = "attention.sinks"
  case scan = "attention.scan"
  case rate = "elementwise.rate"
  case layer = "elementwise.layer"
  case backward = "elementwise.backward"
  case dropout = "elementwise.dropout"
  case scoresForward = "elementwise.scoresForward"
  case scoresBackward = "elementwise.scoresBackward"
  case castDelayed = "elementwise.castDelayed"
  case castCurrent = "elementwise.castCurrent"
  case castBlocks32 = "elementwise.castBlocks32"
  case castBlocks16 = "elementwise.castBlocks16"
  case permute = "elementwise.permute"
  case router = "elementwise.router"
  case convolution = "elementwise.convolution"
  case layerForward = "host.layerForward"
  case layerBackward = "host.layerBackward"
  case mixture = "host.mixture"
  case captured = "host.captured"
  case mixtureWait = "host.mixtureWait"
  case dispatchWait = "host.dispatchWait"
  case perExpert = "host.perExpert"
  case step = "host.step"
  case slowest = "host.slowest"
  case tensor = "overlap.tensor"
  case tensorMost = "overlap.tensorMost"
  case expert = "overlap.expert"
  case contention = "overlap.contention"
  case dataWindow = "overlap.dataWindow"
  case scaleOut = "network.scaleOut"
  case expertScaleOut = "network.expertScaleOut"
  case allToAll = "network.allToAll"
  case deduplicated = "network.deduplicated"
  case send = "network.send"

  /// `us` or `ms`, in which values are counted here; empty for shares, factors and bytes an element.
  public var unit: String {
    switch self {
    case .layerForward, .layerBackward, .mixture, .mixtureWait, .dispatchWait, .perExpert: "us"
    case .step: "ms"
    default: ""
    }
  }

  /// Where the value lies in a platform; the forward where both passes of attention go together.
  private var place: Place {
    switch self {
    case .bf16: .plain(\.products.bf16)
    case .fp8: .plain(\.products.fp8)
    case .mxfp8: .plain(\.products.mxfp8)
    case .nvfp4: .plain(\.products.nvfp4)
    case .grouped: .plain(\.products.grouped)
    case .powerExponent: .plain(\.products.powerExponent)
    case .fused: .passes(\.attention.fused)
    case .triton: .passes(\.attention.triton)
    case .halfLength: .plain(\.attention.halfLength)
    case .sinks: .plain(\.attention.sinks)
    case .scan: .plain(\.attention.scan)
    case .rate: .plain(\.elementwise.rate)
    case .layer: .plain(\.elementwise.layer)
    case .backward: .plain(\.elementwise.backward)
    case .dropout: .plain(\.elementwise.dropout)
    case .scoresForward: .plain(\.elementwise.scoresForward)
    case .scoresBackward: .plain(\.elementwise.scoresBackward)
    case .castDelayed: .plain(\.elementwise.castDelayed)
    case .castCurrent: .plain(\.elementwise.castCurrent)
    case .castBlocks32: .plain(\.elementwise.castBlocks32)
    case .castBlocks16: .plain(\.elementwise.castBlocks16)
    case .permute: .plain(\.elementwise.permute)
    case .router: .plain(\.elementwise.router)
    case .convolution: .plain(\.elementwise.convolution)
    case .layerForward: .time(\.host.layerForward)
    case .layerBackward: .time(\.host.layerBackward)
    case .mixture: .time(\.host.mixture)
    case .captured: .plain(\.host.captured)
    case .mixtureWait: .time(\.host.mixtureWait)
    case .dispatchWait: .time(\.host.dispatchWait)
    case .perExpert: .time(\.host.perExpert)
    case .step: .time(\.host.step)
    case .slowest: .plain(\.host.slowest)
    case .tensor: .plain(\.overlap.tensor)
    case .tensorMost: .plain(\.overlap.tensorMost)
    case .expert: .plain(\.overlap.expert)
    case .contention: .plain(\.overlap.contention)
    case .dataWindow: .plain(\.overlap.dataWindow)
    case .scaleOut: .plain(\.network.scaleOut)
    case .expertScaleOut: .plain(\.network.expertScaleOut)
    case .allToAll: .plain(\.network.allToAll)
    case .deduplicated: .plain(\.network.deduplicated)
    case .send: .plain(\.network.send)
    }
  }

  private enum Place {
    case plain(WritableKeyPath<TrainingPlatform, Calibrated<Double>>)
    case time(WritableKeyPath<TrainingPlatform, Calibrated<Seconds>>)
    case passes(WritableKeyPath<TrainingPlatform, TrainingPlatform.Attention.Pass>)
  }

  private var perSecond: Double { unit == "us" ? 1e6 : 1e3 }

  func value(in platform: TrainingPlatform) -> Double {
    switch place {
    case .plain(let path): platform[keyPath: path].value
    case .time(let path): platform[keyPath: path].value.value * perSecond
    case .passes(let path): platform[keyPath: path].forward.value
    }
  }

  /// Whether a platform's value was found by a fit; it is a prior elsewhere.
  func isFitted(in platform: TrainingPlatform) -> Bool {
    func isFitted<Value>(_ fact: Calibrated<Value>) -> Bool {
      !fact.identifiedBy.isEmpty || fact.source.hasPrefix("supernode calibrate")
    }
    return switch place {
    case .plain(let path): isFitted(platform[keyPath: path])
    case .time(let path): isFitted(platform[keyPath: path])
    case .passes(let path): isFitted(platform[keyPath: path].forward)
    }
  }

  /// Both passes of attention keep their ratio.
  func set(_ value: Double, in platform: inout TrainingPlatform) {
    switch place {
    case .plain(let path): platform[keyPath: path].value = value
    case .time(let path): platform[keyPath: path].value = Seconds(value / perSecond)
    case .passes(let path):
      let ratio = value / platform[keyPath: path].forward.value
      platform[keyPath: path].forward.value = value
      platform[keyPath: path].backward.value *= ratio
    }
  }

  /// Fields of a file that has it, each with what it is of the value.
  func fields(in platform: TrainingPlatform) -> [(field: String, share: Double)] {
    guard case .passes(let path) = place else { return [(rawValue, 1)] }
    let pass = platform[keyPath: path]
    return [("\(rawValue).forward", 1), ("\(rawValue).backward", pass.backward.value / pass.forward.value)]
  }
}
