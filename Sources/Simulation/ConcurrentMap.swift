import Dispatch

/// `transform` of each element over `workers` threads, in the order of the elements.
public func concurrentMap<Element: Sendable, Result: Sendable>(
  _ elements: [Element], workers: Int, _ transform: @Sendable (Element) -> Result
) -> [Result] {
  let count = elements.count
  let next = SharedCounter()
  let lanes = max(1, min(workers, count))
  let results = LaneResults<Result>(lanes: lanes)
  DispatchQueue.concurrentPerform(iterations: lanes) { lane in
    var mine: [(Int, Result)] = []
    while true {
      let index = next.take()
      guard index < count else { break }
      mine.append((index, transform(elements[index])))
    }
    results.store(mine, lane: lane)
  }
  return results.sorted(count: count)
}

/// Numbers handed out one by one.
private final class SharedCounter: @unchecked Sendable {
  private let queue = DispatchQueue(label: "supernode.counter")
  private var value = 0
  func take() -> Int {
    queue.sync {
      defer { value += 1 }
      return value
    }
  }
}

/// What each lane found.
private final class LaneResults<Result: Sendable>: @unchecked Sendable {
  private let queue = DispatchQueue(label: "supernode.lanes")
  private var lanes: [[(Int, Result)]]
  init(lanes: Int) { self.lanes = Array(repeating: [], count: lanes) }
  func store(_ results: [(Int, Result)], lane: Int) { queue.sync { lanes[lane] = results } }
  func sorted(count: Int) -> [Result] { lanes.flatMap { $0 }.sorted { $0.0 < $1.0 }.map(\.1) }
}
