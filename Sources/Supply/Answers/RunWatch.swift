/// What a long run tells while it works, and what it asks; called from any thread.
public struct RunWatch: Sendable {
  /// After each block: how many draws it had.
  var advanced: @Sendable (Int) -> Void
  var isCancelled: @Sendable () -> Bool

  public init(advanced: @escaping @Sendable (Int) -> Void, isCancelled: @escaping @Sendable () -> Bool = { false }) {
    self.advanced = advanced
    self.isCancelled = isCancelled
  }
}

/// A run ended before its last draw because nobody wants it any more.
public struct RunCancelled: Error {
  public init() {}
}

extension SupplyQuestion {
  /// Draws of the scenario and of the worlds beside it; those of sensitivity are not counted.
  public var expectedDraws: Int { draws * (1 + without.count) }

  func checkWanted() throws {
    if watch?.isCancelled() == true { throw RunCancelled() }
  }
}
