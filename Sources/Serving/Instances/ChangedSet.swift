/// Instances to look at before time goes on, each once.
struct ChangedSet: Sendable {
  private var isMember: [Bool]
  private var members: [Int] = []

  init(count: Int) { isMember = [Bool](repeating: false, count: count) }

  var isEmpty: Bool { members.isEmpty }

  @inline(__always) mutating func insert(_ index: Int) {
    if isMember[index] { return }
    isMember[index] = true
    members.append(index)
  }

  /// The member, where there is one alone.
  @inline(__always) var only: Int? { members.count == 1 ? members[0] : nil }

  /// The members by index.
  @inline(__always) mutating func sorted() -> [Int] {
    if members.count > 1 { members.sort() }
    return members
  }

  @inline(__always) mutating func removeAll() {
    for index in members { isMember[index] = false }
    members.removeAll(keepingCapacity: true)
  }
}
