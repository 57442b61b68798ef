import ArgumentParser
import Units

@main
struct Supernode: ParsableCommand {
  static let version = "0.1.0"
  static let configuration = CommandConfiguration(
    commandName: "supernode",
    abstract: "What AI chips can really do, from a request trace to tokens, energy and cost.",
    discussion: """
      Start with an example:  supernode simulate cloudmatrix384-deepseek-r1
      Every verb has help with an example:  supernode simulate --help
      """,
    version: version,
    subcommands: [
      Simulate.self, Validate.self, SupplyCommand.self, CatalogCommand.self, TraceCommand.self, SchemaCommand.self,
    ])

  /// Faults told at once; nobody reads more.
  private static let mostFaults = 20

  static func main() {
    do {
      Interrupt.listen()
      var command = try parseAsRoot(CommandLine.arguments.dropFirst().map(dashed))
      try command.run()
    } catch let status as ExitCode {
      endProcess(status.rawValue)
    } catch {
      endProcess(report(error))
    }
  }

  /// `--a_b=c` as `--a-b=c`, as vLLM takes both.
  private static func dashed(_ argument: String) -> String {
    guard argument.hasPrefix("--") else { return argument }
    let end = argument.firstIndex(of: "=") ?? argument.endIndex
    return String(argument[..<end].map { $0 == "_" ? "-" : $0 }) + argument[end...]
  }

  /// Prints the error as sentences and gives the exit code: 1 failure, 2 usage, 130 interrupted.
  private static func report(_ error: any Error) -> Int32 {
    switch error {
    case let problem as Problem:
      Terminal.writeError("supernode: \(problem)")
      return 1
    case let problems as Problems:
      for problem in problems.list.prefix(mostFaults) { Terminal.writeError("supernode: \(problem)") }
      let more = problems.list.count - mostFaults
      if more > 0 { Terminal.writeError("supernode: … and \(more) more such faults") }
      return 1
    default:
      let code = exitCode(for: error)
      let message = fullMessage(for: error)
      if code.isSuccess {
        Terminal.write(message)
        return 0
      }
      Terminal.writeError(message)
      return code == .validationFailure ? 2 : 1
    }
  }
}
