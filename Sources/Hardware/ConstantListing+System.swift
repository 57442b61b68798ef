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
    for plane in system.planes {
      guard let exchanges = plane.expertParallel else { continue }
      list.append(ConstantListing("fabric.\(plane.name).startup", exchanges.dispatch.startup))
      for (name, part) in [("dispatch", exchanges.dispatch), ("combine", exchanges.combine)] {
        list.append(ConstantListing("fabric.\(plane.name).\(name).perMessage", part.perMessage))
        list.append(ConstantListing("fabric.\(plane.name).\(name).perDoubling", part.perDoubling))
      }
    }
    let constants = engine.constants
    return list + [
      ConstantListing("engine.operatorLaunch", constants.operatorLaunch),
      ConstantListing("engine.attentionStraggle", constants.attentionStraggle),
      ConstantListing("engine.expertSkew", constants.expertSkew),
      ConstantListing("engine.microbatchJoin", constants.microbatchJoin),
      ConstantListing("engine.sampling", constants.sampling), ConstantListing("engine.stepGap", constants.stepGap),
    ]
  }
}
