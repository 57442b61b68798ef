import Simulation
import Testing

@testable import Serving

/// A rank's memory and its growth, against plain counting.
@Suite struct KeyValueMemoryTests {
  private func with<Result>(_ names: [UInt64], _ body: (UnsafeBufferPointer<UInt64>) -> Result) -> Result {
    names.withUnsafeBufferPointer(body)
  }

  @Test("a prompt's end is forgotten before its beginning, the oldest prompt first") func oldestFirst() {
    var memory = KeyValueMemory(total: 6, unitBlocks: 1)
    for name: UInt64 in [1, 2, 3] {
      memory.take(1)
      _ = memory.name(name)
    }
    with([1, 2, 3]) { memory.release($0, count: 3) }
    #expect(memory.freeOldestFirst == [0, 0, 0, 3, 2, 1])
    // Three never-used blocks go first, then the unit 3.
    memory.take(4)
    #expect(memory.freeOldestFirst == [2, 1])
    #expect(with([1, 2, 3]) { memory.leading($0, limit: 3) } == 2)
  }

  @Test("a unit of which a block is taken is forgotten, its other blocks are free and nameless") func partlyTaken() {
    var memory = KeyValueMemory(total: 4, unitBlocks: 3)
    memory.take(4)
    _ = memory.name(7)
    with([7]) { memory.release($0, count: 1) }
    #expect(memory.freeOldestFirst == [7, 7, 7])
    memory.take(1)
    #expect(memory.freeOldestFirst == [0, 0] && memory.units == 0)
  }

  @Test("2,000 random uses leave the same free blocks in the same order as block by block") func againstPlain() {
    for seed in 1...40 as ClosedRange<UInt64> {
      var draw = Draw(stream: Seed(seed).stream("memory"))
      let unitBlocks = draw.between(1, 3)
      let total = draw.between(4, 40)
      var memory = KeyValueMemory(total: total, unitBlocks: unitBlocks)
      var plain = PlainMemory(total: total, unitBlocks: unitBlocks)
      // What is held: nameless blocks, and runs of units 1, 2 …, of one of three families.
      var nameless = 0
      var held: [[UInt64]] = []
      for _ in 0..<50 {
        switch draw.between(0, 3) {
        case 0:
          let blocks = draw.between(0, memory.free)
          memory.take(blocks)
          plain.take(blocks)
          nameless += blocks
        case 1 where nameless > 0:
          let blocks = draw.between(1, nameless)
          memory.giveBack(blocks)
          plain.giveBack(blocks)
          nameless -= blocks
        case 2:
          let family = UInt64(draw.between(1, 3)) << 32
          let names = (0..<draw.between(1, 4)).map { family + UInt64($0) }
          let found = with(names) { memory.leading($0, limit: names.count) }
          #expect(found == plain.leading(names[...]))
          let free = with(names) { memory.freeBlocks($0, count: found) }
          #expect(free == plain.freeBlocks(names.prefix(found)))
          if (names.count - found) * unitBlocks > memory.free - free { continue }
          with(names) { memory.use($0, count: found) }
          names.prefix(found).forEach { plain.use($0) }
          for name in names.dropFirst(found) {
            memory.take(unitBlocks)
            plain.take(unitBlocks)
            _ = memory.name(name)
            plain.name(name)
          }
          held.append(names)
        default:
          guard let names = held.popLast() else { continue }
          with(names) { memory.release($0, count: names.count) }
          plain.release(names)
        }
        #expect(memory.free == plain.free && memory.freeOldestFirst == plain.freeOldestFirst)
        #expect(memory.units == Set(held.flatMap { $0 } + memory.freeOldestFirst.filter { $0 != 0 }).count)
      }
    }
  }

  @Test("blocks for many steps at once are those for each step, request by request") func growth() {
    for seed in 1...60 as ClosedRange<UInt64> {
      var draw = Draw(stream: Seed(seed).stream("growth"))
      let modulus = draw.between(1, 40)
      let step = draw.between(1, 60)
      var table = GrowthTable(modulus: modulus, step: step)
      // Keys, and the last filled quantum of each.
      var requests: [(key: Int, last: Int)] = []
      var steps = draw.between(0, 5)
      for _ in 0..<30 {
        if draw.chance() || requests.isEmpty {
          let last = draw.between(0, 500)
          let key = table.key(last: last, steps: steps)
          table.add(key, 1)
          requests.append((key, last))
        } else {
          table.add(requests.remove(at: draw.between(0, requests.count - 1)).key, -1)
        }
        func blocks(_ more: Int) -> Int {
          requests.reduce(0) { $0 + ($1.last + more * step) / modulus - $1.last / modulus }
        }
        let more = draw.between(0, 100)
        #expect(table.count == requests.count && table.blocks(for: more, after: steps) == blocks(more))
        let free = draw.between(0, 60)
        let within = (0...50).last { blocks($0) <= free } ?? 0
        #expect(table.steps(within: free, after: steps, limit: 50) == within)
        let passed = draw.between(0, 3)
        steps += passed
        for index in requests.indices { requests[index].last += passed * step }
      }
    }
  }

  @Test("pairs and reads of a chunk are the sums over its tokens") func widths() {
    let widths: [ContextWidth] = [.full, .window(1), .window(7), .chunk(1), .chunk(5)]
    for width in widths {
      for cached in 0...20 {
        for new in 1...20 {
          let seen = (cached + 1...cached + new).map { Int(width.visible(Int64($0) * 64) + 63) / 64 }
          #expect(width.pairs(new: new, after: cached) == seen.reduce(0, +))
        }
      }
    }
  }

  @Test("what is seen grows by a step until it bends") func bends() {
    for width in [ContextWidth.full, .window(3), .chunk(2), .chunk(1)] {
      for quanta in 1...400 as ClosedRange<Int64> {
        for step in [1, 64, 70, 150] as [Int64] {
          let bend = Int(width.bend(from: quanta, step: step) ?? 1000)
          let growth = width.grows(quanta) ? step : 0
          for steps in 0..<min(bend, 12) {
            let seen = width.visible(quanta + Int64(steps) * step)
            #expect(seen == width.visible(quanta) + Int64(steps) * growth)
          }
        }
      }
    }
  }
}
