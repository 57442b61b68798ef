/// How many blocks the requests of a rank will need over the next steps, without looking at each of them.
///
/// A request's length grows by `step` quanta in each decode step; it needs a block whenever its length passes a
/// multiple of `modulus`. Its place between two multiples, less what all have grown by since, is its key: it never
/// changes. A binary indexed tree over the keys counts those that pass within any number of steps, O(log modulus).
struct GrowthTable: Sendable {
  /// Quanta in a block.
  let modulus: Int
  /// Quanta by which every request grows in a step.
  let step: Int
  private var tree: [Int32]
  private(set) var count = 0

  init(modulus: Int, step: Int) {
    self.modulus = modulus
    self.step = step
    tree = [Int32](repeating: 0, count: modulus + 1)
  }

  /// The key of a request whose last filled quantum is `last` (from 0) when `steps` steps have passed.
  @inline(__always) func key(last: Int, steps: Int) -> Int {
    let key = (last - steps % modulus * (step % modulus)) % modulus
    return key < 0 ? key + modulus : key
  }

  mutating func add(_ key: Int, _ change: Int32) {
    count += Int(change)
    var index = key + 1
    while index <= modulus {
      tree[index] += change
      index += index & -index
    }
  }

  /// Keys below `limit`.
  private func below(_ limit: Int) -> Int {
    var index = limit
    var sum: Int32 = 0
    while index > 0 {
      sum += tree[index]
      index -= index & -index
    }
    return Int(sum)
  }

  /// Blocks that all requests together need for the next `more` steps, after `steps` steps.
  func blocks(for more: Int, after steps: Int) -> Int {
    let grown = more * step
    let part = grown % modulus
    if part == 0 { return count * (grown / modulus) }
    // Those whose place is at least modulus - part; places are keys turned by what has been grown.
    let turn = steps % modulus * (step % modulus) % modulus
    var low = modulus - part - turn
    if low < 0 { low += modulus }
    let high = low + part
    let passing = high <= modulus ? below(high) - below(low) : count - below(low) + below(high - modulus)
    return count * (grown / modulus) + passing
  }

  /// The most steps, up to `limit`, whose blocks are within `free`.
  func steps(within free: Int, after steps: Int, limit: Int) -> Int {
    if count == 0 { return limit }
    var low = 0
    var high = min(limit, (free / count + 1) * (modulus / step + 1))
    if blocks(for: high, after: steps) <= free { return high }
    while low < high - 1 {
      let middle = (low + high) / 2
      if blocks(for: middle, after: steps) <= free { low = middle } else { high = middle }
    }
    return low
  }
}
