import Reports
import Supply
import Units

extension SupplyReport {
  /// Whether any claim was told with and without a turn of policy.
  var hasTurns: Bool { claims.contains { $0.policyStays != nil } }

  func claimTable(_ caption: String, _ claims: [Claim], withDefinitions: Bool = true) -> Table {
    Table(
      caption,
      columns: ["Claim", .number(hasTurns ? "Policy may turn" : "Probability")]
        + (hasTurns ? [.number("If it stays")] : []) + [.number("Median"), .number("5% to 95%")]
        + (withDefinitions ? ["Unit"] : []),
      rows: claims.map { claim in
        [
          Table.Cell(claim.title, note: withDefinitions ? claim.definition : ""),
          Table.Cell(Self.rounded(claim.probability), share: claim.probability),
        ] + (hasTurns ? [ifPolicyStays(claim)] : []) + [
          Table.Cell(claim.text(claim.value.p50)),
          Table.Cell("\(claim.text(claim.value.p05)) to \(claim.text(claim.value.p95))"),
        ] + (withDefinitions ? [Table.Cell(claim.unitName, tone: .muted)] : [])
      })
  }

  /// Of the draws in which policy stays until the claim's date, with how many these are.
  private func ifPolicyStays(_ claim: Claim) -> Table.Cell {
    guard let probability = claim.probabilityIfPolicyStays, let share = claim.policyStays else { return "" }
    let count = Int((share * Double(run.draws)).rounded())
    return Table.Cell(Self.rounded(probability), note: count < 1000 ? "of \(Text.counted(count, "draw"))" : "")
  }

  var meaningTable: Table {
    Table(
      "Judgement: the share of what moves the value that is ours or from memory (grades D and M), by squared "
        + "correlations over at most 2,048 draws.",
      columns: [
        "Claim", "What is counted", "Compared with counts", .number("Judgement"), "Moved most by", "Source",
      ],
      rows: claims.map { claim in
        [
          Table.Cell(claim.title), Table.Cell(claim.meaning ?? claim.definition), Table.Cell(standing(claim)),
          Table.Cell(claim.judgement.map { "\(Measure($0, .percent))" } ?? ""),
          Table.Cell((claim.movedBy ?? []).joined(separator: ", ")),
          Table.Cell(claim.source ?? "this scenario", tone: .muted),
        ]
      })
  }

  func yearTable(_ caption: String, _ rows: [YearRow]) -> Table {
    let years = rows.first?.years ?? []
    // Years in which nothing is there are left out.
    let told = years.indices.filter { year in rows.contains { abs($0.bands[year].p05) + abs($0.bands[year].p95) > 0 } }
    return Table(
      caption, columns: ["Quantity"] + told.map { .number(String(years[$0])) },
      rows: rows.map { row in
        let scale = scale(row.unit)
        return [Table.Cell(Self.label(row.quantity), note: scale.name)]
          + told.map { year in
            let band = row.bands[year], isNothing = abs(band.p05) + abs(band.p95) == 0
            return isNothing ? "0" : Table.Cell(scale.text(band.p50), note: scale.range(band))
          }
      })
  }

  /// For a terminal: medians of the years of the news, and one year's band.
  func shortTable(_ rows: [YearRow]) -> Table {
    let all = rows.first?.years ?? []
    let shown = all.indices.filter { (2024...2028).contains(all[$0]) }
    let years = shown.isEmpty ? Array(all.indices.prefix(5)) : shown
    let banded = years.first { all[$0] == 2026 } ?? years.last ?? 0
    return Table(
      "",
      columns: ["Median"] + years.map { .number(String(all[$0])) }
        + [.number(all.isEmpty ? "" : "\(all[banded]), 5% to 95%")],
      rows: rows.map { row in
        let scale = scale(row.unit)
        return [Table.Cell(Self.label(row.quantity))] + years.map { Table.Cell(scale.text(row.bands[$0].p50)) }
          + [Table.Cell(scale.range(row.bands[banded]))]
      })
  }

  /// The flow of each year from wafers to tokens, medians.
  var chain: Table {
    let steps = [
      "domestic.wafers", "domestic.dies", "domestic.packagesStarted", "domestic.packages", "domestic.units",
      "imports.units", "smuggled.units", "systems.CloudMatrix-384", "fleet.units", "fleet.compute", "fleet.power",
      "tokens.capacity",
    ]
    let rows = steps.compactMap { name -> [Table.Cell]? in
      guard let row = years.first(where: { $0.quantity == name }) else { return nil }
      let scale = scale(row.unit)
      let isFlow = !(find(name)?.isStock ?? false)
      return [
        Table.Cell(Self.label(name)), Table.Cell(isFlow ? scale.name : "\(scale.name), at the end", tone: .muted),
      ]
        + row.bands.map { Table.Cell(scale.text($0.p50)) }
    }
    let columns = years.first?.years ?? []
    return Table(
      "Medians by year; each step's own, so a row need not follow from the one above.",
      columns: ["Step", "Unit"] + columns.map { .number(String($0)) }, rows: rows)
  }

  /// Median sales and share: a row for each quarter, a column for each vendor.
  var quarterTable: Table {
    let found = vendors.compactMap { vendor in
      quarters.first { $0.quantity == "revenue.\(vendor.name)" }.map { (vendor, $0) }
    }
    let shares = found.map { entry in quarters.first { $0.quantity == "share.\(entry.0.name)" } }
    return Table(
      "Median sales in \(scale(found.first?.1.unit ?? "USD").name) and, small, share of legal "
        + "sales. Units, bands, fees and write-offs by quarter are in the CSV.",
      columns: ["Quarter"] + found.map { .number($0.0.label) },
      rows: (found.first?.1.quarters ?? []).enumerated().map { index, quarter in
        [Table.Cell(quarter)]
          + zip(found, shares).map { entry, share in
            let value = entry.1.bands[index].p50
            let part = share.map { "\(Measure($0.bands[index].p50, .percent))" } ?? ""
            return value < 0.5 ? "0" : Table.Cell(scale(entry.1.unit).text(value), note: part)
          }
      })
  }

  var eventTable: Table {
    Table(
      "What each does to named quantities; told only: it acts on nothing.",
      columns: ["Date", "Event", "Actor", "Effects", "Source"],
      rows: events.map { event in
        [
          Table.Cell(event.date), Table.Cell("\(event.title) (\(event.id))"), Table.Cell(event.actor),
          Table.Cell(event.effects.isEmpty ? "told only" : event.effects.joined(separator: "; ")),
          Table.Cell(event.source, tone: .muted),
        ]
      })
  }

  var parameterTable: Table {
    Table(
      "Low, middle and high are 5, 50 and 95%. A read in full, B second outlet, C aggregator, D derived or ours, "
        + "M memory.",
      columns: ["Name", "Value", "Unit", "Grade", "Source"],
      rows: parameters.map { input in
        [
          Table.Cell(input.name), Table.Cell(input.value), Table.Cell(input.unit), Table.Cell(input.grade),
          Table.Cell(input.source, tone: .muted),
        ]
      })
  }
}
