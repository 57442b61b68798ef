import ArgumentParser

@main
struct Supernode: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "supernode", abstract: "From wafer to token: what AI chips can really do.", version: "0.1.0")
}
