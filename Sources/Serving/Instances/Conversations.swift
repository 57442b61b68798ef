import Simulation
import Workloads

/// Turns that wait for the answer before them, and then for a think time.
///
/// Memory: the turns that were read and not sent, the conversations that have one in flight, and when the last million
/// others had their answer.
struct Conversations {
  /// A request that is not sent yet.
  struct Turn {
    var arrival: Int64
    var prompt: Int32
    var output: Int32
    var priority: Int32
    var session: UInt64
    /// Picoseconds after the answer before it; negative for none.
    var delay: Int64
    var hashes: [UInt64]
  }

  /// Turns whose time is known.
  private var due = Agenda<Turn>()
  /// Turns behind one that is in flight or due, by conversation.
  private var behind: [UInt64: [Turn]] = [:]
  private var sessionInFlight: [Int: UInt64] = [:]
  private var ends = RecentTable()
  private(set) var waiting = 0

  var isEmpty: Bool { due.isEmpty && waiting == 0 }
  /// When the next turn is to be sent; `.never` where all wait for an answer.
  var nextInstant: Instant { due.nextInstant }

  /// Takes the `index`-th request of a batch; it becomes due now, or when the turn before it has its answer.
  mutating func read(_ index: Int, of batch: RequestBatch) {
    let turn = Turn(
      arrival: batch.arrivals[index].picoseconds, prompt: batch.promptTokens[index],
      output: batch.outputTokens[index], priority: batch.priorities.isEmpty ? 0 : batch.priorities[index],
      session: batch.sessions[index], delay: batch.delays[index],
      hashes: Array(batch.blockHashes[batch.blocks(of: index)]))
    if behind[turn.session] != nil {
      behind[turn.session]?.append(turn)
      waiting += 1
    } else {
      behind[turn.session] = []
      schedule(turn)
    }
  }

  private mutating func schedule(_ turn: Turn) {
    var instant = turn.arrival
    if let end = ends[turn.session] {
      let (sum, overflow) = end.addingReportingOverflow(max(0, turn.delay))
      instant = max(instant, overflow ? .max - 1 : sum)
    }
    due.schedule(turn, at: Instant(picoseconds: instant))
  }

  /// The turn that is due, about to be sent as the request of this number.
  mutating func take(as number: Int) -> Turn? {
    guard let (_, turn) = due.next() else { return nil }
    sessionInFlight[number] = turn.session
    return turn
  }

  /// A request has left: the next turn of its conversation is due a think time later.
  mutating func ended(_ number: Int, at instant: Int64) {
    guard let session = sessionInFlight.removeValue(forKey: number) else { return }
    ends[session] = instant
    guard var queue = behind[session], !queue.isEmpty else {
      behind[session] = nil
      return
    }
    let turn = queue.removeFirst()
    waiting -= 1
    behind[session] = queue
    schedule(turn)
  }
}
