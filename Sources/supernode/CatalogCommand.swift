import ArgumentParser
import Formats
import Hardware
import Planning
import Supply
import Units
import Models
import Workloads

struct CatalogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "catalog", abstract: "Chips, systems, engines, models and traces: list, show, check.",
    discussion: "Example:  supernode catalog show 'Ascend 910C'",
    subcommands: [List.self, Show.self, Lint.self])

  struct Folders: ParsableArguments {
    @Option(help: "A folder whose entries add to and override the built-in catalog (repeatable).")
    var catalog: [String] = []
    func open() throws -> Catalog { try Catalog(checking: catalog) }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The names of all entries, or of one kind.")
    @Argument(help: "chips, systems, engines, models, supply or traces; all when absent.") var kind: String?
    @OptionGroup var folders: Folders

    func run() throws { Terminal.write(try folders.open().list(kind: kind)) }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "One entry as its file has it, with every source.")
    @Argument(help: "The entry's name, after its kind if you like: supply base; or the path of a config.json.")
    var words: [String]
    @Option(help: "Its kind, where two kinds have the name.") var kind: String?
    @Flag(help: "The file alone, without what a model's config.json amounts to.") var file = false
    @OptionGroup var folders: Folders

    func validate() throws {
      guard (1...2).contains(words.count), words.count == 1 || kind == nil else {
        throw ValidationError("give a name, or a kind and a name, such as supply base")
      }
    }

    func run() throws {
      let kind = words.count == 2 ? words[0] : kind
      let catalog = try folders.open()
      let name = words[words.count - 1]
      if name.contains("/") || name.hasSuffix(".json") { return try showFile(name, in: catalog) }
      let text = try catalog.show(name, kind: kind)
      let isModel = !file && (kind ?? "models") == "models" && catalog.names("models").contains(name)
      if isModel { Terminal.write(try Architecture(named: name, in: catalog).summary + "\n") }
      Terminal.write(text)
    }

    /// A file of one's own: what a model's config.json amounts to, and the file.
    private func showFile(_ path: String, in catalog: Catalog) throws {
      guard let found = catalog.path(of: path, kind: "models") ?? catalog.path(of: "./\(path)", kind: "models") else {
        throw Problem(path, "there is no such file", wayOut: "name a config.json, or the folder that holds it")
      }
      let node = try Node.read(path: found)
      if !file, node.field("architectures") != nil {
        Terminal.write(try Architecture(config: node, name: path).summary + "\n")
      }
      Terminal.write(try textOfFile(found))
    }
  }

  struct Lint: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Reads every entry as the models would; reports each fault with its file, line and field.")
    @OptionGroup var folders: Folders

    func run() throws {
      let catalog = try folders.open()
      let faults = catalog.lint([
        ("chips", { _ = try HardwareFacts.checked($0).decode(Chip.self) }),
        ("systems", { _ = try HardwareFacts.checked($0).decode(System.self) }),
        ("engines", { _ = try HardwareFacts.checked($0).decode(Engine.self) }),
        ("traces", { _ = try $0.decode(TraceEntry.self) }),
        ("models", { _ = try Architecture(config: $0, name: "") }),
        (
          "supply",
          {
            try SupplyScenario.lint($0, catalog: catalog)
            try ServingPlatforms.lint($0, catalog: catalog)
          }
        ),
      ])
      guard faults.isEmpty else { throw Problems(faults) }
      let kept = try SupplyScenario.keptForReaders(catalog).count
      Terminal.write(
        "\(try catalog.entries().count) entries, no fault; \(kept) numbers of the supply world are kept for the reader")
    }
  }
}
