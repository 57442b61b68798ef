/// The decode rank with the fewest requests, then the least memory taken, then the lowest index: a tournament, O(log
/// ranks).
struct RankTree: Sendable {
  /// Keys pack requests (16 bits), blocks taken (32) and rank (16); node i is the lesser of 2i and 2i + 1.
  private var keys: [UInt64]
  private let leaves: Int

  init(ranks: Int) {
    var leaves = 1
    while leaves < ranks { leaves *= 2 }
    self.leaves = leaves
    keys = [UInt64](repeating: .max, count: 2 * leaves)
    for rank in 0..<ranks { keys[leaves + rank] = UInt64(rank) }
    for node in stride(from: leaves - 1, through: 1, by: -1) { keys[node] = min(keys[2 * node], keys[2 * node + 1]) }
  }

  @inline(__always) var leastLoaded: Int { Int(keys[1] & 0xffff) }
  @inline(__always) func requests(_ rank: Int) -> Int { Int(keys[leaves + rank] >> 48) }
  @inline(__always) func blocks(_ rank: Int) -> Int { Int(keys[leaves + rank] >> 16 & 0xffff_ffff) }

  @inline(__always)
  mutating func add(requests: Int, blocks: Int, to rank: Int) {
    var node = leaves + rank
    var key = UInt64(bitPattern: Int64(bitPattern: keys[node]) + Int64(requests) << 48 + Int64(blocks) << 16)
    keys[node] = key
    while node > 1 {
      key = min(key, keys[node ^ 1])
      node >>= 1
      if keys[node] == key { return }
      keys[node] = key
    }
  }
}
