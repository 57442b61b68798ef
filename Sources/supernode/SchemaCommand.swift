import ArgumentParser
import Formats
import Pages

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "The JSON schema of a file or of a result, for editors and checkers.",
    discussion: """
      Examples:
        supernode schema > scenario.schema.json
        supernode schema engine > engine.schema.json
      """)

  @Argument(
    help: """
      A file: scenario, supply-scenario, chip, system, engine, model, calibration or kernel-table; or the verb whose \
      result is meant: simulate, explain (of simulate --explain), validate, supply or trace.
      """)
  var subject = SchemaSubject.scenario

  func run() throws { Terminal.write(try subject.text()) }
}

extension SchemaSubject: ExpressibleByArgument {}
