import Formats
import Reports
import Supply
import Units

extension SupplyScenario {
  /// What can be asked for in place of a name.
  public static let listings = ["list", "events", "levers", "quantities", "claims", "chips"]

  /// What stands behind a name: a number, an event, a chip, a plant, a quantity, a claim; a word of `listings` names
  /// all. Numbers may be multiplied and divided, with blanks around * and /.
  public func explanation(of name: String, asOf: CalendarDay? = nil) throws -> Document {
    if let band = try arithmetic(name, asOf: asOf) {
      func text(_ value: Double) -> String { Measure(value, .plain).description }
      return document(
        name,
        [
          ("Median", text(band.p50)), ("5% to 95%", "\(text(band.p05)) to \(text(band.p95))"),
          ("Draws", "10,000, seed 1"),
        ])
    }
    let world = try listing()
    if let listing = listing(name, world) { return listing }
    if let parameter = parameters.last(where: { $0.name == name }) { return explanation(of: parameter, world) }
    if let event = events.first(where: { $0.id == name }) { return explanation(of: event) }
    if events.contains(where: { $0.group == name }) { return explanation(ofGroup: name) }
    if let document = explanation(ofChip: name) { return document }
    if let document = explanation(ofQuantity: name, world) { return document }
    if let claim = claims.first(where: { $0.id == name }) { return explanation(of: claim) }
    if let document = explanation(ofPlant: name, world) { return document }
    let names =
      parameters.map(\.name) + events.map(\.id) + chips + world.series.map(\.name) + world.levers
      + claims.map(\.id) + plants + Self.listings
    let near = Problems.nearest(to: name, among: names).map { "did you mean '\($0)'?" }
    throw Problem(
      "--why", "there is no number, event, chip, plant, quantity or claim '\(name)'",
      wayOut: near ?? "see `supernode supply --why \(Self.listings.joined(separator: "|"))`")
  }

  private var chips: [String] { world.products.map(\.name) + world.imports.map(\.name) }

  private func document(_ title: String, _ rows: [(String, String)], _ more: [Document.Section] = []) -> Document {
    let table = Table("", columns: ["", ""], rows: rows.map { [Table.Cell($0.0), Table.Cell($0.1)] })
    return Document(title: title, sections: [.init("Why", [.table(table)])] + more)
  }

  // MARK: lists

  private func listing(_ name: String, _ world: WorldListing) -> Document? {
    func list(_ title: String, _ columns: [String], _ rows: [[String]]) -> Document {
      let table = Table("", columns: columns.map { Table.Column($0) }, rows: rows.map { $0.map { Table.Cell($0) } })
      return Document(title: "\(title) of \(self.name)", sections: [.init(title, [.table(table)])])
    }
    switch name {
    case "list":
      return list(
        "Numbers", ["Name", "Value", "Unit", "Grade"],
        parameters.map { [$0.name, $0.value.text(in: $0.unit), $0.unit, $0.grade] })
    case "events":
      return list(
        "Events", ["Id", "Date", "Group", "What"],
        events.map {
          [$0.id, $0.date.description, $0.group ?? "", ($0.information == true ? "(no effect) " : "") + $0.title]
        })
    case "levers":
      let names = world.levers + [PolicyEvent.performance]
      return list(
        "Quantities on which events act", ["Name", "Unit", "Meaning"],
        names.map { [$0, LeverKind.of($0)?.unit ?? "", LeverKind.of($0)?.meaning ?? ""] })
    case "quantities":
      return list(
        "Quantities of a run", ["Name", "Unit", "Over a period", "Meaning"],
        world.series.map {
          [$0.name, $0.unit, $0.isStock ? "its end" : "sum", QuantityKind.of($0.name)?.meaning ?? ""]
        })
    case "claims": return list("Claims", ["Id", "Definition"], claims.map { [$0.id, $0.sentence] })
    case "chips":
      return list(
        "Chips", ["Name", "Vendor", "From"],
        self.world.products.map { [$0.name, $0.vendor, "made at home"] }
          + self.world.imports.map { [$0.name, $0.vendor, $0.isSmuggled == true ? "smuggled" : "imported"] })
    default: return nil
    }
  }

  // MARK: one thing

  private func explanation(of parameter: Parameter, _ world: WorldListing) -> Document {
    var rows = [
      ("Value", "\(parameter.value.text(in: parameter.unit)) \(parameter.unit)"),
      ("Grade", "\(parameter.grade): \(Self.gradeMeaning(parameter.grade))"),
    ]
    if let date = parameter.asOf { rows.append(("Known since", date.description)) }
    for view in parameter.earlier ?? [] {
      rows.append(
        ("Held on \(view.asOf)", view.value.text(in: parameter.unit) + (view.source.map { ", by \($0)" } ?? "")))
    }
    for (member, value) in parameter.schools?.values.list ?? [] {
      rows.append(("School \(member)", value.text(in: parameter.unit)))
    }
    if let factor = parameter.factor {
      rows.append(("Moves with", "\(factor.name), correlation \(CSVText.number(factor.loading))"))
    }
    let uses = world.uses.filter { $0.name == parameter.name }.map(\.place)
    rows.append(("Used by", uses.isEmpty ? "nothing: kept for the reader" : uses.joined(separator: "; ")))
    var sections: [Document.Section] = [.init("Source", [.paragraph(parameter.source)])]
    if let note = parameter.note { sections.append(.init("Note", [.paragraph(note)])) }
    return document(parameter.name, rows, sections)
  }

  private func explanation(of event: PolicyEvent) -> Document {
    var rows = [("What", event.title), ("Date", event.date.description), ("Who", event.actor)]
    if let group = event.group {
      let others = events.filter { $0.group == group && $0.id != event.id }.map(\.id)
      rows.append(("Group", others.isEmpty ? group : "\(group), with \(others.joined(separator: ", "))"))
    }
    if event.information != true {
      rows.append(("Without it", "supernode supply --without \(event.group ?? event.id)"))
    }
    let effects = (event.effects ?? []).map(words)
    var sections: [Document.Section] = [
      .init("Effects", [.notes(effects.isEmpty ? ["none: kept for the reader"] : effects)]),
      .init("Source", [.paragraph(event.source)]),
    ]
    if let note = event.note { sections.append(.init("Note", [.paragraph(note)])) }
    return document(event.id, rows, sections)
  }

  /// An amount, with the value of the number that it names.
  private func told(_ amount: Amount) -> String {
    guard case .named(let name) = amount.form, let parameter = parameters.last(where: { $0.name == name }) else {
      return amount.text
    }
    return "\(parameter.value.text(in: parameter.unit)) \(parameter.unit), \(name)"
  }

  private func words(of effect: PolicyEvent.Effect) -> String {
    var words = effect.on
    if let amount = effect.set { words += " is \(told(amount))" }
    if let amount = effect.multiply { words += " times \(told(amount))" }
    if let amount = effect.pulse { words += " once \(told(amount))" }
    if let amount = effect.after { words += ", after months: \(told(amount))" }
    if let until = effect.until { words += ", until \(until)" }
    return words + (LeverKind.of(effect.on).map { " (\($0.unit): \($0.meaning))" } ?? "")
  }

  private func explanation(ofGroup group: String) -> Document {
    let members = events.filter { $0.group == group }
    return document(
      group,
      members.map { ("\($0.date)  \($0.id)", $0.title) } + [("Without it", "supernode supply --without \(group)")])
  }

  private func explanation(ofQuantity name: String, _ world: WorldListing) -> Document? {
    let series = world.series.first { $0.name == name }
    let lever = world.levers.contains(name) || name == PolicyEvent.performance ? LeverKind.of(name) : nil
    guard series != nil || lever != nil else { return nil }
    var rows: [(String, String)] = []
    if let series {
      rows = [
        ("Meaning", QuantityKind.of(name)?.meaning ?? ""), ("Unit", series.unit),
        (
          "Over a period", series.isStock ? "its value at the end: a stock, a rate or a share" : "the sum of its months"
        ),
      ]
      let asked = claims.filter { ($0.definition.quantity.list + ($0.definition.by?.list ?? [])).contains(name) }
      if !asked.isEmpty { rows.append(("Claims", asked.map(\.id).joined(separator: ", "))) }
    }
    if let lever {
      rows += [("Events act on it", lever.meaning), ("Its unit", lever.unit)]
      let acting = events.filter { event in
        (event.effects ?? []).contains { $0.on == name || namePattern($0.on, matches: name) }
      }
      rows.append(
        ("Acted on by", acting.isEmpty ? "no event" : acting.map { "\($0.date) \($0.id)" }.joined(separator: "; ")))
    }
    return document(name, rows)
  }

  private func explanation(of claim: SupplyClaim) -> Document {
    let rows = [("What", claim.title ?? claim.id), ("Definition", claim.sentence)]
    return document(claim.id, rows + (claim.source.map { [("Source", $0)] } ?? []))
  }

  private func explanation(ofChip name: String) -> Document? {
    func facts(_ chip: SupplyWorld.Specification) -> [(String, String)] {
      [
        ("Dense BF16, TFLOP/s", told(chip.computePower)), ("Memory bandwidth, TB/s", told(chip.memoryBandwidth)),
        ("Power, W", told(chip.power)), ("Tokens a second", told(chip.tokensPerSecond)),
      ]
    }
    if let chip = world.products.first(where: { $0.name == name }) {
      return document(
        name,
        [
          ("Made by", chip.vendor), ("Dies", "\(told(chip.diesPerChip)) of \(chip.die)"),
          ("Memory", "\(told(chip.stacksPerChip)) stacks of \(chip.memory)"),
          ("Packaging", "line \(chip.packaging), weight \(chip.packagingWeight.text)"),
          ("Months to sale", told(chip.lag)),
          ("Quantities", "sold.\(name), packaged.\(name); events act on product.\(name).plan"),
        ] + facts(chip.specification))
    }
    guard let chip = world.imports.first(where: { $0.name == name }) else { return nil }
    let levers = LeverKind.all.map(\.pattern).filter { $0.hasPrefix("import.") }.map { pattern in
      pattern.split(separator: "*").joined(separator: name)
    }
    return document(
      name,
      [
        ("Sold by", chip.vendor + (chip.isSmuggled == true ? ", brought in past the controls" : "")),
        ("Quantities", "sold.\(name), revenue.\(name)"),
      ] + facts(chip.specification), [.init("Events act on", [.notes(levers)])])
  }

  static func gradeMeaning(_ grade: String) -> String {
    switch grade {
    case "A": "a filing, a paper or a full text read"
    case "B": "a named report seen through a second outlet"
    case "C": "an aggregator or trade note"
    case "M": "from memory, unverified"
    default: "derived, or our judgement"
    }
  }
}
