import Hardware
import Models
import Units

/// One operator of a step on one rank: what it computes, reads and sends, in numbers that no chip has touched.
///
/// Times come from `OperationTimes`. Plain bits, names and planes included: a step makes dozens of them, and a search
/// millions. Ignored: which kernel a library picks for a shape, and what caches keep.
public struct Operation: Hashable, Sendable {
  public var name: Name
  public var kind: OperatorKind
  public var shape: Shape
  /// Kernels that it is launched as.
  public var launches: Double
  /// How often it runs in its place, one after the other.
  public var times: Double
  /// The context kind that its work grows with; nil where it grows with new tokens alone.
  public var context: Int?

  public init(
    _ name: Name, _ kind: OperatorKind, _ shape: Shape, launches: Double = 1, times: Double = 1, context: Int? = nil
  ) {
    self.name = name
    self.kind = kind
    self.shape = shape
    self.launches = launches
    self.times = times
    self.context = context
  }

  /// What an operation is called: text that is made where somebody reads it.
  public struct Name: Hashable, Sendable, ExpressibleByStringLiteral {
    private let base: StaticString
    /// Told behind the name, where it is not all of the context: `attention, window 128`.
    private let context: ContextKind

    public init(stringLiteral base: StaticString) { self.init(base) }

    init(_ base: StaticString, _ context: ContextKind = .full) {
      self.base = base
      self.context = context
    }

    public var text: String {
      switch context {
      case .full: "\(base)"
      case .window(let length): "\(base), window \(length)"
      case .chunk(let length): "\(base), chunk \(length)"
      }
    }

    public static func == (left: Self, right: Self) -> Bool { left.text == right.text }
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
  }

  public enum Shape: Hashable, Sendable {
    case product(Product)
    /// Bytes that elementwise work reads and writes.
    case elementwise(bytes: Double)
    /// Work that takes so long whatever the rates.
    case fixed(Seconds)
    case attention(AttentionCore)
    case collective(Collective)
    case exchange(Exchange)
    case cacheRead(CacheRead)
    case host(Host)
  }

  /// rows × depth times depth × columns.
  public struct Product: Hashable, Sendable {
    public var rows: Double
    public var depth: Int
    public var columns: Int
    /// How many of them there are (heads, experts).
    public var copies: Double = 1
    /// How the weights lie in memory, and what they are multiplied in.
    public var format: NumberFormat
    public var compute: NumberFormat
  }

  /// Scores and weighted values of one kind of attention.
  public struct AttentionCore: Hashable, Sendable {
    public var flops: Double
    /// Keys, values or states that are read, and what is written to them.
    public var bytes: Double
    public var format: NumberFormat
    /// How keys and values lie in memory.
    public var keyValue: NumberFormat
    /// Whether its queries decode, rather than come from a prompt.
    public var isDecode: Bool
    /// Whether it reads latents, as its own kernels do.
    public var isLatent: Bool
  }

  /// One collective among the dies of a group; `size` is what a rank holds before it.
  public struct Collective: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
      case allReduce, allGather, reduceScatter, allToAll
      /// To the next pipeline stage.
      case send
    }
    public var kind: Kind
    public var size: Bytes
    public var ranks: Int
    /// What a rank sends, as the report counts it.
    public var sent: Double
  }

  /// Tokens of a rank to their experts, or back.
  public struct Exchange: Hashable, Sendable {
    /// Small messages straight to their rank, or large ones forwarded within boards.
    public enum Method: String, Hashable, Sendable, CaseIterable { case lowLatency, bulk }
    public var isDispatch: Bool
    public var method: Method
    public var tokens: Double
    public var hidden: Int
    public var expertsPerToken: Int
    public var ranks: Int
    /// Boards that the router lets a token reach beside its own.
    public var boardLimit: Int
    /// On the wire; the exchange's own where nil.
    public var format: NumberFormat?
  }

  /// Cached prefixes out of a pool into the dies of an instance.
  public struct CacheRead: Hashable, Sendable {
    /// Among the planes of the system.
    public var plane: Int
    public var size: Bytes
    /// Pieces that lie apart.
    public var fragments: Double
    /// Share of the size that each die reads.
    public var share: Double
  }

  /// Work of the host's processor and of sampling.
  public enum Host: Hashable, Sendable {
    case sampling
    /// Between two steps, with so many requests.
    case gap(requests: Double)
  }
}
