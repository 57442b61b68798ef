/// One rank's blocks, each for itself: what is free, in the order in which it was freed, and which prefixes are known.
struct PlainMemory {
  let total: Int
  let unitBlocks: Int
  /// Never used so far.
  private var fresh: Int
  /// Oldest first; 0, or the name of the unit that the block is part of.
  private var order: [UInt64] = []
  /// Names and the requests that use them.
  private var users: [(name: UInt64, count: Int)] = []

  init(total: Int, unitBlocks: Int) {
    self.unitBlocks = unitBlocks
    self.total = total
    fresh = total
  }

  var free: Int { fresh + order.count }
  var freeOldestFirst: [UInt64] { [UInt64](repeating: 0, count: fresh) + order }

  private func place(_ name: UInt64) -> Int? { users.firstIndex { $0.name == name } }

  /// Leading names that are known.
  func leading(_ names: ArraySlice<UInt64>) -> Int { names.prefix { place($0) != nil }.count }

  /// Free blocks that are part of these units.
  func freeBlocks(_ names: ArraySlice<UInt64>) -> Int { order.filter { $0 != 0 && names.contains($0) }.count }

  mutating func take(_ blocks: Int) {
    precondition(blocks <= free, "the oracle takes free blocks only")
    for _ in 0..<blocks {
      if fresh > 0 {
        fresh -= 1
        continue
      }
      let name = order.removeFirst()
      if name == 0 { continue }
      order = order.map { $0 == name ? 0 : $0 }
      users.removeAll { $0.name == name }
    }
  }

  mutating func giveBack(_ blocks: Int) {
    if users.isEmpty, order.isEmpty { fresh += blocks } else { order += [UInt64](repeating: 0, count: blocks) }
  }

  mutating func use(_ name: UInt64) {
    order.removeAll { $0 == name }
    if let place = place(name) { users[place].count += 1 }
  }

  /// Blocks in use become a unit's; where it is known, they are let go and those that are known are used.
  mutating func name(_ name: UInt64) {
    if place(name) == nil {
      users.append((name, 1))
    } else {
      use(name)
      giveBack(unitBlocks)
    }
  }

  /// The last unit first.
  mutating func release(_ names: [UInt64]) {
    for name in names.reversed() {
      guard let place = place(name) else { preconditionFailure("a unit in use is known") }
      users[place].count -= 1
      if users[place].count == 0 { order += [UInt64](repeating: name, count: unitBlocks) }
    }
  }
}
