/// What an engine knows of a request beside what every instance knows.
struct EngineRequest: Sendable {
  enum Stage: UInt8, Sendable {
    /// Not in an engine's hands.
    case outside
    /// In the inbox or the queue.
    case waiting
    /// Admitted, its prompt not computed to the end.
    case prefilling
    /// Its prompt is computed; it decodes from the next step on.
    case joining
    case decoding
    /// Its keys and values are on the way, blocks are held for them.
    case receiving
    /// It has all of its tokens and holds memory until the scheduler has seen that.
    case finished
  }

  var stage = Stage.outside
  var rank: Int32 = 0
  /// Tokens to have keys and values before it can decode: the prompt, and what had been sent when it was preempted.
  var target: Int32 = 0
  /// Of these, computed or found.
  var computed: Int32 = 0
  /// Tokens sent.
  var produced: Int32 = 0
  /// Nameless blocks held, while it does not decode.
  var blocks: Int32 = 0
  /// Prefix units used.
  var units: Int32 = 0
  /// Tokens sent when it began to decode.
  var base: Int32 = 0
  /// The rank's decode steps when it began to decode, and those after which it has all of its tokens.
  var joined = 0
  var due = 0
  /// Key in the table of growth.
  var key: Int32 = 0
  /// Smaller goes first.
  var priority: Int32 = 0
  /// Order of admission on its rank.
  var admission = 0
  /// The step in which it was given blocks last.
  var granted = -1
  /// Times that it was preempted.
  var preemptions: Int32 = 0
  /// Neighbours in the list of running requests.
  var before: Int32 = -1
  var after: Int32 = -1
  /// Neighbours in the calendar, and the place there; -1 where it is in none.
  var calendarNext: Int32 = -1
  var calendarPrevious: Int32 = -1
  var calendarPlace: Int32 = -1
  /// When it was last sent a token.
  var lastSent: Int64 = 0
  /// Where its prompt was computed, and what it still holds there.
  var source = Source()

  struct Source: Sendable {
    var instance: Int32 = -1
    var rank: Int32 = 0
    var blocks: Int32 = 0
    var units: Int32 = 0
  }
}

/// What will happen after which decode step of a rank: a ring of lists, linked through the requests; O(1) to enter and
/// to leave. What lies further ahead than the ring is long comes round again.
struct StepCalendar: Sendable {
  private static let length = 4096
  private var heads = [Int32](repeating: -1, count: length)
  private var occupied = [UInt64](repeating: 0, count: length / 64)

  @inline(__always) mutating func insert(_ slot: Int32, at step: Int, _ requests: inout [EngineRequest]) {
    let place = step & (Self.length - 1)
    let head = heads[place]
    requests[Int(slot)].calendarNext = head
    requests[Int(slot)].calendarPrevious = -1
    requests[Int(slot)].calendarPlace = Int32(place)
    if head >= 0 { requests[Int(head)].calendarPrevious = slot }
    heads[place] = slot
    occupied[place >> 6] |= 1 << UInt64(place & 63)
  }

  @inline(__always) mutating func remove(_ slot: Int32, _ requests: inout [EngineRequest]) {
    let own = requests[Int(slot)]
    guard own.calendarPlace >= 0 else { return }
    let place = Int(own.calendarPlace)
    if own.calendarPrevious >= 0 {
      requests[Int(own.calendarPrevious)].calendarNext = own.calendarNext
    } else {
      heads[place] = own.calendarNext
      if own.calendarNext < 0 { occupied[place >> 6] &= ~(1 << UInt64(place & 63)) }
    }
    if own.calendarNext >= 0 { requests[Int(own.calendarNext)].calendarPrevious = own.calendarPrevious }
    requests[Int(slot)].calendarPlace = -1
  }

  /// The head of the list of `step`; -1 where it is empty.
  @inline(__always) func head(_ step: Int) -> Int32 { heads[step & (Self.length - 1)] }

  /// Steps from `step` to the next place with someone in it, at least 1; the ring's length when it is empty.
  func distance(from step: Int) -> Int {
    var ahead = 1
    while ahead < Self.length {
      let place = (step + ahead) & (Self.length - 1)
      let word = occupied[place >> 6] >> UInt64(place & 63)
      if word != 0 { return ahead + word.trailingZeroBitCount }
      ahead += 64 - place & 63
    }
    return Self.length
  }
}
