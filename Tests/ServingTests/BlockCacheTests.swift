import Simulation
import Testing

@testable import Serving

@Suite struct BlockCacheTests {
  private func insert(_ hashes: [UInt64], into cache: inout BlockCache) {
    hashes.withUnsafeBufferPointer { cache.insert($0) }
  }
  private func use(_ hashes: [UInt64], of cache: inout BlockCache) -> Int {
    hashes.withUnsafeBufferPointer { cache.use($0, limit: hashes.count) }
  }

  @Test("the least recently used block goes first, and a prompt's end before its beginning")
  func leastRecentlyUsed() {
    var cache = BlockCache(capacity: 4)
    insert([1, 2], into: &cache)
    insert([3, 4], into: &cache)
    #expect(cache.newestFirst == [3, 4, 1, 2])
    #expect(use([1, 2, 9], of: &cache) == 2)
    #expect(cache.newestFirst == [1, 2, 3, 4])
    insert([5], into: &cache)
    #expect(cache.newestFirst == [5, 1, 2, 3])
    #expect(cache.evicted == 1)
    #expect(cache.inserted == 5)
  }

  @Test("only leading blocks count: a hole ends the run")
  func leadingRun() {
    var cache = BlockCache(capacity: 8)
    insert([1, 2, 4], into: &cache)
    #expect([1, 2, 3, 4].withUnsafeBufferPointer { cache.leading($0) } == 2)
    #expect([3, 1].withUnsafeBufferPointer { cache.leading($0) } == 0)
  }

  @Test("a cache smaller than a prompt keeps the prompt's beginning")
  func smallerThanPrompt() {
    var cache = BlockCache(capacity: 2)
    insert([1, 2, 3, 4, 5], into: &cache)
    #expect(cache.newestFirst == [1, 2])
  }

  @Test("through growth and evictions it has what a plain list has", arguments: [1, 7, 60, 300, 2000])
  func equalsPlainList(capacity: Int) {
    var draw = Draw(stream: Seed(UInt64(capacity)).stream("blocks"))
    var cache = BlockCache(capacity: capacity)
    var plain = PlainCache(capacity: capacity)
    for _ in 0..<600 {
      let family = UInt64(draw.between(0, 40)) << 40
      let hashes = (0..<draw.between(1, 12)).map { family + UInt64($0) * 3 }
      let run = plain.leading(hashes)
      plain.use(hashes.prefix(run))
      #expect(use(hashes, of: &cache) == run)
      plain.use(hashes)
      insert(hashes, into: &cache)
    }
    #expect(cache.newestFirst == plain.blocks)
    #expect(cache.inserted == plain.inserted)
    #expect(cache.evicted == plain.evicted)
    #expect(cache.inserted - cache.evicted == cache.count)
  }
}
