import Reports
import Supply
import Units

/// The scenario held against worlds without some of its events.
extension SupplyReport {
  /// All worlds in a table; the first beside the scenario in charts, the others folded.
  var worldSections: [Document.Section] {
    guard let first = counterfactuals.first else { return [] }
    let table = Document.Section(
      "What if: \(counterfactuals.count + 1) worlds",
      [
        .paragraph(
          "Each lacks some events and shares all else, every random number too. Medians, and 5% to 95% of the draws."),
        .table(worldTable(withBands: true)),
      ])
    let others = counterfactuals.dropFirst().map { pair in
      Document.Block.folded(title: "Charts and differences: \(pair.title)", blocks(pair))
    }
    let shown = Document.Section("Another world: \(first.title)", blocks(first) + others)
    return (counterfactuals.count > 1 ? [table] : []) + [shown]
  }

  private func blocks(_ pair: Counterfactual) -> [Document.Block] {
    let name = pair.title
    let left = events.filter { pair.without.contains($0.id) }.map(\.id)
    // A mandate that stays cuts the more the more is imported, so its date is marked too.
    let plan = events.first { $0.id == "national-plan" && !pair.without.contains("mandates") }
    let kept = plan.map { [$0.id] } ?? []
    let charts = [
      ("domestic.units", "Domestic makers gain where the bands part."),
      ("imports.units", "What is imported under licence in either world."),
      ("market.unmet", "What buyers would have bought and could not."),
      ("tokens.capacity", "Where it ends: tokens that the chips could serve."),
    ].compactMap { quantity, caption in
      self.pair(
        quantity, pair.series, named: name, caption: caption, marking: (left.isEmpty ? ["h20-ban"] : left) + kept)
    }
    return [
      .paragraph(
        (pair.without.isEmpty
          ? "The scenario beside \(pair.title): every random number is the same."
          : "Left out: \(pair.without.joined(separator: ", ")). All else, and every random number, is the same.")
          + (plan.map {
            " So is the national plan of \($0.date), by which 80% of what is bought is to be domestic: the more a "
              + "world imports by then, the more it cuts, and domestic sales rise with what makers have in stock."
          } ?? "")),
      .charts(charts), .table(differenceTable(pair)),
      .folded(title: "Claims in either world", [.table(claimPairs(pair))]),
    ]
  }

  /// A row for each main quantity of the two years of the news, a column for each world.
  private func worldTable(withBands: Bool) -> Table {
    let asked = [
      ("domestic.units", 2025), ("domestic.units", 2026), ("imports.units", 2025), ("imports.units", 2026),
      ("revenue.Nvidia", 2025), ("revenue.Nvidia", 2026), ("revenue.Huawei", 2026), ("share.value", 2026),
      ("market.unmet", 2026), ("fleet.compute", 2026), ("tokens.capacity", 2026),
    ]
    let worlds = [years] + counterfactuals.map(\.years)
    let rows = asked.compactMap { quantity, year -> [Table.Cell]? in
      let found = worlds.compactMap { years -> Table.Cell? in
        guard let row = years.first(where: { $0.quantity == quantity }), let index = row.years.firstIndex(of: year)
        else { return nil }
        let scale = scale(row.unit)
        let note = withBands ? scale.range(row.bands[index]) : ""
        return Table.Cell(scale.text(row.bands[index].p50), note: note)
      }
      return found.count == worlds.count ? [Table.Cell("\(Self.label(quantity)), \(year)")] + found : nil
    }
    let names = [title] + counterfactuals.map(\.title)
    return Table("", columns: ["Quantity"] + names.map { .number($0) }, rows: rows)
  }

  /// For a terminal: all worlds in a table, then what each changes.
  var shortWorlds: [Document.Section] {
    guard !counterfactuals.isEmpty else { return [] }
    let worlds = Document.Section(
      "What if: \(counterfactuals.count + 1) worlds", [.table(worldTable(withBands: false))])
    return [worlds]
      + counterfactuals.map { pair in
        let changed = pair.differences.filter { row in row.bands.contains { abs($0.p05) + abs($0.p95) > 0 } }
        return Document.Section(
          pair.without.isEmpty
            ? "What this scenario changes, beside \(pair.title)"
            : "What these events changed: \(pair.title.lowercased())",
          changed.isEmpty
            ? [.notes(["nothing of the main quantities"])]
            : [.table(shortTable(changed))] + (pair.without.isEmpty ? [.table(claimPairs(pair))] : []))
      }
  }

  private func differenceTable(_ pair: Counterfactual) -> Table {
    let changed = pair.differences.filter { row in row.bands.contains { abs($0.p05) + abs($0.p95) > 0 } }
    return yearTable("Scenario less the world without the events, draw by draw: median (5% to 95%).", changed)
  }

  private func claimPairs(_ pair: Counterfactual) -> Table {
    Table(
      "", columns: ["Claim", .number("As told"), .number(pair.title)],
      rows: zip(claims, pair.claims).map { base, other in
        [
          Table.Cell(base.title), Table.Cell(Self.rounded(base.probability), share: base.probability),
          Table.Cell(Self.rounded(other.probability), share: other.probability),
        ]
      })
  }
}
