import Foundation

/// Lets processes try inputs of every kind in turn, starts them anew where one ends before its time, and keeps what was
/// found.
final class Driver {
  struct Plan {
    var kinds: [Subject.Kind]
    var seed: UInt64
    /// Inputs of each kind; or CPU seconds of all together.
    var count: Int?
    var seconds: Double?
    var processes: Int
    var limits: Child.Limits
    var findings: String
    /// Harm done on purpose.
    var plant: Plant?
  }

  /// What a kind has had so far.
  struct Tally {
    var next = 0
    var tried = 0
    var accepted = 0
    var seconds = 0.0
    var findings: [String: Int] = [:]
  }

  private let plan: Plan
  private var tallies: [Subject.Kind: Tally] = [:]
  /// Findings told of, by their first words: one of each is kept.
  private var known: Set<String> = []
  private(set) var found = 0
  private var running: [Running] = []
  private var isEnding = false
  private let scratch: String

  private struct Running {
    var process: Process
    var kind: Subject.Kind
    var folder: String
    var first: Int
    var last = Progress()
    /// Looks at it in a row that saw the same number; a process that waits uses no CPU time.
    var still = 0
  }

  init(_ plan: Plan) throws {
    self.plan = plan
    let base = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    scratch = "\(base)/supernode-fuzz-\(getpid())"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: plan.findings, withIntermediateDirectories: true)
    for kind in plan.kinds { tallies[kind] = Tally() }
  }

  deinit { try? FileManager.default.removeItem(atPath: scratch) }

  var seconds: Double { tallies.values.reduce(0) { $0 + $1.seconds } }

  /// To the end of the plan, or until `isInterrupted` says so.
  func run(_ isInterrupted: () -> Bool, say: (String) -> Void) throws {
    var told = 0.0
    var slot = 0
    while true {
      while !isEnding, !isInterrupted(), running.count < plan.processes, let kind = nextKind() {
        slot += 1
        try start(kind, slot: slot)
      }
      if running.isEmpty { break }
      usleep(20_000)
      try reap(say: say)
      if isInterrupted() { running.forEach { $0.process.terminate() } }
      if seconds - told > 600 {
        told = seconds
        say(summary)
      }
    }
    say(summary)
  }

  /// The kind that had the least CPU time, or the fewest inputs.
  private func nextKind() -> Subject.Kind? {
    if let limit = plan.seconds, seconds >= limit { return nil }
    let busy = Set(running.map(\.kind))
    let open = plan.kinds.filter { kind in
      !busy.contains(kind) && (plan.count.map { tallies[kind, default: Tally()].tried < $0 } ?? true)
    }
    return open.min { tallies[$0, default: Tally()].seconds < tallies[$1, default: Tally()].seconds }
  }

  private func start(_ kind: Subject.Kind, slot: Int) throws {
    let folder = "\(scratch)/\(slot)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let tally = tallies[kind, default: Tally()]
    let process = Process()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    process.arguments =
      [
        "child", kind.rawValue, "--seed", "\(plan.seed)", "--from", "\(tally.next)", "--folder", folder,
        "--count", "\(plan.count.map { $0 - tally.tried } ?? .max)", "--seconds",
        "\(plan.count == nil ? 20 : 1_000_000)",
        "--limit", "\(plan.limits.seconds)", "--memory", "\(plan.limits.memory)",
      ] + (plan.plant.map { ["--plant", $0.rawValue] } ?? [])
    var environment = ProcessInfo.processInfo.environment
    environment["SWIFT_BACKTRACE"] = "enable=no"
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle(forWritingAtPath: created("\(folder)/errors")) ?? FileHandle.nullDevice
    try process.run()
    running.append(Running(process: process, kind: kind, folder: folder, first: tally.next))
  }

  private func created(_ path: String) -> String {
    try? Data().write(to: URL(fileURLWithPath: path))
    return path
  }

  private func reap(say: (String) -> Void) throws {
    for index in running.indices.reversed() {
      let progress = Progress.read("\(running[index].folder)/progress")
      let hasMoved = progress.number != running[index].last.number
      running[index].still = hasMoved ? 0 : running[index].still + 1
      running[index].last = progress
      // As long as forty limits of CPU time, by the clock: nothing there computes.
      if running[index].still > 50 * 40 * plan.limits.seconds { running[index].process.terminate() }
      guard !running[index].process.isRunning else { continue }
      let ended = running.remove(at: index)
      try conclude(ended, say: say)
      try? FileManager.default.removeItem(atPath: ended.folder)
    }
  }

  private func conclude(_ ended: Running, say: (String) -> Void) throws {
    let progress = Progress.read("\(ended.folder)/progress")
    var tally = tallies[ended.kind, default: Tally()]
    tally.tried += progress.tried
    tally.accepted += progress.accepted
    tally.seconds += Double(progress.microseconds) / 1e6
    tally.next = progress.number
    var findings: [Finding] = []
    let lines = (try? String(contentsOfFile: "\(ended.folder)/findings", encoding: .utf8)) ?? ""
    for line in lines.split(separator: "\n") {
      findings.append(try JSONDecoder().decode(Finding.self, from: Data(line.utf8)))
    }
    let status = ended.process.terminationStatus
    if ended.process.terminationReason == .uncaughtSignal, status != SIGTERM || ended.still > 1000 {
      let isHang = status == SIGPROF || status == SIGTERM
      let errors = (try? String(contentsOfFile: "\(ended.folder)/errors", encoding: .utf8)) ?? ""
      let words = errors.split(separator: "\n").first.map(String.init) ?? "signal \(status)"
      var finding = Finding(isHang ? "hang" : "trap", isHang ? "over \(plan.limits.seconds) s of CPU time" : words)
      finding.subject = ended.kind.rawValue
      finding.seed = plan.seed
      finding.number = progress.number
      findings.append(finding)
      tally.tried += 1
      tally.next = progress.number + 1
      if isHang { tally.seconds += Double(plan.limits.seconds) }
    } else if ended.process.terminationReason == .exit, status != 0 {
      let errors = (try? String(contentsOfFile: "\(ended.folder)/errors", encoding: .utf8)) ?? ""
      throw FuzzError("a process for \(ended.kind.rawValue) ended with \(status): \(errors)")
    }
    for finding in findings {
      tally.findings[finding.kind, default: 0] += 1
      found += 1
      try keep(finding, ended.kind, say: say)
    }
    tallies[ended.kind] = tally
  }

  /// The first of its like: told, and its input kept as a file.
  private func keep(_ finding: Finding, _ kind: Subject.Kind, say: (String) -> Void) throws {
    let words = finding.what.filter { !$0.isNumber }.prefix(70)
    let isHang = finding.kind == "hang"
    guard known.insert("\(finding.kind) \(kind.rawValue) \(isHang ? "\(finding.number)" : String(words))").inserted
    else {
      return
    }
    say("\(finding)")
    let name = "\(plan.findings)/\(kind.rawValue)-\(finding.seed)-\(finding.number)-\(finding.kind)"
    let bytes = try Subject(kind, corpus: Corpus(root: Fuzz.root)).input(seed: finding.seed, number: finding.number)
    try Data(bytes).write(to: URL(fileURLWithPath: name))
  }

  /// A line for each kind, and one for all.
  var summary: String {
    func cell(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    var lines: [String] = []
    func line(_ name: String, _ tally: Tally) {
      let findings = tally.findings.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
      let share = Int((Double(tally.accepted) / Double(max(1, tally.tried)) * 100).rounded())
      lines.append(
        cell("\(tally.tried)", 10) + cell("\(share)%", 6) + cell("\(Int(tally.seconds.rounded())) s", 9) + "  \(name)"
          + (findings.isEmpty ? "" : "  (\(findings))"))
    }
    var all = Tally()
    for kind in plan.kinds {
      let tally = tallies[kind, default: Tally()]
      line(kind.rawValue, tally)
      all.tried += tally.tried
      all.accepted += tally.accepted
      all.seconds += tally.seconds
    }
    line("all, \(found) findings, seed \(plan.seed)", all)
    return "    inputs  taken      CPU\n" + lines.joined(separator: "\n")
  }
}
