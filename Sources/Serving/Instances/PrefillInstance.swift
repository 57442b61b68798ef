import Simulation

/// One prefill instance: requests that wait, the iteration under way, and the memory that it holds.
struct PrefillInstance: Sendable {
  struct Chunk: Sendable {
    var slot: Int32
    var tokens: Int32
  }
  var queue = RequestQueue()
  /// The request whose prompt is partly computed, -1 without.
  var partial: Int32 = -1
  /// Tokens of keys and values held, from a request's first iteration until its hand-off.
  var heldTokens = 0
  /// Tokens routed here and not yet computed.
  var outstandingTokens = 0
  var isBusy = false
  var iteration: [Chunk] = []
  var milliwatts: Int64 = 0
  /// When the link out is free.
  var egressFree: Int64 = 0
}
