/// How the tokens that a query sees grow with its context: one integer sum for each kind tells what a batch reads.
///
///     ContextKind.window(128).visible(context: 4096)  // 128
///     ContextKind.full.visiblePairs(new: 2, after: 3)  // 4 + 5
public enum ContextKind: Hashable, Sendable {
  /// Every token before it and itself.
  case full
  /// The last tokens, at most so many, itself included.
  case window(Int)
  /// The tokens of its own chunk up to itself; chunks of this length start at the first token (Llama 4).
  case chunk(Int)

  /// Tokens that the last of `context` tokens sees, itself included; 0 of an empty context.
  public func visible(context: Int) -> Int {
    guard context > 0 else { return 0 }
    switch self {
    case .full: return context
    case .window(let length): return min(context, length)
    case .chunk(let length): return (context - 1) % length + 1
    }
  }

  /// Pairs of one of `new` tokens and a token that it sees, with `cached` tokens before them: the sum of
  /// `visible(context:)` over the new tokens, in closed form.
  public func visiblePairs(new: Int, after cached: Int) -> Int {
    pairs(upTo: cached + new) - pairs(upTo: cached)
  }

  /// The sum of `visible(context:)` over contexts 1 to `context`.
  private func pairs(upTo context: Int) -> Int {
    func triangle(_ side: Int) -> Int { side * (side + 1) / 2 }
    switch self {
    case .full: return triangle(context)
    case .window(let length): return triangle(min(context, length)) + max(0, context - length) * length
    case .chunk(let length): return context / length * triangle(length) + triangle(context % length)
    }
  }

  /// Tokens of a sequence that a cache of this kind keeps at most, of `tokens`.
  public func kept(of tokens: Int) -> Int { limit.map { min(tokens, $0) } ?? tokens }

  /// The most tokens that are seen and kept; nil where they grow without end.
  public var limit: Int? {
    switch self {
    case .full: nil
    case .window(let length), .chunk(let length): length
    }
  }
}

/// `.full` first, then windows, then chunks, each from short to long.
extension ContextKind: Comparable {
  public static func < (left: Self, right: Self) -> Bool { left.place < right.place }

  private var place: (Int, Int) {
    switch self {
    case .full: (0, 0)
    case .window(let length): (1, length)
    case .chunk(let length): (2, length)
    }
  }
}

extension Architecture {
  /// The distinct kinds of context over all layers, `.full` first; empty where every layer keeps a state of fixed size.
  ///
  /// The draft layers are among them only as far as other layers are of their kind.
  public var contextKinds: [ContextKind] {
    Set(layers.flatMap(\.attention.contextKinds)).sorted()
  }
}
