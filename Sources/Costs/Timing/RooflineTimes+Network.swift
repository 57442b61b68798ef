import Hardware
import Units

extension RooflineTimes {
  /// An isolated collective, and what a rank waits for the slowest, whatever kernel it takes and whatever it sends.
  func inService(_ shape: Operation.Collective) -> Seconds {
    let isolated = time(of: shape)
    return shape.ranks > 1 && shape.kind != .send ? isolated + collectiveWait : isolated
  }

  /// The fastest kernel that the engine has and the plane was measured with; the fabric's general law elsewhere.
  func time(of shape: Operation.Collective) -> Seconds {
    guard shape.ranks > 1 || shape.kind == .send else { return .zero }
    let (size, ranks) = (shape.size, shape.ranks)
    switch shape.kind {
    case .allReduce:
      let measured = usesMeasured ? collectives.measuredAllReduce(size, ranks: ranks) : nil
      return measured ?? collectives.allReduce(size, ranks: ranks)
    case .allGather:
      let measured = usesMeasured ? collectives.measuredGather(size * Double(ranks), ranks: ranks) : nil
      return measured ?? collectives.allGather(size, ranks: ranks)
    case .reduceScatter:
      let measured = usesMeasured ? collectives.measuredGather(size, ranks: ranks) : nil
      return measured ?? collectives.reduceScatter(size, ranks: ranks)
    case .allToAll:
      let measured = usesMeasured ? collectives.measuredAllToAll(size, ranks: ranks) : nil
      return measured ?? collectives.allToAll(size, ranks: ranks)
    case .send: return fabric.toNextStage(shape.size, stageDies: shape.ranks)
    }
  }

  static func time(of shape: Operation.Exchange, on fabric: Fabric) throws -> ExchangeTime {
    let kind: Fabric.Exchange = shape.isDispatch ? .dispatch : .combine
    if let inner = fabric.system.scaleUp, inner.expertParallel == nil, shape.ranks <= fabric.innerDomain(inner) {
      // Inside a board the network between boards is not used.
      let format = shape.format ?? (shape.isDispatch ? .fp8 : .bf16)
      let local = fabric.localExchange(
        kind, tokens: 1, hidden: shape.hidden, expertsPerToken: shape.expertsPerToken, ranks: shape.ranks,
        format: format)
      if let local { return local }
    }
    let time =
      switch shape.method {
      case .lowLatency:
        fabric.exchange(
          kind, tokens: 1, hidden: shape.hidden, expertsPerToken: shape.expertsPerToken, ranks: shape.ranks,
          format: shape.format)
      case .bulk:
        fabric.bulkExchange(
          kind, tokens: 1, hidden: shape.hidden, expertsPerToken: shape.expertsPerToken, ranks: shape.ranks,
          boardLimit: shape.boardLimit, format: shape.format)
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
    guard read.size.value > 0 else { return .zero }
    let plane = fabric.system.planes[read.plane]
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
