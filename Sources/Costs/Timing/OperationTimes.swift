import Units

/// How long operations take on one die: by a roofline, or by a table of measured kernels.
public protocol OperationTimes: Sendable {
  func demand(of operation: Operation) -> OperatorDemand
}
