import CZlib
import Units

/// The bytes of a plain or gzip file or of standard input, in pieces and constant memory.
final class ByteSource {
  let name: String
  private var file: ReadableFile
  private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 262_144, alignment: 16)
  private var start = 0
  private var end = 0
  /// Nil for a plain file; zlib remembers its address, so it stays in one place.
  private var stream: UnsafeMutablePointer<z_stream>?
  private var memberEnded = false

  init(path: String) throws {
    file = try ReadableFile(path: path)
    name = file.name
    // A pipe may give fewer bytes than the two that tell the format.
    while end < 6 {
      let count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: block[end...]))
      if count == 0 { break }
      end += count
    }
    let head = Array(block[..<min(end, 6)])
    if head.starts(with: [0x1f, 0x8b]) {
      let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
      stream.initialize(to: z_stream())
      self.stream = stream
      let result = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
      precondition(result == Z_OK, "zlib does not start: \(result)")
    } else if let format = Self.foreignFormat(head) {
      throw Problem(name, "is compressed with \(format)", wayOut: "unpack it first, or pack it with gzip")
    }
  }

  deinit {
    if let stream {
      inflateEnd(stream)
      stream.deallocate()
    }
    block.deallocate()
  }

  private static func foreignFormat(_ head: [UInt8]) -> String? {
    if head.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) { return "zstd" }
    if head.starts(with: [0xfd, 0x37, 0x7a, 0x58, 0x5a]) { return "xz" }
    if head.starts(with: [0x42, 0x5a, 0x68]) { return "bzip2" }
    if head.starts(with: [0x50, 0x4b, 0x03, 0x04]) { return "zip" }
    return nil
  }

  /// Fills at most `target`; 0 at the end. A truncated or damaged gzip file throws a `Problem`.
  func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
    guard let stream else { return try readPlain(into: target) }
    while true {
      if start == end {
        start = 0
        end = try file.read(into: block)
        if end == 0 {
          if memberEnded { return 0 }
          throw Problem(name, "is cut short: its compressed data has no end", wayOut: "fetch or pack it again")
        }
      }
      if memberEnded {
        guard try startNextMember(stream) else { return 0 }
        continue
      }
      let count = try inflateSome(stream, into: target)
      if count > 0 { return count }
    }
  }

  private func readPlain(into target: UnsafeMutableRawBufferPointer) throws -> Int {
    guard start < end else { return try file.read(into: target) }
    let count = min(end - start, target.count)
    target.copyMemory(from: UnsafeRawBufferPointer(rebasing: block[start..<start + count]))
    start += count
    return count
  }

  private func inflateSome(_ stream: UnsafeMutablePointer<z_stream>, into target: UnsafeMutableRawBufferPointer) throws
    -> Int
  {
    stream.pointee.next_in = block.baseAddress?.advanced(by: start).assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(end - start)
    stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(clamping: target.count)
    let result = inflate(stream, Z_NO_FLUSH)
    start = end - Int(stream.pointee.avail_in)
    switch result {
    case Z_STREAM_END: memberEnded = true
    case Z_OK, Z_BUF_ERROR: break
    default:
      let why = stream.pointee.msg.map { String(cString: $0) } ?? "code \(result)"
      throw Problem(name, "is damaged: its compressed data cannot be read (\(why))", wayOut: "fetch or pack it again")
    }
    return target.count - Int(stream.pointee.avail_out)
  }

  /// gzip files may follow each other; zeros that fill up a tape block are passed over.
  private func startNextMember(_ stream: UnsafeMutablePointer<z_stream>) throws -> Bool {
    while start < end, block[start] == 0 { start += 1 }
    guard start < end else { return true }
    guard block[start] == 0x1f else {
      throw Problem(name, "has other bytes after its compressed data", wayOut: "fetch or pack it again")
    }
    inflateReset(stream)
    memberEnded = false
    return true
  }
}
