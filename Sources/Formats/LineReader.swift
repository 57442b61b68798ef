import Units

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The lines of a plain or gzip file, or of standard input for `-`, as bytes; memory is that of the longest line.
public struct LineReader {
  private let source: ByteSource
  private let buffer: LineBuffer
  /// Of the line read last, counted from 1.
  public private(set) var lineNumber = 0
  /// As problems call it.
  public var name: String { source.name }
  /// `trace.jsonl:17`, for problems of the line read last.
  public var place: String { "\(name):\(lineNumber)" }

  /// Throws if the file cannot be opened or is compressed by anything but gzip.
  public init(path: String) throws {
    source = try ByteSource(path: path)
    buffer = LineBuffer()
  }

  /// Hands the next line, without its end, to `body`; nil at the end of the file.
  ///
  /// The bytes are valid inside `body` only.
  public mutating func next<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> R? {
    guard let line = try nextLine() else { return nil }
    return try body(line)
  }

  private mutating func nextLine() throws -> UnsafeRawBufferPointer? {
    while true {
      if let line = buffer.takeLine() {
        lineNumber += 1
        return lineNumber == 1 ? Self.withoutByteOrderMark(line) : line
      }
      guard buffer.makeRoom() else {
        throw Problem("\(name):\(lineNumber + 1)", "is longer than 256 MiB", wayOut: "check that this is a text file")
      }
      let count: Int
      do { count = try source.read(into: buffer.room) } catch let problem as Problem {
        let place = lineNumber > 0 ? "\(name), after line \(lineNumber)" : name
        throw Problem(place, problem.fault, wayOut: problem.wayOut)
      }
      if count == 0 {
        guard let rest = buffer.takeRest() else { return nil }
        lineNumber += 1
        return lineNumber == 1 ? Self.withoutByteOrderMark(rest) : rest
      }
      buffer.end += count
    }
  }

  private static func withoutByteOrderMark(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    line.starts(with: [0xef, 0xbb, 0xbf]) ? UnsafeRawBufferPointer(rebasing: line[3...]) : line
  }
}

/// Bytes read and not yet handed out.
private final class LineBuffer {
  private var bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 262_144, alignment: 16)
  private var start = 0
  /// Up to here no line end was found.
  private var searched = 0
  var end = 0

  deinit { bytes.deallocate() }

  var room: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(rebasing: bytes[end...]) }

  func takeLine() -> UnsafeRawBufferPointer? {
    guard let base = bytes.baseAddress, searched < end,
      let found = memchr(base + searched, 10, end - searched)
    else {
      searched = end
      return nil
    }
    let newline = base.distance(to: found)
    defer {
      start = newline + 1
      searched = start
    }
    return line(upTo: newline)
  }

  func takeRest() -> UnsafeRawBufferPointer? {
    guard start < end else { return nil }
    defer {
      start = end
      searched = end
    }
    return line(upTo: end)
  }

  private func line(upTo stop: Int) -> UnsafeRawBufferPointer {
    let last = stop > start && bytes[stop - 1] == 13 ? stop - 1 : stop
    return UnsafeRawBufferPointer(rebasing: bytes[start..<last])
  }

  /// Moves what is left to the front and, if it fills everything, doubles the buffer; false beyond 256 MiB.
  func makeRoom() -> Bool {
    if start > 0 {
      bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
      end -= start
      searched -= start
      start = 0
    }
    guard end == bytes.count else { return true }
    guard bytes.count < 268_435_456 else { return false }
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count * 2, alignment: 16)
    larger.copyMemory(from: UnsafeRawBufferPointer(bytes))
    bytes.deallocate()
    bytes = larger
    return true
  }
}
