import Units

extension ConstantListing {
  /// Every constant by which a prediction on this machine with this engine may be tuned, in a fixed order.
  public static func all(system: System, chip: Chip, engine: Engine) -> [ConstantListing] {
    let efficiency = chip.efficiency
    var list = [
      ConstantListing("chip.matrix", efficiency.matrix),
      ConstantListing("chip.matrixHalfDepth", efficiency.matrixHalfDepth),
      ConstantListing("chip.attention", efficiency.attention), ConstantListing("chip.memory", efficiency.memory),
      ConstantListing("chip.vector", efficiency.vector),
    ]
    for plane in system.planes { list += constants(of: plane) }
    let constants = engine.constants
    return list + [
      ConstantListing("engine.operatorLaunch", constants.operatorLaunch),
      ConstantListing("engine.attentionStraggle", constants.attentionStraggle),
      ConstantListing("engine.expertSkew", constants.expertSkew),
      ConstantListing("engine.microbatchJoin", constants.microbatchJoin),
      ConstantListing("engine.sampling", constants.sampling), ConstantListing("engine.stepGap", constants.stepGap),
    ]
  }
  /// A plane's share of its nameplate, its exchanges between experts (one start-up for both directions), its measured
  /// paths.
  private static func constants(of plane: Plane) -> [ConstantListing] {
    let place = "fabric.\(plane.name)"
    var list = [ConstantListing("\(place).utilisation", plane.utilisation)]
    if let exchanges = plane.expertParallel {
      list.append(ConstantListing("\(place).startup", exchanges.dispatch.startup))
      for (name, part) in [("dispatch", exchanges.dispatch), ("combine", exchanges.combine)] {
        list.append(ConstantListing("\(place).\(name).perMessage", part.perMessage))
        list.append(ConstantListing("\(place).\(name).perDoubling", part.perDoubling))
        list.append(ConstantListing("\(place).\(name).bandwidth", part.bandwidth))
      }
    }
    for path in plane.paths ?? [] {
      let name = "\(place).\(path.operation.rawValue).\(path.peer.rawValue).\(path.scope.rawValue)"
      list.append(ConstantListing("\(name).bandwidth", path.bandwidth))
      list.append(ConstantListing("\(name).latency", path.latency))
    }
    return list
  }
}
