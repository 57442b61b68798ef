import Foundation

/// Cuts an input down while a process that tries it ends in the same way.
struct Minimiser {
  let kind: Subject.Kind
  private let file = "\(NSTemporaryDirectory())/supernode-minimise-\(getpid())"

  init(kind: Subject.Kind) { self.kind = kind }

  func smallest(_ bytes: [UInt8]) throws -> [UInt8] {
    defer { try? FileManager.default.removeItem(atPath: file) }
    let wanted = try outcome(bytes)
    guard wanted.code != 0 else { throw FuzzError("this input does no harm") }
    var pieces = lines(bytes)
    pieces = try reduced(pieces, wanted)
    // Then by pieces of eight bytes, and by single ones, where that takes no hours.
    for size in [32, 8, 1] {
      let joined = pieces.flatMap { $0 }
      guard joined.count / size < 600 else { continue }
      pieces = try reduced(
        stride(from: 0, to: joined.count, by: size).map { Array(joined[$0..<min(joined.count, $0 + size)]) }, wanted)
    }
    return pieces.flatMap { $0 }
  }

  /// Without ever smaller stretches of pieces.
  private func reduced(_ all: [[UInt8]], _ wanted: (code: Int32, words: String)) throws -> [[UInt8]] {
    var pieces = all
    var width = max(1, pieces.count / 2)
    while true {
      var start = 0
      while start < pieces.count {
        var fewer = pieces
        fewer.removeSubrange(start..<min(pieces.count, start + width))
        if try outcome(fewer.flatMap { $0 }) == wanted { pieces = fewer } else { start += width }
      }
      if width == 1 { return pieces }
      width /= 2
    }
  }

  private func lines(_ bytes: [UInt8]) -> [[UInt8]] {
    bytes.split(separator: 10, omittingEmptySubsequences: false).map { Array($0) + [10] }
  }

  private func outcome(_ bytes: [UInt8]) throws -> (code: Int32, words: String) {
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    process.arguments = ["try", kind.rawValue, file]
    var environment = ProcessInfo.processInfo.environment
    environment["SWIFT_BACKTRACE"] = "enable=no"
    process.environment = environment
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, String(said.filter { !$0.isNumber }.prefix(40)))
  }
}
