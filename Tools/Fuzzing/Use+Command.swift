import Foundation

extension Use {
  /// The program itself with the lines as its arguments, in a folder of its own: a code that is known, sentences, and
  /// files only where it succeeded.
  func command(_ path: String) throws {
    let text = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    let arguments = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).prefix(200)
    // No file outside, no standard input, no run of days.
    let isHarmless = arguments.allSatisfy { $0.utf8.count < 100_000 && !$0.contains("\0") && !leads(outside: $0) }
    guard isHarmless, !arguments.contains("calibrate") else { return }
    // What was asked for at length may take as long, and so may all measured runs.
    let kinds = zip(arguments, arguments.dropFirst()).filter { $0.0 == "--kind" }.map(\.1)
    if arguments.contains("validate"), kinds.isEmpty || kinds.contains("runs") { return }
    let counts = zip(arguments, arguments.dropFirst()).filter { $0.0 == "--draws" || $0.0 == "--num-prompts" }
    guard counts.allSatisfy({ Double($0.1) ?? 0 < 10_000 }) else { return }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "ulimit -t \(Self.mostSeconds); exec \"$0\" \"$@\"", Self.program] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ["SWIFT_BACKTRACE": "enable=no", "HOME": folder, "PATH": "/usr/bin:/bin"]
    process.standardInput = FileHandle.nullDevice
    let files = ["\(folder)/.output", "\(folder)/.error"]
    for file in files { try Data().write(to: URL(fileURLWithPath: file)) }
    let handles = files.compactMap(FileHandle.init(forWritingAtPath:))
    process.standardOutput = handles[0]
    process.standardError = handles[1]
    try process.run()
    process.waitUntilExit()
    let said = files.map { String(decoding: FileManager.default.contents(atPath: $0) ?? Data(), as: UTF8.self) }
    try judge(process, output: said[0], error: said[1])
  }

  private func judge(_ process: Process, output: String, error: String) throws {
    let code = process.terminationStatus
    guard process.terminationReason == .exit else {
      throw Finding(code == SIGXCPU || code == SIGPROF ? "hang" : "trap", "signal \(code)")
    }
    guard (0...2).contains(code) else { throw Finding("code", "the exit code is \(code)") }
    try check(text: error)
    try check(text: output)
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
      .filter { !$0.hasPrefix(".") && $0 != "command.txt" }
    if let partial = names.first(where: { $0.hasSuffix(".partial") }) { throw Finding("file", "\(partial) is left") }
    guard code != 0 else { return }
    if error.isEmpty { throw Finding("sentence", "exit code \(code) without a word") }
    if !output.isEmpty { throw Finding("file", "exit code \(code) with output: \(output.prefix(200))") }
    if let left = names.first { throw Finding("file", "exit code \(code), and \(left) is left") }
    let isSentence = error.split(separator: "\n").contains { $0.hasPrefix("supernode:") || $0.hasPrefix("Error:") }
    if !isSentence { throw Finding("sentence", String(error.prefix(300))) }
  }

  /// A path that a mutation made must not lead out of the folder.
  private func leads(outside argument: String) -> Bool {
    argument == "-" || argument.contains("..") || argument.hasPrefix("/") || argument.contains("=/")
  }

  /// CPU time of a command.
  private static let mostSeconds = 20

  /// Beside the driver.
  static let program: String = {
    let own = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    return own.deletingLastPathComponent().appendingPathComponent("supernode").path
  }()
}
