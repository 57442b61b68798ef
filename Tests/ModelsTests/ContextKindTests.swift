import Models
import Testing
import Units

@Suite struct ContextKindTests {
  static let kinds: [ContextKind] = [.full] + [1, 2, 3, 7].flatMap { [.window($0), .chunk($0)] }

  @Test("what is visible is what a mask lets through, token by token", arguments: kinds)
  func visible(kind: ContextKind) {
    #expect(kind.visible(context: 0) == 0)
    for context in 1...30 {
      let query = context - 1
      let seen = (0...query).filter { key in
        switch kind {
        case .full: true
        case .window(let length): query - key < length
        case .chunk(let length): query / length == key / length
        }
      }
      #expect(kind.visible(context: context) == seen.count)
    }
  }

  @Test("pairs in closed form are the sum over the new tokens", arguments: kinds)
  func pairs(kind: ContextKind) {
    for cached in 0...20 {
      for new in 0...20 {
        let sum = (0..<new).reduce(0) { $0 + kind.visible(context: cached + $1 + 1) }
        #expect(kind.visiblePairs(new: new, after: cached) == sum)
      }
    }
  }

  @Test("pairs of a prompt are those of its chunks together", arguments: kinds)
  func chunks(kind: ContextKind) {
    for split in 0...25 {
      let parts = kind.visiblePairs(new: split, after: 4) + kind.visiblePairs(new: 25 - split, after: 4 + split)
      #expect(parts == kind.visiblePairs(new: 25, after: 4))
    }
  }

  @Test("kinds are ordered: full, windows, chunks, each from short to long")
  func order() {
    let mixed: [ContextKind] = [.chunk(2), .window(9), .chunk(1), .full, .window(3)]
    #expect(mixed.sorted() == [.full, .window(3), .window(9), .chunk(1), .chunk(2)])
  }
}

@Suite struct CacheFootprintTests {
  /// 10 bytes a token of 4 tokens at most, 6 a token without end, 100 a sequence.
  static let footprint = CacheFootprint(
    fixed: Bytes(100),
    parts: [
      .init(bytesPerToken: Bytes(10), kind: .window(4)), .init(bytesPerToken: Bytes(2), kind: .full),
      .init(bytesPerToken: Bytes(4), kind: .full),
    ])

  @Test("parts of one kind are one part; windows stop growing")
  func sum() {
    #expect(Self.footprint.parts.map(\.kind) == [.full, .window(4)])
    #expect(Self.footprint.bytesPerToken == Bytes(6))
    #expect(Self.footprint.greatestBounded == Bytes(40))
    #expect(Self.footprint.bytes(tokens: 0) == Bytes(100))
    // 100 + 3 × (6 + 10), then 100 + 10 × 6 + 4 × 10
    #expect(Self.footprint.bytes(tokens: 3) == Bytes(148))
    #expect(Self.footprint.bytes(tokens: 10) == Bytes(200))
  }

  @Test("a longer sequence never takes less")
  func monotone() {
    for tokens in 0..<20 {
      #expect(Self.footprint.bytes(tokens: tokens) <= Self.footprint.bytes(tokens: tokens + 1))
    }
  }
}
