import Foundation

/// The built program, run as a user runs it, in a folder of its own.
final class Program {
  struct Outcome {
    var code: Int32
    var output: String
    var errors: String
  }

  let folder: URL
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static var example: String { root.appending(path: "Examples/cloudmatrix384-deepseek-r1.yaml").path }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "supernode-program-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  /// Runs it to its end; `whileRunning` may look at it and stop it.
  func run(_ arguments: [String], input: String = "", whileRunning: (Process) throws -> Void = { _ in }) throws
    -> Outcome
  {
    let process = Process()
    // Tests and program are built into the same folder.
    process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appending(path: "supernode")
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ["NO_COLOR": "1"]
    // Files rather than pipes, so that neither side waits for the other.
    let files = ["in", "out", "err"].map { folder.appending(path: ".\($0)") }
    try Data(input.utf8).write(to: files[0])
    for file in files[1...] { try Data().write(to: file) }
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    process.standardOutput = try FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    // Threads of a test block signals, and a program inherits that.
    var interrupts = sigset_t()
    sigemptyset(&interrupts)
    sigaddset(&interrupts, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &interrupts, nil)
    try process.run()
    try whileRunning(process)
    process.waitUntilExit()
    let texts = try files[1...].map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
    for file in files { try FileManager.default.removeItem(at: file) }
    return Outcome(code: process.terminationStatus, output: texts[0], errors: texts[1])
  }
}
