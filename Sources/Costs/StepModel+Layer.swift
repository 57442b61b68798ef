import Hardware
import Units

/// One layer of a decode step, as the papers' breakdowns measure it.
public struct DecodeLayerTimes: Sendable, Hashable {
  /// Both microbatches, or the one pass.
  public var layer: Seconds
  /// The attention stream of one microbatch.
  public var attentionStream: Seconds
  /// The expert stream of one microbatch, waiting included.
  public var expertStream: Seconds
  /// Dispatch, and combine, as a rank sees them in service: the exchange and the wait for the slowest.
  public var dispatchInService: Seconds
  public var combineInService: Seconds
}

extension StepModel {
  /// The last layer of the model (a layer of experts, where there are any) in a decode step.
  ///
  /// Requests and context are those of one rank; `attentionShare` fixes the split of the cores instead of the engine's choice.
  public func decodeLayer(
    requestsPerRank requests: Double, contextTokensPerRank context: Double, attentionShare: Double? = nil
  ) -> DecodeLayerTimes {
    let resolved = resolveDecode(requests, context)
    let part = attentionShare == nil ? 1 / Double(resolved.microbatches) : 0.5
    let index = max(0, architecture.layers.count - 1)
    var layer = decodeLayers(requests: requests * part, context: context * part)[index]
    layer.count = 1
    let share = attentionShare ?? resolved.attentionShare
    let isSplit = part < 1 && share < 1
    let rest = isSplit ? 1 - share : 1
    let whole =
      part < 1 ? (engine.decode.overlap == .coreSplit ? splitTime([layer]).0 : wireTime([layer])) : layer.onePass()
    let attention = layer.attentionTime(share: share)
    let wait = layer.straggle * attention
    func exchange(_ kind: OperatorKind) -> Double {
      layer.experts.filter { $0.kind == kind }.reduce(0) { $0 + $1.time(share: rest) }
    }
    return DecodeLayerTimes(
      layer: Seconds(whole), attentionStream: Seconds(attention),
      expertStream: Seconds(layer.expertTime(share: rest) + layer.skewTime(share: rest) + wait),
      dispatchInService: Seconds(exchange(.dispatch) + wait),
      combineInService: Seconds(exchange(.combine) + layer.skewTime(share: rest)))
  }

  /// FLOPs over peak · time of one matrix product, rows × depth times depth × columns, on one die.
  public func matrixUtilisation(rows: Int, depth: Int, columns: Int) -> Double {
    let demand = builder.product("matrix product", .expertFeedForward, rows: Double(rows), depth: depth, columns: columns)
    return demand.flops / (builder.weightPeak * demand.compute)
  }
}
