/// One request in flight.
struct RequestState: Sendable {
  /// Order of arrival, from 0.
  var number = 0
  var arrival: Int64 = 0
  /// Start of its first prefill iteration.
  var scheduled: Int64 = 0
  /// When the first token is sent: at the end of its prefill, or after its first decode step.
  var firstToken: Int64 = 0
  /// When its prompt was computed, where it decodes elsewhere and the first token comes from there; else 0.
  var handedOver: Int64 = 0
  /// When a decode rank was reserved.
  var assigned: Int64 = 0
  /// When its keys and values had arrived there.
  var transferred: Int64 = 0
  var promptTokens: Int32 = 0
  var outputTokens: Int32 = 0
  /// Prompt tokens found in the cache.
  var cachedTokens: Int32 = 0
  /// Prompt tokens computed so far.
  var computedTokens: Int32 = 0
  /// Tokens by which it counts as load of its prefill instance while it waits.
  var expectedTokens: Int32 = 0
  var prefillInstance: Int32 = 0
  var decodeInstance: Int32 = -1
  var rank: Int32 = -1
  /// Decode steps that it takes.
  var steps: Int32 = 0
  /// Index of its first step among those of its instance.
  var firstStep = 0
  /// The next in whatever list holds it; -1 at the end.
  var next: Int32 = -1
  var blockStart: Int32 = 0
  var blockCount: Int32 = 0
}

/// Requests in flight at dense places that are used again; their block hashes in runs of power-of-two length.
struct RequestSlots: Sendable {
  var states: [RequestState] = []
  /// What engines know of them; empty where there is none.
  var engine: [EngineRequest] = []
  private var firstFree: Int32 = -1
  private(set) var inUse = 0
  private(set) var hashes: [UInt64] = []
  /// Starts of free runs of length 2^index.
  private var freeRuns: [[Int32]] = [[Int32]](repeating: [], count: 32)

  @inline(__always) subscript(slot: Int32) -> RequestState {
    _read { yield states[Int(slot)] }
    _modify { yield &states[Int(slot)] }
  }

  mutating func allocate() -> Int32 {
    inUse += 1
    if firstFree >= 0 {
      let slot = firstFree
      firstFree = states[Int(slot)].next
      states[Int(slot)] = RequestState()
      return slot
    }
    states.append(RequestState())
    return Int32(states.count - 1)
  }

  mutating func release(_ slot: Int32) {
    retire()
    recycle(slot)
  }

  /// A request leaves the count of those in flight; its place stays its own.
  mutating func retire() { inUse -= 1 }

  /// The place of a retired request may be used again.
  mutating func recycle(_ slot: Int32) {
    dropBlocks(of: slot)
    states[Int(slot)].next = firstFree
    firstFree = slot
  }

  mutating func keepBlocks(_ source: UnsafeBufferPointer<UInt64>, of slot: Int32) {
    guard !source.isEmpty else { return }
    let order = Self.order(source.count)
    var start: Int
    if let run = freeRuns[order].popLast() {
      start = Int(run)
    } else {
      start = hashes.count
      hashes.append(contentsOf: repeatElement(0, count: 1 << order))
    }
    states[Int(slot)].blockStart = Int32(start)
    states[Int(slot)].blockCount = Int32(source.count)
    hashes.withUnsafeMutableBufferPointer { target in
      for index in 0..<source.count { target[start + index] = source[index] }
    }
  }

  mutating func dropBlocks(of slot: Int32) {
    let count = Int(states[Int(slot)].blockCount)
    guard count > 0 else { return }
    freeRuns[Self.order(count)].append(states[Int(slot)].blockStart)
    states[Int(slot)].blockCount = 0
  }

  private static func order(_ count: Int) -> Int { Int.bitWidth - max(0, count - 1).leadingZeroBitCount }

  @inline(__always)
  func withBlocks<Result>(of slot: Int32, _ body: (UnsafeBufferPointer<UInt64>) -> Result) -> Result {
    let start = Int(states[Int(slot)].blockStart)
    let count = Int(states[Int(slot)].blockCount)
    return hashes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[start..<start + count])) }
  }
}

/// First in, first out, linked through the requests' `next`.
struct RequestQueue: Sendable {
  private(set) var first: Int32 = -1
  private var last: Int32 = -1
  private(set) var count = 0

  @inline(__always) mutating func append(_ slot: Int32, _ slots: inout RequestSlots) {
    slots[slot].next = -1
    if count == 0 { first = slot } else { slots[last].next = slot }
    last = slot
    count += 1
  }

  /// Not empty.
  @inline(__always) mutating func removeFirst(_ slots: RequestSlots) -> Int32 {
    let slot = first
    first = slots.states[Int(slot)].next
    count -= 1
    return slot
  }
}

/// Who leaves after which step: a ring of lists, O(1) a request; one further ahead than the ring is long comes round
/// again.
struct DepartureCalendar: Sendable {
  private static let length = 4096
  private var heads = [Int32](repeating: -1, count: length)
  private var occupied = [UInt64](repeating: 0, count: length / 64)

  @inline(__always) mutating func insert(_ slot: Int32, after step: Int, _ slots: inout RequestSlots) {
    let place = step & (Self.length - 1)
    slots[slot].next = heads[place]
    heads[place] = slot
    occupied[place >> 6] |= 1 << UInt64(place & 63)
  }

  /// Empties the place of `step` and returns the head of its list.
  @inline(__always) mutating func take(_ step: Int) -> Int32 {
    let place = step & (Self.length - 1)
    let head = heads[place]
    heads[place] = -1
    occupied[place >> 6] &= ~(1 << UInt64(place & 63))
    return head
  }

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
