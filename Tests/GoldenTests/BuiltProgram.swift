import Foundation

/// The program as users run it, built beside the tests.
enum BuiltProgram {
  struct Answer {
    var code: Int32
    var output: String
    var error: String
  }

  static let root: String = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/")

  static let path: String = {
    let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
    let places = [beside, "\(root)/.build/debug", "\(root)/.build/release"]
    return places.map { "\($0)/supernode" }.first(where: FileManager.default.isExecutableFile) ?? "\(beside)/supernode"
  }()

  /// Runs to the end; `program` is one beside it, `folder` is the working directory, `interruptAfter` sends a SIGINT
  /// after so many seconds, and what is printed goes to `output` where that is named.
  static func run(
    _ arguments: [String], in folder: String = root, interruptAfter seconds: Double? = nil,
    program: String = "supernode", environment: [String: String] = [:],
    output: String? = nil
  ) throws -> Answer {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent(program)
    process.arguments = arguments
    // The width of the terminal in which the tests run is not theirs.
    process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "COLUMNS" }
      .merging(environment) { $1 }
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    // Files rather than pipes, so that neither stream can fill up while the other is read.
    let scratch = try Scratch()
    let files = try ["out", "err"].map { name in try scratch.write("", to: name) }
    let handles = files.compactMap(FileHandle.init(forWritingAtPath:))
    process.standardOutput = output.flatMap(FileHandle.init(forWritingAtPath:)) ?? handles[0]
    process.standardError = handles[1]
    try process.run()
    if let seconds {
      // On a busy machine it may not have begun yet.
      for _ in 0..<1200 where process.isRunning && !catchesInterrupts(process.processIdentifier) {
        Thread.sleep(forTimeInterval: 0.05)
      }
      Thread.sleep(forTimeInterval: seconds)
      process.interrupt()
      for _ in 0..<200 where process.isRunning { Thread.sleep(forTimeInterval: 0.1) }
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
    process.waitUntilExit()
    let texts = files.map { String(decoding: FileManager.default.contents(atPath: $0) ?? Data(), as: UTF8.self) }
    return Answer(code: process.terminationStatus, output: texts[0], error: texts[1])
  }
}

/// Whether a process has a handler for SIGINT, where the system tells (the mask of caught signals, bit 1).
private func catchesInterrupts(_ process: Int32) -> Bool {
  guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
    let line = status.split(separator: "\n").first(where: { $0.hasPrefix("SigCgt:") }),
    let mask = line.split(whereSeparator: \.isWhitespace).last.flatMap({ UInt64($0, radix: 16) })
  else { return true }
  return mask & 2 != 0
}

/// A folder of its own for one test, removed with it.
final class Scratch {
  let path = "\(FileManager.default.temporaryDirectory.path)/supernode-golden-\(UUID().uuidString)"

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to name: String) throws -> String { try write(Data(text.utf8), to: name) }

  func write(_ data: Data, to name: String) throws -> String {
    let file = "\(path)/\(name)"
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try data.write(to: URL(fileURLWithPath: file))
    return file
  }

  func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
}
