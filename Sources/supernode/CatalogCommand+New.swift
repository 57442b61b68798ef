import ArgumentParser
import Formats
import Hardware
import Pages
import Units

extension CatalogCommand {
  /// Kinds of which new entries are written.
  enum NewKind: String, ExpressibleByArgument, CaseIterable {
    case chip, system, engine, model
    var folder: String { "\(rawValue)s" }
  }

  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes a chip, system, engine or model like another one, ready to edit.",
      discussion: """
        Examples:
          supernode catalog new chip --like H200 --name 'My chip'
          supernode catalog new system --like 'HGX H200' --name 'My board' --chip 'My chip'
          supernode simulate --model Llama-3.1-70B --system 'My board' --catalog mine
        """)
    @Argument(help: "chip, system, engine or model.") var kind: NewKind
    @Option(help: "The entry to begin with.") var like: String
    @Option(help: "The name of the new entry.") var name: String
    @Option(help: "The chip of a new system; that of the other one if absent.") var chip: String?
    @Option(help: "The folder of your catalog, made if it is not there.") var to = "mine"
    @Option(help: "A folder whose entries can be begun with too (repeatable).") var catalog: [String] = []

    func validate() throws {
      guard chip == nil || kind == .system else {
        throw ValidationError("--chip: only a system has a chip; leave it out")
      }
    }

    func run() throws {
      // What was written before can be built upon.
      let known = fileNames(in: to).isEmpty ? catalog : catalog + [to]
      let catalog = try Catalog(checking: known)
      let entry = try catalog.find(like, kind: kind.folder)
      let chip = try chip.map { try catalog.find($0, kind: "chips").name }
      let copy = try catalog.copy(of: entry, named: name, changes: chip.map { [("chip", $0)] } ?? [])
      let path = "\(to)/\(copy.file)"
      guard fileKind(at: path) == .missing else {
        throw Problem(path, "is there already", wayOut: "edit it, or give the new one another --name")
      }
      try OutputFile.write(copy.text, to: path)
      Terminal.write("\(path) is written, like \(entry.name). Change what differs, then:\n" + next(entry, catalog))
    }

    private func next(_ entry: Catalog.Entry, _ catalog: Catalog) -> String {
      let lint = "  supernode catalog lint --catalog \(shell(to))\n"
      let simulate = "  supernode simulate --catalog \(shell(to))"
      switch kind {
      case .chip:
        let board = catalog.names("systems").first { (try? catalog.system($0).chip) == entry.name } ?? "HGX H200"
        return lint + "  supernode catalog new system --like \(shell(board)) --name \(shell("\(name) board"))"
          + " --chip \(shell(name)) --to \(shell(to))\n"
      case .system: return lint + "\(simulate) --model Llama-3.1-70B --system \(shell(name))\n"
      case .engine: return lint + "\(simulate) --model Llama-3.1-70B --system 'HGX H100' --engine \(shell(name))\n"
      case .model: return lint + "\(simulate) --model \(shell(name)) --system 'HGX H100'\n"
      }
    }

    /// As a shell takes it for one word.
    private func shell(_ word: String) -> String {
      let isPlain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./".contains($0) }
      return isPlain ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }
  }

  struct Fields: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Every field of a chip's, system's or engine's file, with a typical value, as Markdown.",
      discussion: "Example:  supernode catalog fields chip")
    @Argument(help: "chip, system or engine.") var kind: NewKind

    func validate() throws {
      guard kind != .model else {
        throw ValidationError("model: its file is Hugging Face's config.json; see supernode schema model")
      }
    }

    func run() throws {
      let subject = SchemaSubject(rawValue: kind.rawValue) ?? .chip
      Terminal.write(try CatalogFields(kind: subject, in: Catalog()).markdown)
    }
  }
}
