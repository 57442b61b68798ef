/// The blocks of keys and values of one rank, with the prefixes that are kept in them.
///
/// A block is in use by requests, or free. Free blocks that hold a known prefix can be found again until they are
/// taken; they are taken in the order in which they were freed, never-used ones first.
/// `Documentation/Models/Engines.md` has the rules.
struct KeyValueMemory: Sendable {
  /// A prefix unit, or a run of nameless free blocks, in the list of free blocks.
  private struct Entry: Sendable {
    var hash: UInt64 = 0
    /// Blocks; for a unit always the unit's.
    var blocks: Int32 = 0
    /// Requests that use the unit; free ones are in the list.
    var users: Int32 = 0
    var newer: Int32 = 0
    var older: Int32 = 0
    var isUnit = false
  }

  let total: Int
  /// Blocks in a prefix unit.
  let unitBlocks: Int
  private(set) var free: Int
  /// Never used so far.
  private var fresh: Int
  private(set) var inserted = 0
  private(set) var evicted = 0
  /// Entry 0 is the list's anchor: its `older` is the newest entry, its `newer` the oldest.
  private var entries = [Entry()]
  private var spare: [Int32] = []
  private var places: [UInt64: Int32] = [:]

  init(total: Int, unitBlocks: Int) {
    self.total = total
    self.unitBlocks = unitBlocks
    free = total
    fresh = total
  }

  var units: Int { places.count }

  /// Leading units that are here.
  func leading(_ hashes: UnsafeBufferPointer<UInt64>, limit: Int) -> Int {
    if places.isEmpty { return 0 }
    var run = 0
    while run < min(limit, hashes.count), places[hashes[run]] != nil { run += 1 }
    return run
  }

  /// Free blocks among the first `count` units, which using them would take out of the free ones.
  func freeBlocks(_ hashes: UnsafeBufferPointer<UInt64>, count: Int) -> Int {
    var blocks = 0
    for index in 0..<count {
      if let place = places[hashes[index]], entries[Int(place)].users == 0 { blocks += unitBlocks }
    }
    return blocks
  }

  /// Uses the first `count` units, all of which are here.
  mutating func use(_ hashes: UnsafeBufferPointer<UInt64>, count: Int) {
    for index in 0..<count {
      guard let place = places[hashes[index]] else { preconditionFailure("a unit that was found is there") }
      if entries[Int(place)].users == 0 {
        unlink(place)
        free -= unitBlocks
      }
      entries[Int(place)].users += 1
    }
  }

  /// Takes blocks, which are free, letting go of the oldest prefixes where needed.
  mutating func take(_ blocks: Int) {
    precondition(blocks <= free, "blocks that are taken are free")
    free -= blocks
    let unused = min(fresh, blocks)
    fresh -= unused
    var rest = blocks - unused
    while rest > 0 {
      let place = entries[0].newer
      let held = Int(entries[Int(place)].blocks)
      if entries[Int(place)].isUnit { forget(place) }
      if held > rest {
        entries[Int(place)].blocks -= Int32(rest)
        return
      }
      rest -= held
      unlink(place)
      spare.append(place)
    }
  }

  /// Blocks that can be taken before a unit is forgotten.
  var freeUntilForgotten: Int {
    if places.isEmpty { return free }
    var blocks = fresh
    var place = entries[0].newer
    while place != 0, !entries[Int(place)].isUnit {
      blocks += Int(entries[Int(place)].blocks)
      place = entries[Int(place)].newer
    }
    return blocks
  }

  /// A unit's blocks, which a request holds, become findable; false where the prefix is here already and the request's
  /// blocks of it are let go.
  mutating func name(_ hash: UInt64) -> Bool {
    if let place = places[hash] {
      if entries[Int(place)].users == 0 {
        unlink(place)
        free -= unitBlocks
      }
      entries[Int(place)].users += 1
      giveBack(unitBlocks)
      return false
    }
    let place = newEntry()
    entries[Int(place)] = Entry(hash: hash, blocks: Int32(unitBlocks), users: 1, isUnit: true)
    places[hash] = place
    inserted += 1
    return true
  }

  /// Frees nameless blocks; they are the newest.
  mutating func giveBack(_ blocks: Int) {
    if blocks == 0 { return }
    free += blocks
    if places.isEmpty, entries[0].older == 0 {
      fresh += blocks
      return
    }
    let newest = entries[0].older
    if newest != 0, !entries[Int(newest)].isUnit {
      entries[Int(newest)].blocks += Int32(blocks)
      return
    }
    let place = newEntry()
    entries[Int(place)] = Entry(blocks: Int32(blocks))
    linkNewest(place)
  }

  /// Lets go of the first `count` units, the last of them first.
  mutating func release(_ hashes: UnsafeBufferPointer<UInt64>, count: Int) {
    for index in stride(from: count - 1, through: 0, by: -1) {
      guard let place = places[hashes[index]] else { preconditionFailure("a unit in use is there") }
      entries[Int(place)].users -= 1
      if entries[Int(place)].users == 0 {
        free += unitBlocks
        linkNewest(place)
      }
    }
  }

  private mutating func forget(_ place: Int32) {
    places[entries[Int(place)].hash] = nil
    entries[Int(place)].isUnit = false
    evicted += 1
  }

  private mutating func newEntry() -> Int32 {
    if let place = spare.popLast() { return place }
    entries.append(Entry())
    return Int32(entries.count - 1)
  }

  private mutating func unlink(_ place: Int32) {
    let own = entries[Int(place)]
    entries[Int(own.newer)].older = own.older
    entries[Int(own.older)].newer = own.newer
  }

  private mutating func linkNewest(_ place: Int32) {
    let second = entries[0].older
    entries[Int(place)].newer = 0
    entries[Int(place)].older = second
    entries[Int(second)].newer = place
    entries[0].older = place
  }

  /// The free blocks, oldest first, for tests: a unit's hash for each of its blocks, 0 for a nameless one.
  var freeOldestFirst: [UInt64] {
    var list = [UInt64](repeating: 0, count: fresh)
    var place = entries[0].newer
    while place != 0 {
      let entry = entries[Int(place)]
      list += [UInt64](repeating: entry.isUnit ? entry.hash : 0, count: Int(entry.blocks))
      place = entry.newer
    }
    return list
  }
}
