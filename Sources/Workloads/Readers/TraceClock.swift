import Formats
import Simulation

/// The clock of a trace, made relative to the first request, and its conversations.
struct TraceClock {
  /// The first request's clock; nil before it.
  private var origin: (seconds: Int64, picoseconds: Int64)?
  private var last = Instant.zero
  /// Of a request that comes before the one above it.
  static let isEarlier = "arrives before the request above it"
  /// Beyond what an instant holds.
  static let isLate = "arrives more than 106 days after the first request"
  /// The conversation of each chat.
  private var chats = RecentTable()
  /// When the last answer of each conversation ended in the service that was logged.
  private var ends = RecentTable()

  /// The line with the conversation to which its chat belongs.
  mutating func linked(_ parsed: JSONLine.Parsed) -> TraceLine {
    var line = parsed.line
    guard let chat = parsed.chat else { return line }
    let own = UInt64(bitPattern: Int64(chat))
    var root = own
    if let parent = parsed.parent, parent >= 0 {
      root = chats[UInt64(parent)].map(UInt64.init(bitPattern:)) ?? UInt64(parent)
    }
    chats[own] = Int64(bitPattern: root)
    line.session = root &+ 1 == 0 ? 1 : root &+ 1
    return line
  }

  /// Appends the request of a line whose hashes are in the batch.
  @inline(__always) mutating func append(_ line: TraceLine, to batch: inout RequestBatch) throws(LineFault) {
    let arrival = try arrival(of: line)
    last = arrival
    var delay = line.delay
    if line.session != 0, line.elapsed >= 0 {
      if let end = ends[line.session] { delay = max(0, arrival.picoseconds - end) }
      let (end, overflow) = arrival.picoseconds.addingReportingOverflow(line.elapsed)
      ends[line.session] = overflow ? .max : end
    }
    batch.append(
      arrival: arrival, promptTokens: line.promptTokens, outputTokens: line.outputTokens, priority: line.priority,
      session: line.session, delay: delay)
  }

  @inline(__always) private mutating func arrival(of line: TraceLine) throws(LineFault) -> Instant {
    if line.hasNoClock { return last }
    guard let origin else {
      origin = (line.seconds, line.picoseconds)
      return last
    }
    let (seconds, overflow) = line.seconds.subtractingReportingOverflow(origin.seconds)
    guard !overflow, seconds < 106 * 86_400 else {
      throw LineFault(Self.isLate)
    }
    guard seconds >= 0 else { throw LineFault(Self.isEarlier) }
    let arrival = seconds * 1_000_000_000_000 + (line.picoseconds - origin.picoseconds)
    guard arrival >= last.picoseconds else { throw LineFault(Self.isEarlier) }
    return Instant(picoseconds: arrival)
  }
}

/// The last million numbers that were given a value.
package struct RecentTable {
  private var values: [UInt64: Int64] = [:]
  private var order: [UInt64] = []
  private var oldest = 0
  private static let most = 1 << 20

  package init() {}

  package subscript(key: UInt64) -> Int64? {
    get { values[key] }
    set {
      if values.updateValue(newValue ?? 0, forKey: key) != nil { return }
      if order.count < Self.most { return order.append(key) }
      values[order[oldest]] = nil
      order[oldest] = key
      oldest = (oldest + 1) % Self.most
    }
  }
}

/// All requests of a trace in memory.
struct LoadedTrace {
  private(set) var lines: [TraceLine]
  var hashes: [UInt64] = []
  private var hashRanges: [Range<Int>] = []
  private var order: [Int] = []
  private var next = 0

  init(lines: [TraceLine]) {
    self.lines = lines
    order = Array(lines.indices)
  }

  mutating func append(_ line: TraceLine, hashesFrom start: Int) {
    order.append(lines.count)
    lines.append(line)
    hashRanges.append(start..<hashes.count)
  }

  /// By arrival, ties as in the file; lines without one stay with the line above.
  mutating func sort() {
    var times = lines
    for index in times.indices.dropFirst() where times[index].hasNoClock {
      (times[index].seconds, times[index].picoseconds) = (times[index - 1].seconds, times[index - 1].picoseconds)
    }
    order.sort { left, right in
      (times[left].seconds, times[left].picoseconds, left) < (times[right].seconds, times[right].picoseconds, right)
    }
  }

  /// Fills the batch; at a request that cannot be, says why and which of the sorted ones it is.
  mutating func read(
    into batch: inout RequestBatch, _ clock: inout TraceClock
  ) -> (fault: LineFault, request: Int)? {
    while next < order.count, !batch.isFull {
      let index = order[next]
      next += 1
      let before = batch.blockHashes.count
      if !hashRanges.isEmpty { batch.blockHashes.append(contentsOf: hashes[hashRanges[index]]) }
      do throws(LineFault) {
        try clock.append(lines[index], to: &batch)
      } catch {
        batch.blockHashes.removeLast(batch.blockHashes.count - before)
        return (error, next)
      }
    }
    return nil
  }
}
