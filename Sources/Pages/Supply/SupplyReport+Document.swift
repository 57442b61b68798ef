import Formats
import Reports
import Supply
import Units

extension SupplyReport {
  /// For a terminal: the answer, the claims and the years.
  public func summary() -> Document {
    Document(
      title: title, subtitle: subtitle, lead: lead, headlines: headlines,
      sections: [
        .init("Claims", [.table(claimTable("", claims, withDefinitions: false))]),
        .init("Years", [.table(shortTable(years.filter(Self.isMain)))]),
      ] + shortWorlds + sensitivitySections + [.init("Notes", [.notes(notes)])],
      footer: footer)
  }

  /// The whole report, in the order of a reader's questions.
  public func document() -> Document {
    Document(
      title: "AI chips in China, from wafer to token", subtitle: "\(told)\(subtitle)", lead: lead,
      headlines: headlines,
      sections: [claimSection] + (article.map { [$0.section] } ?? [])
        + [supplySection, limitSection, chainSection, marketSection, shareSection, fleetSection]
        + worldSections + sensitivitySections + [
          eventSection, numberSection, .init("What to bear in mind", [.notes(notes)]),
        ], footer: footer)
  }

  /// Claims, then every quantity by year, quarter (the market) and month.
  public func csv() -> String {
    var text = CSVText(header: ["quantity", "unit", "period", "p05", "p25", "p50", "p75", "p95"])
    func add(_ quantity: String, _ unit: String, _ periods: [String], _ bands: [Band]) {
      for (period, band) in zip(periods, bands) {
        let levels = [band.p05, band.p25, band.p50, band.p75, band.p95]
        text.append([quantity, unit, period] + levels.map(CSVText.number))
      }
    }
    for claim in claims {
      add("claim.\(claim.id)", "", [claim.date], [claim.value])
      let probability = CSVText.number(claim.probability)
      text.append(["probability.\(claim.id)", "fraction", claim.date, "", "", probability, "", ""])
    }
    for row in years { add(row.quantity, row.unit, row.years.map(String.init), row.bands) }
    for row in quarters { add(row.quantity, row.unit, row.quarters, row.bands) }
    for series in series { add(series.quantity, series.unit, series.months, series.quantiles.map(Band.init)) }
    return text.text
  }

  /// Which scenario, and how far it is known.
  private var told: String {
    let end = years.first?.years.last.map { " to \($0)" } ?? ""
    return "\(title.prefix(1).uppercased())\(title.dropFirst())"
      + (run.knownTo.map { ": known to \($0), forecast\(end); " } ?? ": ")
  }

  private var subtitle: String {
    let date = run.asOf.map { ", known on \($0)" } ?? ""
    return "\(Text.counted(run.draws, "draw")) of \(run.months) months\(date)"
      + (Self.fewDraws(run.draws).map { "; \($0)" } ?? "")
  }

  /// What so few draws cannot tell: a standard error of a probability is at most a half by the root of their number,
  /// and a twentieth of them lie beyond either end of the band.
  static func fewDraws(_ draws: Int) -> String? {
    guard draws < 1000 else { return nil }
    let error = 50 / Double(draws).squareRoot()
    let ends = draws < 20 ? "less than one draw" : Text.counted(draws / 20, "draw")
    return "few draws: a probability may be off by \(Text.fixed(2 * error, 0)) points either way, and the ends of "
      + "ranges rest on \(ends)"
  }

  private var footer: String {
    "supernode \(run.version), seed \(run.seed), inputs \(run.inputHash.prefix(12))"
  }

  func band(_ quantity: String, _ year: Int) -> (band: Band, unit: String)? {
    guard let row = years.first(where: { $0.quantity == quantity }), let index = row.years.firstIndex(of: year) else {
      return nil
    }
    return (row.bands[index], row.unit)
  }

  /// In prose: `1.77 million (976 thousand to 2.52 million)`.
  private func told(_ quantity: String, _ year: Int) -> String? {
    guard let (band, unit) = band(quantity, year) else { return nil }
    let names = ["k": "thousand", "M": "million", "G": "billion", "T": "trillion"]
    let texts = [band.p50, band.p05, band.p95].map { value -> String in
      let scale = scale(unit), measure = Measure(value * scale.factor, scale.notation)
      return Measure(measure.number, names[measure.unit] ?? measure.unit).description
    }
    return "\(texts[0]) (\(texts[1]) to \(texts[2]))"
  }

  private var lead: [String] {
    guard let now = told("domestic.units", 2025), let next = told("domestic.units", 2026) else {
      return [validitySentence]
    }
    let triple = claims.filter { $0.id.hasPrefix("triple-") }
    let likely = triple.filter { $0.probability >= 0.5 }.map { $0.id.dropFirst(7) }
    let verdict =
      triple.isEmpty
      ? ""
      : likely.isEmpty
        ? " Under none of \(triple.count) definitions is a tripling in 2026 more likely than not."
        : " A tripling in 2026 is more likely than not by \(likely.joined(separator: ", ")) only."
    return [
      validitySentence,
      "Domestic makers ship \(next) AI chips in 2026 after \(now) in 2025 (median; 5% to 95%)." + verdict
        + limitSentence + seventy + tokens,
    ]
  }

  private var limitSentence: String {
    let months = constraints.filter { $0.month.hasPrefix("2026") || $0.month.hasPrefix("2027") }
    guard !months.isEmpty else { return "" }
    func share(_ part: (ConstraintMonth) -> Double) -> String {
      Self.rounded(months.reduce(0) { $0 + part($1) } / Double(months.count))
    }
    return
      " In 2026 and 2027 memory holds the largest maker back in \(share(\.memory)) of all months and draws, dies in "
      + "\(share(\.logic))."
  }

  private var seventy: String {
    let ids = ["seventy-value", "seventy-units", "seventy-compute", "seventy-stock-compute", "seventy-demand"]
    let found = ids.compactMap { id in claims.first { $0.id == id } }
    guard !found.isEmpty else { return "" }
    let words = [
      "seventy-value": "value", "seventy-units": "units", "seventy-compute": "compute",
      "seventy-stock-compute": "the compute that runs", "seventy-demand": "the demand met",
    ]
    let list = found.map { claim in
      let stays = claim.probabilityIfPolicyStays.map { " (\(Self.rounded($0)) if policy stays)" } ?? ""
      let told = "\(Self.rounded(claim.probability)) by \(words[claim.id] ?? claim.id)"
      return claim.id == "seventy-value" ? told + stays : told
    }
    return " 70% self-sufficiency in 2027, which cities mean by value bought, has a probability of "
      + "\(list.joined(separator: ", "))."
  }

  private var tokens: String {
    guard let tokens = told("tokens.capacity", 2026), let power = told("fleet.power", 2026) else { return "" }
    let wanted =
      told("tokens.served", 2026).map { ", of which \($0) are asked for (the rest trains, or waits for peaks)," } ?? ""
    return " What runs at the end of 2026 could serve \(tokens) tokens a day\(wanted) and draws \(power)."
  }

  /// A probability without more digits than thousands of draws can give.
  static func rounded(_ share: Double) -> String {
    switch share {
    case ..<0.005: share > 0 ? "< 1%" : "0%"
    case 0.995...: share < 1 ? "> 99%" : "100%"
    default: "\(Text.fixed(share * 100, 0))%"
    }
  }

  private var headlines: [Document.Headline] {
    let flows = [
      ("domestic.units", "Domestic chips, 2026", 2026), ("imports.units", "Licensed imports, 2026", 2026),
      ("share.compute", "Domestic share by compute, 2027", 2027),
      ("fleet.compute", "H100 equivalents, end of 2026", 2026),
      ("tokens.capacity", "Tokens a day, end of 2026", 2026),
    ]
    return flows.compactMap { name, label, year in
      guard let (band, unit) = band(name, year) else { return nil }
      let scale = scale(unit)
      return Document.Headline(
        label, Measure(band.p50 * scale.factor, scale.notation),
        note: scale.range(band))
    }
  }

  /// Quantities of the report's table; the JSON has all.
  static func isTold(_ row: YearRow) -> Bool {
    ["sold.", "revenue.", "domestic.", "imports.", "smuggled.", "market.", "fleet.", "tokens.", "supernodes."]
      .contains { row.quantity.hasPrefix($0) }
  }

  private static func isMain(_ row: YearRow) -> Bool {
    [
      "sold.910B", "sold.910C", "sold.950PR", "domestic.units", "domestic.value", "domestic.compute", "imports.units",
      "imports.value", "market.demand", "market.unmet", "fleet.compute", "fleet.power", "tokens.capacity",
    ]
    .contains(row.quantity)
  }
}
