import Formats
import Units

extension HuggingFaceFamily {
  func experts(of keys: MixtureKeys, from reader: inout ConfigReader) -> MixtureOfExperts {
    let experts = reader.count(keys.experts, maximum: 8192)
    let zero = keys.zeroExperts.flatMap { reader.optionalCount($0, minimum: 0, maximum: 8192) } ?? 0
    let perToken = reader.count(keys.perToken)
    if perToken > experts + zero {
      reader.fail(
        keys.perToken, "\(perToken) is more than the \(experts) experts of \(keys.experts)",
        wayOut: "see the config.json of the model's makers")
    }
    let intermediateSize = reader.count(keys.intermediateSize)
    let shared = Self.shared(keys.shared, routed: intermediateSize, from: &reader)
    let groups = keys.routingGroups.flatMap { reader.optionalCount($0) } ?? keys.fixedGroups
    let kept = reader.optionalCount(keys.keptGroups) ?? groups
    if kept > groups {
      reader.fail(
        keys.keptGroups, "\(kept) is more than the \(groups) groups of experts",
        wayOut: "see the config.json of the model's makers")
    }
    return MixtureOfExperts(
      experts: experts, expertsPerToken: perToken, intermediateSize: intermediateSize, sharedExperts: shared.count,
      sharedIntermediateSize: shared.width, hasSharedGate: keys.hasSharedGate && shared.count > 0,
      routingGroups: groups, keptGroups: kept, hasRouterBias: Self.hasRouterBias(keys, reader),
      isGated: keys.isGated, hasExpertBiases: keys.hasExpertBiases,
      latentSize: keys.latentSize.flatMap { reader.optionalCount($0) }, zeroExperts: zero)
  }

  private static func shared(
    _ shared: Shared, routed: Int, from reader: inout ConfigReader
  ) -> (count: Int, width: Int) {
    switch shared {
    case .none: return (0, 0)
    case .one: return (1, routed)
    case .count(let key): return (reader.optionalCount(key, minimum: 0, maximum: 1024) ?? 0, routed)
    case .width(let key):
      let width = reader.optionalCount(key, minimum: 0) ?? 0
      return (width > 0 ? 1 : 0, width)
    }
  }

  private static func hasRouterBias(_ keys: MixtureKeys, _ reader: ConfigReader) -> Bool {
    switch keys.hasRouterBias {
    case .always: true
    case .never: false
    case .whereKey(let key, let text): reader.field(key)?.text == text
    }
  }
}
