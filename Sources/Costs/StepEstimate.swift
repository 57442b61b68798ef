import Units

public enum OperatorKind: String, Codable, Sendable, CaseIterable {
  case projection, attention, denseFeedForward, expertFeedForward, router, vector, dispatch, combine, collective
  case cacheRead, head, host, wait
}

/// What limits an operator.
public enum Bound: String, Codable, Sendable, CaseIterable { case compute, memory, vector, network, latency, host }

/// One operator's share of a step, summed over the layers that have it; per rank.
public struct OperatorCost: Hashable, Sendable {
  public var name: String
  public var kind: OperatorKind
  public var flops: FLOPs
  /// Bytes moved to and from the chip's memory.
  public var bytes: Bytes
  /// Bytes sent over the fabric.
  public var messages: Bytes
  public var time: Seconds
  public var boundBy: Bound
  /// Fraction of the sum of the operators' times, overlapped ones included.
  public var share: Double
  /// 0 is the attention stream, 1 the expert stream.
  public var stream: Int
}

/// A step's duration and where it goes.
public struct StepEstimate: Sendable {
  public var time: Seconds
  public var operators: [OperatorCost]
  public var basis: Basis
  /// Shares of the step in which the matrix cores, and the memory, of a chip are busy.
  public var computeUtilisation: Double
  public var memoryUtilisation: Double
  /// The bound with the greatest share of the operators' times.
  public var boundBy: Bound
  public var microbatches: Int
  /// Share of the cores that the attention stream has while two streams run.
  public var attentionShare: Double
  /// Where the step lies outside what the model was held against.
  public var notes: [String]

  public init(
    time: Seconds, operators: [OperatorCost], basis: Basis, computeUtilisation: Double, memoryUtilisation: Double,
    boundBy: Bound, microbatches: Int, attentionShare: Double, notes: [String] = []
  ) {
    self.time = time
    self.operators = operators
    self.basis = basis
    self.computeUtilisation = computeUtilisation
    self.memoryUtilisation = memoryUtilisation
    self.boundBy = boundBy
    self.microbatches = microbatches
    self.attentionShare = attentionShare
    self.notes = notes
  }
}
