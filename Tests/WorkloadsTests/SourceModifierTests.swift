import Formats
import Simulation
import Testing
import Units

@testable import Workloads

/// Requests of a list, handed out in batches of given sizes.
struct ListedSource: RequestSource {
  var list: [Request]
  var sizes: [Int] = [1000]
  var tokensPerBlock: Int { 512 }
  private var position = 0
  private var turn = 0

  init(_ list: [Request], sizes: [Int] = [1000]) {
    self.list = list
    self.sizes = sizes
  }

  mutating func read(into batch: inout RequestBatch) throws -> Bool {
    batch.removeAll()
    let end = min(list.count, position + sizes[turn % sizes.count])
    for request in list[position..<end] {
      batch.blockHashes += request.hashes
      batch.append(
        arrival: Instant(picoseconds: request.arrival), promptTokens: request.prompt, outputTokens: request.output)
    }
    position = end
    turn += 1
    return batch.count > 0
  }
}

/// Ticks of 3 s with one to five requests each.
private func ticking(_ count: Int) -> [Request] {
  var stream = Seed(5).stream("test")
  var list: [Request] = []
  var tick: Int64 = 0
  while list.count < count {
    for _ in 0...(stream.next() % 5) {
      let index = list.count
      list.append(
        Request(
          arrival: tick * 3_000_000_000_000, prompt: Int32(index + 1), output: 1,
          hashes: (0..<UInt64(index % 3)).map { UInt64(index) << 8 + $0 }))
    }
    tick += 1
  }
  return list
}

private func spread(_ base: any RequestSource) -> any RequestSource {
  SpreadSource(base, stream: Seed(1).stream("spread"))
}

@Suite struct SourceModifierTests {
  static let partitions = [[1], [2], [7, 1, 3], [1000], [64, 1]]

  @Test(
    "spread arrivals stay in order and within their tick; lengths and hashes stay as they are", arguments: partitions)
  func spreadBounds(sizes: [Int]) throws {
    let before = ticking(500)
    let after = try requests(of: spread(ListedSource(before, sizes: sizes)))
    #expect(after.count == before.count)
    for (old, new) in zip(before, after) {
      #expect(old.arrival <= new.arrival && new.arrival < old.arrival + 3_000_000_000_000)
      #expect(old.prompt == new.prompt && old.hashes == new.hashes)
    }
    for (one, next) in zip(after, after.dropFirst()) { #expect(one.arrival <= next.arrival) }
  }

  @Test("the place in the tick is uniform: mean half a tick within 5 standard errors")
  func spreadMean() throws {
    let before = ticking(3000)
    let after = try requests(of: spread(ListedSource(before)))
    let places = zip(before, after).map { Double($1.arrival - $0.arrival) / 3e12 }
    let error = (1.0 / 12 / Double(places.count)).squareRoot()
    #expect(abs(places.reduce(0, +) / Double(places.count) - 0.5) < 5 * error)
  }

  @Test("idle time is not filled: after a gap of 3 s one of 60 s is spread over 3 s")
  func spreadIdle() throws {
    let times: [Int64] = [0, 3, 3, 3, 63, 63]
    let list = times.map { Request(arrival: $0 * 1_000_000_000_000, prompt: 1, output: 1, hashes: []) }
    let after = try requests(of: spread(ListedSource(list)))
    for (old, new) in zip(list, after) { #expect(new.arrival - old.arrival < 3_000_000_000_000) }
  }

  @Test("what a source gives does not depend on the batches it is read in", arguments: partitions)
  func partitionFree(sizes: [Int]) throws {
    func modified(_ sizes: [Int]) throws -> [Request] {
      let spreads = try RepeatedSource(rounds: 3) { _ in spread(ListedSource(ticking(200), sizes: sizes)) }
      return try requests(of: LimitedSource(RateScaledSource(spreads, by: 1.7), requests: 450))
    }
    let list = try modified(sizes)
    #expect(list.count == 450)
    #expect(list == (try modified([1000])))
  }

  @Test("a rate scale divides every arrival exactly", arguments: [(4.0, 750), (1.5, 2000), (0.1, 30000), (3, 1000)])
  func rateScale(factor: Double, milliseconds: Int64) throws {
    let list = [0, 3_000_000_000_000].map { Request(arrival: $0, prompt: 1, output: 1, hashes: []) }
    let scaled = try requests(of: RateScaledSource(ListedSource(list), by: factor))
    #expect(scaled.map(\.arrival) == [0, milliseconds * 1_000_000_000])
  }

  @Test("a rate scale that is not positive, or carries past the clock's range, is refused")
  func badRateScale() throws {
    let list = [Request(arrival: 4_000_000_000_000_000_000, prompt: 1, output: 1, hashes: [])]
    #expect(throws: Problem.self) { try RateScaledSource(ListedSource(list), by: 0) }
    #expect(throws: Problem.self) { try RateScaledSource(ListedSource(list), by: .nan) }
    let stretched = try RateScaledSource(ListedSource(list), by: 0.1)
    #expect(throws: Problem.self) { try requests(of: stretched) }
  }

  @Test("a limit keeps the first requests, and those before the end", arguments: partitions)
  func limits(sizes: [Int]) throws {
    let list = ticking(100)
    let source = ListedSource(list, sizes: sizes)
    #expect(try requests(of: LimitedSource(source, requests: 42)) == Array(list[..<42]))
    #expect(try requests(of: LimitedSource(source, requests: 4200)) == list)
    let end = Instant(picoseconds: 9_000_000_000_000)
    #expect(try requests(of: LimitedSource(source, end: end)) == list.filter { $0.arrival < 9_000_000_000_000 })
  }

  @Test("a repeated trace goes on one mean gap after its last arrival, with hashes of its own in each round")
  func repeated() throws {
    let list = [0, 10, 40].map { Request(arrival: $0, prompt: 600, output: 1, hashes: [1, 2]) }
    let played = try requests(of: RepeatedSource(rounds: 3) { _ in ListedSource(list) })
    // The mean gap is 40 / 2 = 20.
    #expect(played.map(\.arrival) == [0, 10, 40, 60, 70, 100, 120, 130, 160])
    #expect(Array(played[..<3]) == list)
    #expect(played[3].hashes == played[4].hashes)
    #expect(Set(played.flatMap(\.hashes)).count == 6)
  }
}
