import ArgumentParser
import Formats
import Hardware
import Models
import Pages
import Planning
import Reports
import Supply
import Training
import Units
import Workloads

struct CatalogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "catalog", abstract: "Chips, systems, engines, models and traces: list, show, check, write new ones.",
    discussion: """
      Examples:
        supernode catalog list chips
        supernode catalog list systems --chip 910B
        supernode catalog show 910C
        supernode catalog new chip --like H200 --name 'My chip'
      """,
    subcommands: [List.self, Show.self, New.self, Fields.self, Lint.self])

  struct Folders: ParsableArguments {
    @Option(help: "A folder whose entries add to and override the built-in catalog (repeatable).")
    var catalog: [String] = []

    /// The catalog; what of it is the user's is told on standard error.
    func open() throws -> Catalog {
      let opened = try Catalog(checking: catalog)
      for line in try OwnEntries.words(of: catalog, in: opened) { Terminal.writeError("supernode: \(line)") }
      return opened
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "All entries by kind, or those of one kind with their figures.",
      discussion: """
        Examples:
          supernode catalog list
          supernode catalog list chips --format csv
          supernode catalog list systems --chip 910B
        """)
    @Argument(help: "chips, systems, engines, models, traces, examples, or another kind of the catalog.")
    var kind: String?
    @Option(help: "Only chips with this in their names, or systems of such chips.") var chip: String?
    @Option(help: "How to print: table, csv or json.") var format = OutputFormat.table
    @OptionGroup var folders: Folders

    func validate() throws {
      guard chip == nil || ["chips", "systems"].contains(kind) else {
        throw ValidationError("--chip: goes with chips and systems; write catalog list systems --chip 910B")
      }
      guard format != .csv || kind != nil else {
        throw ValidationError("--format csv: name one kind, such as catalog list chips --format csv")
      }
    }

    func run() throws {
      let catalog = try folders.open()
      let listing =
        try kind.map { try CatalogListing(of: $0, chip: chip, in: catalog) } ?? CatalogListing(namesIn: catalog)
      let renderer = TerminalRenderer(width: Terminal.width, usesColour: Terminal.wantsColour)
      switch format {
      case .table: Terminal.write(kind == nil ? renderer.render(listing.overview()) : listing.text(renderer))
      case .csv: Terminal.write(listing.csv)
      case .json: Terminal.write(try listing.json())
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "One entry as its file has it, with every source.",
      discussion: "Any part of a name will do where it leaves one:  supernode catalog show 910c")
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
      let entry = try catalog.find(name, kind: kind)
      if !file, entry.kind == "models" {
        Terminal.write(try Architecture(named: entry.name, in: catalog).summary + "\n")
      }
      Terminal.write(try catalog.text(of: entry))
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
      let rules = catalog.decodingRules
      let faults = catalog.lint([
        ("chips", { _ = try HardwareFacts.checked($0).decode(Chip.self, userInfo: rules) }),
        ("systems", { _ = try HardwareFacts.checked($0).decode(System.self, userInfo: rules) }),
        ("regions", { _ = try $0.decode(Region.self, userInfo: rules) }),
        ("engines", { _ = try HardwareFacts.checked($0).decode(Engine.self, userInfo: rules) }),
        ("traces", { _ = try $0.decode(TraceEntry.self) }),
        ("training", { _ = try $0.decodedFacts(TrainingPlatform.self, userInfo: rules) }),
        ("failures", { _ = try $0.decodedFacts(FailureModel.self, userInfo: rules) }),
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
