import Formats
import Foundation

/// What a process that tries inputs tells the one that started it, in a file both have: overwritten before each input.
struct Progress {
  var number = 0
  /// Inputs tried, and those of them that were accepted.
  var tried = 0
  var accepted = 0
  /// CPU time so far, microseconds.
  var microseconds = 0

  static func read(_ path: String) -> Progress {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return Progress() }
    let values = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    guard values.count == 4 else { return Progress() }
    return Progress(number: values[0], tried: values[1], accepted: values[2], microseconds: values[3])
  }

  func write(to file: Int32) {
    func padded(_ value: Int) -> String { String(repeating: " ", count: max(0, 20 - "\(value)".count)) + "\(value)" }
    let text = [number, tried, accepted, microseconds].map(padded).joined(separator: " ") + "\n"
    _ = text.utf8.withContiguousStorageIfAvailable { pwrite(file, $0.baseAddress, $0.count, 0) }
  }
}

/// What a fault in a reader would do.
enum Plant: String {
  case trap, hang, memory, file

  /// `file` leaves one where the next input looks.
  func harm(in folder: String) {
    switch self {
    case .trap: preconditionFailure("planted")
    case .hang: while Child.usedMicroseconds() >= 0 {}
    case .memory:
      let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 3 << 29, alignment: 16)
      for place in stride(from: 0, to: block.count, by: 4096) { block[place] = 1 }
      block.deallocate()
    case .file: try? Data().write(to: URL(fileURLWithPath: "\(folder)/left.partial"))
    }
  }
}

/// Tries inputs one after another in this process, which a trap or an endless loop ends.
struct Child {
  let subject: Subject
  let seed: UInt64
  let folder: String
  let limits: Limits
  /// Harm that the third input does, to see that it is noticed.
  var plant: Plant?

  struct Limits {
    /// CPU seconds for one input, and bytes of memory of this process.
    var seconds = 10
    var memory = 1 << 30
  }

  /// `count` inputs from a number on, or as many as `seconds` of CPU allow; findings go to a file, a line each.
  func run(from first: Int, count: Int, seconds: Int) throws {
    restrain()
    let status = open("\(folder)/progress", O_WRONLY | O_CREAT, 0o644)
    let findings = open("\(folder)/findings", O_WRONLY | O_CREAT | O_APPEND, 0o644)
    var progress = Progress(number: first)
    while progress.tried < count, progress.microseconds < seconds * 1_000_000 {
      progress.write(to: status)
      let bytes = subject.input(seed: seed, number: progress.number)
      Self.limitInput(limits.seconds)
      if progress.number == 3 { plant?.harm(in: folder) }
      let (accepted, finding) = try attempt(bytes)
      if var finding {
        finding.subject = subject.kind.rawValue
        finding.seed = seed
        finding.number = progress.number
        let line = try JSONEncoder().encode(finding) + Data("\n".utf8)
        _ = line.withUnsafeBytes { write(findings, $0.baseAddress, $0.count) }
        // What a process once had it does not give back.
        if finding.kind == "memory" { progress.number = -1 }
      }
      progress.tried += 1
      progress.accepted += accepted ? 1 : 0
      progress.microseconds = Self.usedMicroseconds()
      if progress.number < 0 { break }
      progress.number += 1
    }
    progress.number = first + progress.tried
    progress.write(to: status)
  }

  /// One input in an empty folder.
  func attempt(_ bytes: [UInt8]) throws -> (accepted: Bool, finding: Finding?) {
    let room = "\(folder)/room"
    try? FileManager.default.removeItem(atPath: room)
    try FileManager.default.createDirectory(atPath: room, withIntermediateDirectories: true)
    let path = "\(room)/\(subject.kind.fileName)"
    try Data(subject.kind == .gzip ? packed(bytes) : bytes).write(to: URL(fileURLWithPath: path))
    var accepted = false
    var finding: Finding?
    do { accepted = try Use(catalog: Catalog(), folder: room)(subject.kind, path: path) } catch {
      finding = Finding.fault(of: error)
    }
    let partial = (try? FileManager.default.subpathsOfDirectory(atPath: folder))?.first { $0.hasSuffix(".partial") }
    if let partial { finding = finding ?? Finding("file", "\(partial) is left") }
    let memory = Self.peakMemory()
    if memory > limits.memory { finding = finding ?? Finding("memory", "\(memory >> 20) MiB") }
    return (accepted, finding)
  }

  /// As gzip stores what it does not compress; damage comes after, by the bytes' own sum.
  private func packed(_ bytes: [UInt8]) -> [UInt8] {
    var file: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    var rest = bytes[...]
    repeat {
      let part = rest.prefix(65_535)
      rest = rest.dropFirst(part.count)
      let size = UInt16(part.count)
      file += [rest.isEmpty ? 1 : 0, UInt8(size & 255), UInt8(size >> 8), UInt8(~size & 255), UInt8(~size >> 8)] + part
    } while !rest.isEmpty
    var sum: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
    }
    for value in [~sum, UInt32(bytes.count)] { file += (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
    let total = bytes.reduce(0) { $0 &+ Int($1) }
    switch total % 4 {
    case 0: file[total % file.count] ^= UInt8(truncatingIfNeeded: total >> 3) | 1
    case 1: file.removeLast(total % file.count)
    case 2: file += total % 8 < 4 ? file : Array(file.prefix(total % 40))
    default: break
    }
    return file
  }

  // MARK: Limits

  /// Address space, and no backtrace, which takes seconds.
  private func restrain() {
    var limit = rlimit(rlim_cur: rlim_t(limits.memory) * 6, rlim_max: rlim_t(limits.memory) * 6)
    #if os(Linux)
      setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
      var core = rlimit(rlim_cur: 0, rlim_max: 0)
      setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &core)
    #endif
  }

  /// SIGPROF ends a process that computes for longer.
  private static func limitInput(_ seconds: Int) {
    var timer = itimerval()
    timer.it_value.tv_sec = seconds
    #if os(Linux)
      setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
    #else
      setitimer(ITIMER_PROF, &timer, nil)
    #endif
  }

  private static func usage(_ who: Int32) -> rusage {
    var usage = rusage()
    #if os(Linux)
      getrusage(__rusage_who_t(who), &usage)
    #else
      getrusage(who, &usage)
    #endif
    return usage
  }

  static func usedMicroseconds() -> Int {
    // Of this process and of those that it waited for.
    [usage(0), usage(-1)].reduce(0) { sum, usage in
      sum + (Int(usage.ru_utime.tv_sec) + Int(usage.ru_stime.tv_sec)) * 1_000_000 + Int(usage.ru_utime.tv_usec)
        + Int(usage.ru_stime.tv_usec)
    }
  }

  static func peakMemory() -> Int {
    #if os(Linux)
      Int(usage(0).ru_maxrss) * 1024
    #else
      Int(usage(0).ru_maxrss)
    #endif
  }
}
