import Reports
import Supply
import Units

/// The medians of one year's chain from wafer to token, in H100 equivalents so that all links compare.
///
/// A die or a package is worth the compute of the average domestic chip sold that year times its share of a chip. Each
/// step's median is its own, so what one step hands on and the next takes are joined by losses, stocks and imports.
struct YearChain {
  private let report: SupplyReport
  private let year: Int
  private(set) var nodes: [Chart.Flow.Node] = []
  private(set) var links: [Chart.Flow.Link] = []

  /// Good dies by all on domestic wafers.
  private(set) var yield: String?

  private static let domestic = Chart.Colour(0), pale = Chart.Colour(0, shade: 2), lost = Chart.Colour(5, shade: 2)
  private static let stock = Chart.Colour(4, shade: 2), imported = Chart.Colour(1), smuggled = Chart.Colour(4)

  /// Nil where the run lacks a step.
  init?(_ report: SupplyReport, year: Int) {
    (self.report, self.year) = (report, year)
    guard let printed = value("domestic.grossDies"), let made = value("domestic.dies"),
      let started = value("domestic.packagesStarted"), let finished = value("domestic.packages"),
      let sold = value("domestic.units"), let compute = value("domestic.compute"), sold > 0, started > 0
    else { return nil }
    yield = printed > 0 ? Measure(made / printed, .percent).description : nil
    let arrived = sum("dies."), used = sum("diesUsed.")
    guard used > 0 else { return nil }
    let chip = compute / sold, die = chip * started / used
    let extra = max(0, max(arrived, used) - made)
    node("Wafers", 0, "\(text("domestic.wafers", printed)) wafers", Self.domestic)
    node("Dies from abroad or stock", 0, "\(count(extra)) dies", Self.imported)
    node("Good dies", 1, "\(count(made + extra)) dies", Self.domestic)
    node("Bad dies", 1, "\(count(printed - made)) lost", Self.lost)
    link("Wafers", "Good dies", made * die)
    link("Wafers", "Bad dies", (printed - made) * die)
    link("Dies from abroad or stock", "Good dies", extra * die)
    node("Packages started", 2, "\(count(started))", Self.domestic)
    node("Dies in stock or on their way", 2, "\(count(made + extra - used)) dies", Self.stock)
    link("Good dies", "Packages started", used * die)
    link("Good dies", "Dies in stock or on their way", (made + extra - used) * die)
    pack(started, finished, sold, worth: chip)
    buy(sold, worth: chip)
  }

  private mutating func pack(_ started: Double, _ finished: Double, _ sold: Double, worth chip: Double) {
    let good = min(finished, started)
    node("Packages finished", 3, "\(count(good)) chips", Self.domestic)
    node("Packaging losses", 3, "\(count(started - good)) lost", Self.lost)
    link("Packages started", "Packages finished", good * chip)
    link("Packages started", "Packaging losses", (started - good) * chip)
    node("Chips from stock", 3, "\(count(max(0, sold - good)))", Self.stock)
    node("Domestic chips", 4, "\(count(sold)) sold", Self.domestic)
    node("Unsold or on their way", 4, "\(count(max(0, good - sold))) chips", Self.stock)
    link("Packages finished", "Domestic chips", min(good, sold) * chip)
    link("Packages finished", "Unsold or on their way", max(0, good - sold) * chip)
    link("Chips from stock", "Domestic chips", max(0, sold - good) * chip)
  }

  /// Systems, and the tokens that all chips then running could serve, by where the chips are from.
  private mutating func buy(_ sold: Double, worth chip: Double) {
    let licensed = value("imports.compute") ?? 0, smuggled = value("smuggled.compute") ?? 0
    node("Licensed imports", 4, "\(text("imports.units", 0)) sold", Self.imported)
    node("Smuggled", 4, "\(text("smuggled.units", 0))", Self.smuggled)
    let supernodes = value("systems.CloudMatrix-384") ?? 0
    // A supernode's 910C does more than the average chip.
    let each = 384 * max(chip, report.worth(of: "spec.910c.bf16_tflops") ?? chip)
    let inSupernodes = min(supernodes * each, sold * chip)
    let perServer = sold * chip > 0 ? sold / (sold * chip) / 8 : 0
    node("8-chip servers, domestic", 5, count((sold * chip - inSupernodes) * perServer), Self.domestic)
    node("Supernodes", 5, "\(count(supernodes)) of 384 chips", Self.pale)
    let foreign = (value("imports.units") ?? 0) + (value("smuggled.units") ?? 0)
    node("8-chip servers, foreign", 5, count(foreign / 8), Self.imported)
    link("Domestic chips", "8-chip servers, domestic", sold * chip - inSupernodes)
    link("Domestic chips", "Supernodes", inSupernodes)
    link("Licensed imports", "8-chip servers, foreign", licensed)
    link("Smuggled", "8-chip servers, foreign", smuggled)
    func tokens(_ name: String) -> String { "\(text(name, 0)) tokens a day" }
    node("Domestic fleet", 6, tokens("tokens.domestic"), Self.domestic)
    node("Foreign fleet", 6, tokens("tokens.imported"), Self.imported)
    link("8-chip servers, domestic", "Domestic fleet", sold * chip - inSupernodes)
    link("Supernodes", "Domestic fleet", inSupernodes)
    link("8-chip servers, foreign", "Foreign fleet", licensed + smuggled)
  }

  private mutating func node(_ name: String, _ column: Int, _ note: String, _ colour: Chart.Colour) {
    nodes.append(Chart.Flow.Node(name, column: column, note: note, colour))
  }

  private mutating func link(_ from: String, _ to: String, _ value: Double) {
    if value > 0 { links.append(Chart.Flow.Link(from, to, value)) }
  }

  private func value(_ quantity: String) -> Double? {
    report.band(quantity, year).map { $0.band.p50 * report.scale($0.unit).factor }
  }

  private func sum(_ prefix: String) -> Double {
    let names = report.years.map(\.quantity).filter { $0.hasPrefix(prefix) }
    return names.reduce(0) { $0 + (value($1) ?? 0) }
  }

  private func count(_ value: Double) -> String { Measure(value, .count).description }

  private func text(_ quantity: String, _ otherwise: Double) -> String {
    report.band(quantity, year).map { report.scale($0.unit).text($0.band.p50) } ?? count(otherwise)
  }
}

extension SupplyReport {
  /// H100 equivalents of a chip by its parameter of TFLOP/s.
  func worth(of parameter: String) -> Double? {
    guard let text = parameters.first(where: { $0.name == parameter })?.value, let value = Double(text) else {
      return nil
    }
    return value * 1e-3 * scale("PFLOP/s").factor
  }

  /// Where a year's wafers end.
  func flow(_ year: Int) -> Chart? {
    guard let chain = YearChain(self, year: year) else { return nil }
    let yield = chain.yield.map { " \($0) of the dies on domestic wafers are good." } ?? ""
    return Chart(
      "From wafer to token, \(year)",
      caption:
        "Medians. Every width is compute in H100 equivalents: a die or package counts as what the average domestic "
        + "chip of the year would make of it.\(yield) "
        + "Red is lost, grey waits; tokens are what the whole fleet could serve at the year's end.",
      .flow(Chart.Flow(Chart.Axis("H100 equivalents", .count), nodes: chain.nodes, links: chain.links)))
  }
}
