import ArgumentParser
import Formats
import Units

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "The JSON schema of a scenario file or of a result, for editors and checkers.",
    discussion: "Example:  supernode schema > scenario.schema.json")

  enum Subject: String, ExpressibleByArgument, CaseIterable { case scenario, simulate, validate }

  @Argument(help: "scenario, or the verb whose result is meant: simulate, validate.") var subject = Subject.scenario

  func run() throws {
    let path = "schema/\(subject.rawValue).json"
    guard let found = Catalog().resourcePath(path) else {
      throw Problem(path, "the program's data is not beside it", wayOut: "install it anew with ./install")
    }
    Terminal.write(try textOfFile(found))
  }
}
