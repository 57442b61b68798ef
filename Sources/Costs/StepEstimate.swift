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
  /// How well its constants are grounded.
  public var basis = Basis.prior
  /// Fraction of the sum of the operators' times, overlapped ones included.
  public var share: Double
  /// 0 is the attention stream, 1 the expert stream.
  public var stream: Int
}

/// A step's duration and where it goes.
public struct StepEstimate: Sendable {
  public var time: Seconds
  public var operators: [OperatorCost]
  /// The weakest of its operators'.
  public var basis: Basis
  /// Fractions of the operators' times by what they rest on.
  public var shares: [BasisShare] { operators.basisShares }
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

/// How much of a step's time rests on one basis.
public struct BasisShare: Hashable, Sendable {
  public var basis: Basis
  public var share: Double
}

extension [OperatorCost] {
  /// In the order of `Basis`; what takes no time counts nowhere.
  var basisShares: [BasisShare] {
    let sum = reduce(0) { $0 + $1.time.value }
    guard sum > 0 else { return [] }
    return Basis.allCases.compactMap { basis in
      let part = reduce(0) { $1.basis == basis ? $0 + $1.time.value : $0 }
      return part > 0 ? BasisShare(basis: basis, share: part / sum) : nil
    }
  }

  /// The weakest of what takes time.
  var weakestBasis: Basis? { filter { $0.time > .zero }.map(\.basis).min() }
}
