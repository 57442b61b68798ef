import Simulation

extension RequestBatch {
  /// Adds a request whose block hashes are those appended to `blockHashes` since the one before.
  @inlinable package mutating func append(
    arrival: Instant, promptTokens prompt: Int32, outputTokens output: Int32, priority: Int32 = 0, session: UInt64 = 0,
    delay: Int64 = -1
  ) {
    if session != 0 || !sessions.isEmpty {
      while sessions.count < count {
        sessions.append(0)
        delays.append(-1)
      }
      sessions.append(session)
      delays.append(delay)
    }
    if priority != 0 || !priorities.isEmpty {
      // The first that differs fills in those before it.
      while priorities.count < count { priorities.append(0) }
      priorities.append(priority)
    }
    arrivals.append(arrival)
    promptTokens.append(prompt)
    outputTokens.append(output)
    blockEnds.append(Int32(truncatingIfNeeded: blockHashes.count))
  }

  /// Adds the requests of `range` of another batch.
  mutating func append(_ other: RequestBatch, _ range: Range<Int>) {
    guard !range.isEmpty else { return }
    let firstHash = other.blocks(of: range.lowerBound).lowerBound
    let endHash = other.blocks(of: range.upperBound - 1).upperBound
    if !priorities.isEmpty || !other.priorities.isEmpty {
      while priorities.count < count { priorities.append(0) }
      if other.priorities.isEmpty {
        priorities += repeatElement(0, count: range.count)
      } else {
        priorities.append(contentsOf: other.priorities[range])
      }
    }
    if !sessions.isEmpty || !other.sessions.isEmpty {
      while sessions.count < count {
        sessions.append(0)
        delays.append(-1)
      }
      let hasNone = other.sessions.isEmpty
      sessions += hasNone ? range.map { _ in 0 } : Array(other.sessions[range])
      delays += hasNone ? range.map { _ in -1 } : Array(other.delays[range])
    }
    let shift = Int32(truncatingIfNeeded: blockHashes.count - firstHash)
    arrivals.append(contentsOf: other.arrivals[range])
    promptTokens.append(contentsOf: other.promptTokens[range])
    outputTokens.append(contentsOf: other.outputTokens[range])
    blockHashes.append(contentsOf: other.blockHashes[firstHash..<endHash])
    for end in other.blockEnds[range] { blockEnds.append(end + shift) }
  }

  /// Keeps the first `count` requests.
  mutating func keepFirst(_ count: Int) {
    guard count < self.count else { return }
    blockHashes.removeLast(blockHashes.count - (count == 0 ? 0 : Int(blockEnds[count - 1])))
    let surplus = self.count - count
    arrivals.removeLast(surplus)
    promptTokens.removeLast(surplus)
    outputTokens.removeLast(surplus)
    blockEnds.removeLast(surplus)
    if !priorities.isEmpty { priorities.removeLast(surplus) }
    if !sessions.isEmpty {
      sessions.removeLast(surplus)
      delays.removeLast(surplus)
    }
  }

  /// A batch is full at this many requests, or this many hashes.
  static let usualCount = 1024
  var isFull: Bool { count >= Self.usualCount || blockHashes.count >= 1 << 20 }
}
