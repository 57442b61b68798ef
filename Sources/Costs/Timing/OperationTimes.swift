import Units

/// How long operations take on one die: by a roofline, or by a table of measured kernels.
public protocol OperationTimes: Sendable {
  /// What an operation asks of the die; `isCaptured` where its step replays a captured graph.
  func demand(of operation: Operation, isCaptured: Bool) -> OperatorDemand
}
