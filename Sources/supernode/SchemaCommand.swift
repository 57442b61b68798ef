import ArgumentParser
import Formats
import Units

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "The JSON schema of a scenario file or of a result, for editors and checkers.",
    discussion: """
      Examples:
        supernode schema > scenario.schema.json
        supernode schema supply-scenario > supply.schema.json
      """)

  enum Subject: String, ExpressibleByArgument, CaseIterable {
    case scenario, simulate, validate
    case supplyScenario = "supply-scenario"
    case supply
  }

  @Argument(
    help: "scenario or supply-scenario, or the verb whose result is meant: simulate, validate, supply.")
  var subject = Subject.scenario

  func run() throws {
    let path = "schema/\(subject.rawValue).json"
    guard let found = Catalog().resourcePath(path) else {
      throw Problem(path, "the program's data is not beside it", wayOut: "install it anew with ./install")
    }
    Terminal.write(try textOfFile(found))
  }
}
