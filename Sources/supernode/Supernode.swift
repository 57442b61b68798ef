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
      Simulate.self, PlanCommand.self, TrainCommand.self, CompareCommand.self, InitCommand.self, Validate.self,
      Calibrate.self,
      SupplyCommand.self, CatalogCommand.self, TraceCommand.self,
      SchemaCommand.self, ManualCommand.self,
    ])

  /// Faults told at once; nobody reads more.
  private static let mostFaults = 20

  static func main() {
    do {
      Interrupt.listen()
      let arguments = try CommandLineText(CommandLine.arguments.dropFirst()).arguments
      var command = try parseAsRoot(arguments)
      do { try command.run() } catch let error as ValidationError {
        // With the usage of the verb, and not of the program.
        throw Misuse(message: error.message, usage: usageString(for: type(of: command)))
      }
    } catch let status as ExitCode {
      endProcess(status.rawValue)
    } catch {
      endProcess(report(error))
    }
  }

  /// Prints the error as sentences and gives the exit code: 1 failure, 2 usage, 130 interrupted.
  private static func report(_ error: any Error) -> Int32 {
    switch error {
    case let problem as Problem:
      Terminal.writeError("supernode: \(problem)")
      return 1
    case let misuse as Misuse:
      Terminal.writeError(misuse.text)
      return 2
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
