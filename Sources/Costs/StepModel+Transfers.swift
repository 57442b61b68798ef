import Hardware
import Units
import Models

extension Architecture {
  /// Keys and values of one token over all layers, draft layers included.
  public func keyValueBytesPerToken(_ format: NumberFormat) -> Bytes {
    var values = 0
    for group in layers { values += group.count * group.attention.keyValueWidth }
    if let last = layers.last { values += multiTokenPredictionLayers * last.attention.keyValueWidth }
    return Bytes(Double(values) * format.bytes)
  }
}

extension Attention {
  /// Cached values per token and layer.
  public var keyValueWidth: Int {
    switch self {
    case .grouped(let shape): 2 * shape.keyValueHeads * shape.headDimension
    case .latent(let shape): shape.keyValueRank + shape.ropeDimension
    }
  }
}

extension StepModel {
  public var keyValueBytesPerToken: Bytes { architecture.keyValueBytesPerToken(precision.keyValue) }

  /// Reading cached prefixes from the pool into the dies of this instance before a step.
  ///
  /// Each layer of each block lies in `fragmentsPerLayer` pieces. In pooled prefill every die needs the latents of all
  /// requests, so each reads them all: fragments · latency + bytes / bandwidth. A plane of the node first brings each
  /// byte
  /// once to each node.
  func cacheRead(tokens: Double, plane: Plane) -> Seconds {
    guard tokens > 0 else { return .zero }
    let layers = Double(architecture.layerCount)
    let pieces = Double(engine.cache.fragmentsPerLayer.value) * layers
    let fragments = (tokens / Double(engine.cache.blockTokens.value)).rounded(.up) * pieces
    let size = keyValueBytesPerToken * tokens
    let pooled = ranks == 1 && plan.phase == .prefill
    let replicas = pooled ? 1.0 : 1 / Double(plan.tensorParallel)
    let local = plane.role == .storage ? (system.scaleUp ?? plane) : plane
    let scope: Plane.Scope = plane.role == .storage ? .intraNode : .interNode
    let rate = fabric.bandwidth(on: local, peer: .host, scope: scope)
    let latency = fabric.latency(on: local, peer: .host, scope: scope)
    var time = latency * fragments + size * replicas / rate
    if plane.role == .storage {
      let perNode = fabric.nameplate(of: plane) * plane.utilisation.value * Double(fabric.ranksPerNode)
      time = time + size / perNode
    }
    return time
  }
}
