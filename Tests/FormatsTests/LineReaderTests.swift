import CZlib
import Formats
import Testing
import Units

/// One gzip member.
func gzipped(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  deflateInit2_(
    &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
  defer { deflateEnd(&stream) }
  var input = bytes
  var output = [UInt8](repeating: 0, count: bytes.count + 1000)
  let count = input.withUnsafeMutableBufferPointer { source in
    output.withUnsafeMutableBufferPointer { target in
      stream.next_in = source.baseAddress
      stream.avail_in = UInt32(source.count)
      stream.next_out = target.baseAddress
      stream.avail_out = UInt32(target.count)
      deflate(&stream, Z_FINISH)
      return target.count - Int(stream.avail_out)
    }
  }
  return Array(output[..<count])
}

func lines(_ path: String) throws -> [String] {
  var reader = try LineReader(path: path)
  var lines: [String] = []
  while let line = try reader.next({ String(decoding: $0, as: UTF8.self) }) { lines.append(line) }
  #expect(reader.lineNumber == lines.count)
  return lines
}

@Suite struct LineReaderTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test(
    "lines end with \\n or \\r\\n or the file",
    arguments: [
      ("a\nb\n", ["a", "b"]), ("a\r\nb", ["a", "b"]), ("", []), ("\n\na", ["", "", "a"]), ("\u{feff}a\n", ["a"]),
    ])
  func ends(text: String, expected: [String]) throws {
    #expect(try lines(folder.write(text, to: "t")) == expected)
    #expect(try lines(folder.write(gzipped(Array(text.utf8)), to: "t.gz")) == expected)
  }

  @Test("lines longer than a block and files of many blocks are whole")
  func long() throws {
    let expected = (0..<40).map { String(repeating: "x\($0)", count: 1 + $0 * 5000) }
    let text = Array(expected.joined(separator: "\n").utf8)
    #expect(try lines(folder.write(text, to: "t")) == expected)
    #expect(try lines(folder.write(gzipped(text), to: "t.gz")) == expected)
  }

  @Test("gzip files that follow each other are read as one")
  func members() throws {
    let bytes = gzipped(Array("a\nb".utf8)) + gzipped(Array("c\nd\n".utf8)) + [0, 0, 0]
    #expect(try lines(folder.write(bytes, to: "t.gz")) == ["a", "bc", "d"])
  }

  @Test("gzip that is cut short, damaged or followed by something else is refused with its line")
  func damaged() throws {
    let text = (0..<200_000).map { "line \($0 &* 2_654_435_761 % 1_000_003)" }.joined(separator: "\n")
    let whole = gzipped(Array(text.utf8))
    let cut = try folder.write(Array(whole[..<(whole.count / 2)]), to: "cut.gz")
    let sentence = message { _ = try lines(cut) }
    #expect(sentence.hasPrefix("\(cut), after line "))
    #expect(sentence.hasSuffix("is cut short: its compressed data has no end; fetch or pack it again"))
    var flipped = whole
    flipped[whole.count / 2] ^= 0xff
    flipped[whole.count / 2 + 1] ^= 0x55
    let bad = try folder.write(flipped, to: "bad.gz")
    #expect(message { _ = try lines(bad) }.contains("is damaged: its compressed data cannot be read"))
    let tail = try folder.write(whole + [1, 2, 3], to: "tail.gz")
    #expect(message { _ = try lines(tail) }.contains("has other bytes after its compressed data"))
  }

  @Test("other compressions are named")
  func foreign() throws {
    let path = try folder.write([0x28, 0xb5, 0x2f, 0xfd, 0, 0], to: "t.zst")
    #expect(
      message { _ = try lines(path) } == "\(path): is compressed with zstd; unpack it first, or pack it with gzip")
    #expect(message { _ = try lines("/nowhere") }.contains("cannot be opened: no such file or directory"))
  }
}

@Suite struct ByteScannerTests {
  func scan<R>(_ text: String, _ body: (inout ByteScanner) -> R) -> R {
    Array(text.utf8).withUnsafeBytes { bytes in
      var scanner = ByteScanner(bytes)
      return body(&scanner)
    }
  }

  @Test("whole numbers, and what is none")
  func integers() {
    #expect(scan(" 42,") { $0.integer() } == 42)
    #expect(scan("-7") { $0.integer() } == -7)
    #expect(scan("1.5") { $0.integer() } == nil)
    #expect(scan("1e5") { $0.integer() } == nil)
    #expect(scan("x") { $0.integer() } == nil)
    #expect(scan("99999999999999999999") { $0.integer() } == nil)
    #expect(scan("9223372036854775807") { $0.integer() } == Int.max)
  }

  @Test(
    "decimal numbers are those of Swift",
    arguments: [
      "0", "-0.5", "3.14159", "1e-7", "123456789.123456", "1.7976931348623157e308", "0.1", "9007199254740993",
      "27482.000000000001", "5.", ".5",
    ])
  func doubles(text: String) {
    let expected = Double(text.hasSuffix(".") ? text + "0" : text)
    #expect(scan(text) { $0.double() } == expected)
    #expect(scan("x") { $0.double() } == nil)
    #expect(scan("-") { $0.double() } == nil)
  }

  @Test("a JSON line is read field by field")
  func fields() {
    let line = #"{"timestamp": 27, "other": {"a": [1, "}"], "b": null}, "hash_ids": [1, 2, 3], "empty": []}"#
    let result: ([String], Int?, [Int]) = scan(line) { scanner in
      var keys: [String] = []
      var stamp: Int?
      var list: [Int] = []
      guard scanner.take(UInt8(ascii: "{")) else { return (keys, stamp, list) }
      repeat {
        guard let key = scanner.key() else { break }
        keys.append(String(decoding: key, as: UTF8.self))
        if key.isEqual(to: "timestamp") {
          stamp = scanner.integer()
        } else if key.isEqual(to: "hash_ids") {
          let isList = scanner.integers(into: &list)
          #expect(isList)
        } else {
          let skipped = scanner.skipValue()
          #expect(skipped)
        }
      } while scanner.take(UInt8(ascii: ","))
      let closed = scanner.take(UInt8(ascii: "}"))
      let ended = scanner.isAtEnd()
      #expect(closed && ended)
      return (keys, stamp, list)
    }
    #expect(result.0 == ["timestamp", "other", "hash_ids", "empty"])
    #expect(result.1 == 27)
    #expect(result.2 == [1, 2, 3])
  }

  @Test("what has no end is not read")
  func unterminated() {
    #expect(scan("\"abc") { $0.string() == nil && $0.position == 0 })
    #expect(scan("[1, [2]") { !$0.skipValue() && $0.position == 0 })
    #expect(scan("{\"a\": \"b") { !$0.skipValue() && $0.position == 0 })
    #expect(scan("]") { !$0.skipValue() })
    var list: [Int] = []
    #expect(scan("[1, x]") { !$0.integers(into: &list) })
  }
}
