import ArgumentParser
import Foundation

/// Reads damaged files of every kind in processes that may die of it, and tells of each that did.
@main
struct Fuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tries damaged scenarios, configs, traces, tables, catalog entries and commands.",
    subcommands: [Run.self, RunChild.self, Show.self, Try.self, Kept.self], defaultSubcommand: Run.self)

  /// Of the checkout that this was built in, or a copy of its files.
  static let root =
    ProcessInfo.processInfo.environment["SUPERNODE_FUZZ_ROOT"]
    ?? #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")

  struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Tries inputs of every kind in turn.")
    @Option(help: "Kinds of input, by commas; all if absent.") var kinds: String?
    @Option(help: "CPU hours, of all processes together.") var hours: Double?
    @Option(help: "In place of hours: so many inputs of each kind.") var count: Int?
    @Option(help: "Processes at a time.") var processes = 1
    @Option(help: "Every seed gives other inputs.") var seed: UInt64 = 1
    @Option(help: "CPU seconds for one input.") var limit = 10
    @Option(help: "Where inputs with findings are kept.") var findings = ".build/fuzz-findings"
    @Option(help: .hidden) var plant: Plant?

    func run() throws {
      let names = kinds?.split(separator: ",").map(String.init) ?? Subject.Kind.allCases.map(\.rawValue)
      let list = try names.map { name in
        guard let kind = Subject.Kind(rawValue: name) else {
          throw ValidationError(
            "--kinds \(name): use some of \(Subject.Kind.allCases.map(\.rawValue).joined(separator: ","))")
        }
        return kind
      }
      let plan = Driver.Plan(
        kinds: list, seed: seed, count: hours == nil ? count ?? 300 : nil, seconds: hours.map { $0 * 3600 },
        processes: processes, limits: Child.Limits(seconds: limit), findings: findings,
        plant: plant)
      for signal in [SIGINT, SIGTERM] { Foundation.signal(signal) { _ in isInterrupted = true } }
      let driver = try Driver(plan)
      // At once, also into a file.
      try driver.run({ isInterrupted }, say: { FileHandle.standardOutput.write(Data("\($0)\n".utf8)) })
      if driver.found > 0 { throw ExitCode(1) }
    }
  }

  struct RunChild: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "child", shouldDisplay: false)
    @Argument var kind: String
    @Option var seed: UInt64
    @Option var from: Int
    @Option var count: Int
    @Option var seconds: Int
    @Option var limit: Int
    @Option var memory: Int
    @Option var folder: String
    @Option var plant: Plant?

    func run() throws {
      let subject = try Subject(named(kind), corpus: Corpus(root: Fuzz.root))
      let child = Child(
        subject: subject, seed: seed, folder: folder, limits: .init(seconds: limit, memory: memory), plant: plant)
      try child.run(from: from, count: count, seconds: seconds)
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Prints an input by its kind, seed and number.")
    @Argument var kind: String
    @Argument var seed: UInt64
    @Argument var number: Int

    func run() throws {
      let bytes = try Subject(named(kind), corpus: Corpus(root: Fuzz.root)).input(seed: seed, number: number)
      FileHandle.standardOutput.write(Data(bytes))
    }
  }

  struct Try: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Tries one file, in this process.")
    @Argument var kind: String
    @Argument var file: String
    @Flag(help: "Cuts the file down while it does the same harm.") var minimise = false

    func run() throws {
      let bytes = [UInt8](FileManager.default.contents(atPath: file) ?? Data())
      if minimise {
        let small = try Minimiser(kind: named(kind)).smallest(bytes)
        return FileHandle.standardOutput.write(Data(small))
      }
      let folder = "\(NSTemporaryDirectory())/supernode-try-\(getpid())"
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let child = try Child(
        subject: Subject(named(kind), corpus: Corpus(root: Fuzz.root)), seed: 0, folder: folder, limits: .init())
      let (accepted, finding) = try child.attempt(bytes)
      print(finding.map { "\($0)" } ?? (accepted ? "accepted" : "refused"))
      if finding != nil { throw ExitCode(1) }
    }
  }

  struct Kept: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Tries every input of Tests/Corpus, in this process.")

    func run() throws {
      let folder = "\(NSTemporaryDirectory())/supernode-kept-\(getpid())"
      defer { try? FileManager.default.removeItem(atPath: folder) }
      var count = 0
      var faults = 0
      for kind in Subject.Kind.allCases {
        let corpus = Corpus(root: Fuzz.root)
        let child = try Child(subject: Subject(kind, corpus: corpus), seed: 0, folder: folder, limits: .init())
        for (name, bytes) in corpus.kept(kind) {
          count += 1
          guard let finding = try child.attempt(bytes).finding else { continue }
          faults += 1
          print("\(kind.rawValue)/\(name): \(finding.kind): \(finding.what)")
        }
      }
      print("\(count) inputs, \(faults) findings")
      if faults > 0 { throw ExitCode(1) }
    }
  }
}

extension Plant: ExpressibleByArgument {}

/// Set by a signal.
nonisolated(unsafe) private var isInterrupted = false

private func named(_ kind: String) throws -> Subject.Kind {
  guard let kind = Subject.Kind(rawValue: kind) else { throw ValidationError("there is no kind \(kind)") }
  return kind
}
