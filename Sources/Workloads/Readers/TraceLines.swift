import Formats

/// The lines of a file, the first of which may be looked at before they are read.
struct TraceLines {
  private var reader: LineReader
  private var held: [[UInt8]] = []
  private var next = 0

  init(path: String) throws { reader = try LineReader(path: path) }

  var name: String { reader.name }
  /// `trace.jsonl:17`, of the line read last.
  var place: String { next <= held.count && !isPast ? "\(name):\(next)" : reader.place }
  /// Whether lines were read beyond those held.
  private var isPast = false

  /// The first lines: at most `most`, and no more once they have a mebibyte; they stay to be read.
  mutating func peek(_ most: Int) throws -> [[UInt8]] {
    var bytes = held.reduce(0) { $0 + $1.count }
    while held.count < most, bytes < 1 << 20 {
      guard let line = try reader.next({ [UInt8]($0) }) else { break }
      bytes += line.count
      held.append(line)
    }
    return held
  }

  /// Hands the next line to `body`; nil at the end.
  mutating func next<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> R? {
    if next < held.count {
      next += 1
      let line = held[next - 1]
      return try line.withUnsafeBytes(body)
    }
    isPast = true
    return try reader.next(body)
  }

  /// All that is left as one line, at most `most` bytes; nil if there is more.
  mutating func rest(_ most: Int) throws -> [UInt8]? {
    var whole: [UInt8] = []
    while let count = try next({ line in
      whole.append(contentsOf: line)
      whole.append(32)
      return whole.count
    }) {
      if count > most { return nil }
    }
    return whole
  }
}
