import Hardware
import Units

extension RooflineTimes {
  func time(of shape: Operation.Collective) -> Seconds {
    switch shape.kind {
    case .allReduce: fabric.allReduce(shape.size, ranks: shape.ranks)
    case .allGather: fabric.allGather(shape.size, ranks: shape.ranks)
    case .reduceScatter: fabric.reduceScatter(shape.size, ranks: shape.ranks)
    case .allToAll: fabric.allToAll(shape.size, ranks: shape.ranks)
    }
  }

  static func time(of shape: Operation.Exchange, on fabric: Fabric) throws -> ExchangeTime {
    let kind: Fabric.Exchange = shape.isDispatch ? .dispatch : .combine
    let time =
      switch shape.method {
      case .lowLatency:
        fabric.exchange(
          kind, tokens: 1, hidden: shape.hidden, expertsPerToken: shape.expertsPerToken, ranks: shape.ranks)
      case .bulk:
        fabric.bulkExchange(
          kind, tokens: 1, hidden: shape.hidden, expertsPerToken: shape.expertsPerToken, ranks: shape.ranks,
          boardLimit: shape.boardLimit)
      }
    guard let time else {
      throw Problem(
        "system", "\(fabric.system.name) has no measured expert-parallel exchange over \(shape.ranks) dies",
        wayOut: "use fewer chips, or add 'expertParallel' to one of its planes")
    }
    return time
  }

  /// All but the start-up grows with the tokens.
  func exchange(_ shape: Operation.Exchange, _ demand: inout OperatorDemand) {
    guard let time = oneToken(shape) else { return }
    demand.messages = time.bytes.value * shape.tokens
    demand.wire = time.wire.value * shape.tokens
    // A few vector cores keep the links busy, so the split of the cores between two streams does not divide this.
    demand.fixed = time.startup.value + time.messageWork.value * shape.tokens
  }

  /// Fragments · latency + bytes / bandwidth; a plane of the node first brings each byte once to each node.
  func time(of read: Operation.CacheRead) -> Seconds {
    guard let plane = fabric.system.plane(read.plane), read.size.value > 0 else { return .zero }
    let local = plane.role == .storage ? (fabric.system.scaleUp ?? plane) : plane
    let scope: Plane.Scope = plane.role == .storage ? .intraNode : .interNode
    let rate = fabric.bandwidth(on: local, peer: .host, scope: scope)
    let latency = fabric.latency(on: local, peer: .host, scope: scope)
    var time = latency * read.fragments + read.size * read.share / rate
    if plane.role == .storage {
      let perNode = fabric.nameplate(of: plane) * plane.utilisation.value * Double(fabric.ranksPerNode)
      time = time + read.size / perNode
    }
    return time
  }
}
