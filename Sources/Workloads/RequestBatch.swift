import Simulation
import Units

/// A run of consecutive requests of a trace, in order of arrival, as dense columns; reused from read to read.
public struct RequestBatch: Sendable {
  /// Arrival, since the start of the trace.
  public var arrivals: [Instant] = []
  public var promptTokens: [Int32] = []
  /// At least 1.
  public var outputTokens: [Int32] = []
  /// Hashes of the prompt's leading blocks, all requests one after another; empty where a trace has none.
  public var blockHashes: [UInt64] = []
  /// Where each request's hashes end in `blockHashes`; they start where those of the one before it end.
  public var blockEnds: [Int32] = []

  /// Smaller goes first, where an engine serves by priority; empty where all are equal.
  public var priorities: [Int32] = []

  /// The conversation of each request, 0 for none; empty where there are none.
  ///
  /// A turn is sent at its arrival or, if later, its delay after the answer of the turn before it.
  public var sessions: [UInt64] = []
  /// Think time before each turn in picoseconds, negative where none is known; as long as `sessions`.
  public var delays: [Int64] = []

  public init() {}
  @inlinable public var count: Int { arrivals.count }

  public mutating func removeAll() {
    arrivals.removeAll(keepingCapacity: true)
    promptTokens.removeAll(keepingCapacity: true)
    outputTokens.removeAll(keepingCapacity: true)
    blockHashes.removeAll(keepingCapacity: true)
    blockEnds.removeAll(keepingCapacity: true)
    priorities.removeAll(keepingCapacity: true)
    sessions.removeAll(keepingCapacity: true)
    delays.removeAll(keepingCapacity: true)
  }

  @inlinable public func blocks(of index: Int) -> Range<Int> {
    (index == 0 ? 0 : Int(blockEnds[index - 1]))..<Int(blockEnds[index])
  }
}

/// Where requests come from: a file, standard input or a generator.
///
/// Asked for a batch at a time, so that the indirection costs nothing per request.
public protocol RequestSource {
  /// Empties `batch` and fills it with the next requests (about a thousand); false and an empty batch at the end.
  mutating func read(into batch: inout RequestBatch) throws -> Bool
  /// Tokens in each hashed block; 0 where the requests have no hashes.
  var tokensPerBlock: Int { get }
  /// Lines passed over so far because they are damaged.
  var skipped: SkippedLines { get }
  /// What the trace was found to be; nil where there is none.
  var reading: TraceDescription? { get }
}

extension RequestSource {
  public var skipped: SkippedLines { SkippedLines() }
  public var reading: TraceDescription? { nil }
}

/// Damaged lines that a source passed over.
public struct SkippedLines: Hashable, Sendable {
  public private(set) var count = 0
  /// The first few.
  public private(set) var examples: [Problem] = []

  public init() {}

  public mutating func add(_ problem: Problem) {
    count += 1
    if examples.count < 3 { examples.append(problem) }
  }
}
