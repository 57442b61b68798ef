/// Hashed prompt blocks that are kept, least recently used first out.
///
/// A table of 64-bit words (32 bits of hash, 32 of slot; linear probing, deletion by backward shift) over dense slots
/// in a doubly linked list. 16 bytes a block and 8 a table place at a load of at most ⅝: 38 MB for 1.3 million blocks.
/// Blocks of a prompt are used last to first, so that its beginning outlives its end.
struct BlockCache: Sendable {
  private struct Slot: Sendable {
    var hash: UInt64
    var newer: Int32
    var older: Int32
  }
  let capacity: Int
  /// Slot 0 is the list's anchor: its `older` is the newest block, its `newer` the oldest.
  private var slots: [Slot] = [Slot(hash: 0, newer: 0, older: 0)]
  private var table: [UInt64]
  private var mask: Int
  private var homeShift: UInt64
  private var scratch: [Int32] = []
  private(set) var inserted = 0
  private(set) var evicted = 0

  init(capacity: Int) {
    precondition(capacity > 0 && capacity < Int(Int32.max) / 2, "a cache of \(capacity) blocks")
    self.capacity = capacity
    table = [UInt64](repeating: 0, count: 64)
    mask = 63
    homeShift = 26
  }

  var count: Int { slots.count - 1 }

  /// Leading blocks of a prompt that are here; uses none of them.
  func leading(_ hashes: UnsafeBufferPointer<UInt64>) -> Int {
    guard warm(hashes) else { return 0 }
    var run = 0
    while run < hashes.count, find(hashes[run]) != 0 { run += 1 }
    return run
  }

  /// Leading blocks that are here, at most `limit` of them; marks these as used.
  mutating func use(_ hashes: UnsafeBufferPointer<UInt64>, limit: Int) -> Int {
    guard warm(hashes) else { return 0 }
    scratch.removeAll(keepingCapacity: true)
    while scratch.count < limit {
      let slot = find(hashes[scratch.count])
      if slot == 0 { break }
      scratch.append(slot)
    }
    let run = scratch.count
    for index in stride(from: run - 1, through: 0, by: -1) { makeNewest(scratch[index]) }
    return run
  }

  /// Keeps all the blocks of a prompt, marks them as used and lets the oldest go where there is no room.
  mutating func insert(_ hashes: UnsafeBufferPointer<UInt64>) {
    _ = warm(hashes)
    if count + hashes.count > capacity { warmOldest(hashes.count) }
    for index in stride(from: hashes.count - 1, through: 0, by: -1) {
      let hash = hashes[index]
      let present = find(hash)
      if present != 0 { makeNewest(present) } else { add(hash) }
    }
  }

  /// Reads every block's home in the table, so that their cache misses overlap instead of following one another.
  private func warm(_ hashes: UnsafeBufferPointer<UInt64>) -> Bool {
    var any: UInt64 = 0
    for hash in hashes { any |= table[home(Self.scatter(hash))] }
    return any != 0
  }

  /// The same for the blocks that may have to go.
  private func warmOldest(_ most: Int) {
    var any: UInt64 = 0
    var slot = slots[0].newer
    for _ in 0..<most {
      any |= table[home(Self.scatter(slots[Int(slot)].hash))]
      slot = slots[Int(slot)].newer
    }
    precondition(any != 0 || count == 0, "a cached block is in the table")
  }

  @inline(__always) private static func scatter(_ hash: UInt64) -> UInt64 {
    let bits = (hash ^ hash >> 32) &* 0x9e37_79b9_7f4a_7c15
    return ((bits ^ bits >> 29) &* 0xbf58_476d_1ce4_e5b9) >> 32
  }
  @inline(__always) private func home(_ tag: UInt64) -> Int { Int(tag >> homeShift) }

  @inline(__always) private func find(_ hash: UInt64) -> Int32 {
    let tag = Self.scatter(hash)
    var place = home(tag)
    while true {
      let entry = table[place]
      if entry == 0 { return 0 }
      if entry >> 32 == tag {
        let slot = Int32(truncatingIfNeeded: entry)
        if slots[Int(slot)].hash == hash { return slot }
      }
      place = (place + 1) & mask
    }
  }

  private mutating func add(_ hash: UInt64) {
    var slot: Int32
    if count < capacity {
      slot = Int32(slots.count)
      slots.append(Slot(hash: hash, newer: 0, older: 0))
      if slots.count * 8 > table.count * 5 { grow() }
    } else {
      slot = slots[0].newer
      unlink(slot)
      remove(slot)
      slots[Int(slot)].hash = hash
      evicted += 1
    }
    enter(slot, tag: Self.scatter(hash))
    linkNewest(slot)
    inserted += 1
  }

  private mutating func enter(_ slot: Int32, tag: UInt64) {
    var place = home(tag)
    while table[place] != 0 { place = (place + 1) & mask }
    table[place] = tag << 32 | UInt64(slot)
  }

  private mutating func remove(_ slot: Int32) {
    let tag = Self.scatter(slots[Int(slot)].hash)
    let entry = tag << 32 | UInt64(slot)
    var hole = home(tag)
    while table[hole] != entry { hole = (hole + 1) & mask }
    var place = hole
    while true {
      place = (place + 1) & mask
      let next = table[place]
      if next == 0 { break }
      if (place - home(next >> 32)) & mask >= (place - hole) & mask {
        table[hole] = next
        hole = place
      }
    }
    table[hole] = 0
  }

  private mutating func grow() {
    table = [UInt64](repeating: 0, count: table.count * 2)
    mask = table.count - 1
    homeShift -= 1
    for slot in 1..<slots.count - 1 { enter(Int32(slot), tag: Self.scatter(slots[slot].hash)) }
  }

  @inline(__always) private mutating func unlink(_ slot: Int32) {
    let own = slots[Int(slot)]
    slots[Int(own.newer)].older = own.older
    slots[Int(own.older)].newer = own.newer
  }
  @inline(__always) private mutating func linkNewest(_ slot: Int32) {
    let second = slots[0].older
    slots[Int(slot)].newer = 0
    slots[Int(slot)].older = second
    slots[Int(second)].newer = slot
    slots[0].older = slot
  }
  @inline(__always) private mutating func makeNewest(_ slot: Int32) {
    if slots[0].older == slot { return }
    unlink(slot)
    linkNewest(slot)
  }

  /// The blocks here, newest first; for tests.
  var newestFirst: [UInt64] {
    var hashes: [UInt64] = []
    var slot = slots[0].older
    while slot != 0 {
      hashes.append(slots[Int(slot)].hash)
      slot = slots[Int(slot)].older
    }
    return hashes
  }
}
