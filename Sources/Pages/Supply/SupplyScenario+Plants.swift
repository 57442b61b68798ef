import Reports
import Supply
import Units

extension SupplyScenario {
  /// Names of plants and of families of dies.
  var plants: [String] { world.fabs.map(\.name) + world.dies.map(\.name) }

  /// A plant or a family of dies with its numbers; for a word such as `5nm`, `node` or `yield`, what of these there is.
  func explanation(ofPlant name: String, _ listing: WorldListing) -> Document? {
    if let fab = world.fabs.first(where: { $0.name == name }) {
      let facts = [("Run by", fab.owner), ("Node", (fab.node ?? "not said") + ": a label on which no number rests")]
      return table(name, facts + numbers(of: "fab.\(name)", listing))
    }
    if world.dies.contains(where: { $0.name == name }) { return table(name, numbers(of: "dies.\(name)", listing)) }
    let word = name.lowercased().filter { $0 != " " }
    guard word.hasSuffix("nm") || ["node", "nodes", "yield", "yields", "plants"].contains(word) else { return nil }
    let yields = world.dies.flatMap { family in
      numbers(of: "dies.\(family.name)", listing).filter { $0.0.hasPrefix("yield") }.map {
        ("\(family.name), \($0.0)", $0.1)
      }
    }
    let asked = listing.uses.last { $0.place.hasPrefix("dies.\(world.dies.first?.name ?? "") yield") }?.name
    return table(
      "Nodes and yields", world.fabs.map { ("Plant \($0.name)", $0.node ?? "no node") } + yields,
      [
        "A plant's node is a label on which no number rests, and one yield holds for all dies of a family, whichever "
          + "plant makes them. A node that is not listed has no plant here, since no source in the data gives its "
          + "wafers and its yield for AI chips.",
        "Where memory holds makers back, a better yield moves little."
          + (asked.map { " To try one: supernode supply --set '\($0)=0.7' --compare base" } ?? ""),
      ])
  }

  private func numbers(of part: String, _ listing: WorldListing) -> [(String, String)] {
    listing.uses.filter { $0.place.hasPrefix(part + " ") }.map { use in
      let parameter = parameters.last { $0.name == use.name }
      let value = parameter.map { "\($0.value.text(in: $0.unit)) \($0.unit), " } ?? ""
      return (String(use.place.dropFirst(part.count + 1)), value + use.name)
    }
  }

  private func table(_ title: String, _ rows: [(String, String)], _ notes: [String] = []) -> Document {
    let table = Table("", columns: ["", ""], rows: rows.map { [Table.Cell($0.0), Table.Cell($0.1)] })
    return Document(
      title: title,
      sections: [.init("Why", [.table(table)])] + (notes.isEmpty ? [] : [.init("Note", [.notes(notes)])]))
  }
}
