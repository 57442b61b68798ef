import ArgumentParser
import Formats
import Planning
import Pages
import Reports
import Supply
import Units

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

struct SupplyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "supply",
    abstract: "AI chips in China month by month, from wafer to token, under policy and uncertainty.",
    discussion: """
      Examples:
        supernode supply --draws 100000 --report supply.html
        supernode supply base --without h20-ban --without h20-reversal --without beijing
        supernode supply base --four-runs
        supernode supply --article
        supernode supply Examples/supply/imports-stop.yaml --claim my-claims.yaml --json -
        supernode supply --claim 'diesUsed.ascend@2026 >= 800000' --claim 'first domestic.compute > imports.compute'
        supernode supply --set memory.CXMT.shift='12 months' --compare base
        supernode supply my.yaml --as-of 2025-09-30 --school capacity=nikkei --set chip.life_years='3 to 5'
        supernode supply --sensitivity triple-chips --draws 2000
        supernode supply --draws 2000 --format csv > quantities.csv
        supernode supply --why hbm.cxmt.stacks@2026
        supernode supply --why 'cm384.power_kw / nvl72.power_kw'
        supernode supply --currency CNY --report supply.html
        supernode supply --why h20-ban
        supernode supply --why quantities
      """)

  @Argument(help: "base, a built-in example, or a scenario file; - reads standard input.") var scenario = "base"
  @Option(help: "How many draws.") var draws = 10_000
  @Option(help: "The seed of every random stream.") var seed: UInt64 = 1
  @Option(help: "Sets a world without this event beside the scenario; events joined by + leave together (repeatable).")
  var without: [String] = []
  @Flag(help: "The article of September 2025, statement by statement: number, range, how sure, and the run for it.")
  var article = false
  @Flag(help: "The four worlds of the H20: no ban; ban kept; reversal with Beijing neutral; as happened.")
  var fourRuns = false
  @Option(help: "Forgets what became known later than this date, such as 2025-09-30.") var asOf: String?
  @Option(help: "Holds a school of sources to one member: huawei-output=semianalysis (repeatable).")
  var school: [String] = []
  @Option(
    name: .customLong("set"),
    help: """
      Replaces a number, NAME=VALUE such as chip.life_years='3 to 5', or a part of the world by its name, such as \
      memory.CXMT.shift='12 months' (repeatable).
      """)
  var overrides: [String] = []
  @Option(help: "The models that chips serve: mix, mix-small, mix-reasoning, mix-agents, or a file.") var mix: String?
  @Option(
    help: """
      A claim such as 'units.Huawei@2026 >= 800000', 'first domestic.compute > imports.compute' (lasting: since when \
      it stays so), or a file of claims (repeatable).
      """) var claim: [String] = []
  @Option(help: "Sets another scenario, such as base, beside this one with the same draws (repeatable).")
  var compare: [String] = []
  @Flag(help: "Leaves out the base that else stands beside a scenario that has one.") var alone = false
  @Option(help: "What moves a claim's value, or a quantity such as domestic.units@2026: tornado, Sobol indices.")
  var sensitivity: String?
  @Option(
    help: """
      Explains a number, event, chip, plant, quantity or claim with its source, and runs nothing; list, events, \
      levers, quantities, claims and chips name them all; node and yield say what there is of these.
      """) var why: String?
  @Flag(help: "Prints, as Markdown, what each chip serves of the mix, by the serving model, and runs nothing.")
  var tokenRates = false
  @Option(help: "Writes tokens a second and joules a token of every chip, by the serving model, to a file, or -.")
  var writeTokenRates: String?
  @Option(help: "A folder whose entries add to and override the built-in catalog (repeatable).") var catalog: [String] =
    []
  @Option(help: "Threads; the result is the same for any number.") var cores: Int?
  @Option(help: "Money of the answers: USD, or CNY at the rate fx.cny_per_usd.") var currency = "USD"
  @Option(help: "How to print the result: table, json or csv (every quantity and month).") var format = OutputFormat
    .table
  @Option(help: "Writes the result as JSON to a file, or - for standard output.") var json: String?
  @Option(help: "Writes a self-contained HTML report.") var report: String?
  @Flag(help: "No progress bar.") var quiet = false

  func validate() throws {
    guard [json, report].filter({ $0 == "-" }).count <= 1 else {
      throw ValidationError("only one of --json and --report can go to standard output")
    }
    try OutputPaths.check([json, report], against: [scenario])
    guard draws > 0, draws <= 10_000_000 else { throw ValidationError("--draws \(draws): give 1 to 10000000") }
    guard ["USD", "CNY"].contains(currency.uppercased()) else {
      throw ValidationError("--currency \(currency): give USD or CNY")
    }
    guard (cores ?? 1) > 0 else { throw ValidationError("--cores: give at least 1") }
    guard school.allSatisfy({ $0.contains("=") }) else {
      throw ValidationError("--school: write GROUP=MEMBER, such as huawei-output=semianalysis")
    }
    if let asOf, CalendarDay(asOf) == nil { throw ValidationError("--as-of \(asOf): write such as 2025-09-30") }
    try checkArticle()
    try checkOutputs()
  }

  /// What an answer has no place for is refused, not passed over.
  private func checkOutputs() throws {
    let besides = [
      ("--without", !without.isEmpty), ("--four-runs", fourRuns), ("--compare", !compare.isEmpty),
      ("--sensitivity", sensitivity != nil),
    ].filter(\.1).map(\.0)
    if format == .csv, !article, !besides.isEmpty {
      throw ValidationError(
        "--format csv has one world, and \(besides.joined(separator: ", ")) asks for more: use --json FILE, or a "
          + "scenario file with the world you want")
    }
    let texts = [("--why", why != nil), ("--token-rates", tokenRates), ("--write-token-rates", writeTokenRates != nil)]
    let runsNothing = texts.first(where: \.1)?.0
    if let runsNothing, json != nil || report != nil || format != .table {
      throw ValidationError("\(runsNothing) prints text alone: leave out --json, --report and --format")
    }
  }

  /// The article has worlds and claims of its own: what it cannot honour beside them is refused.
  private func checkArticle() throws {
    guard article else { return }
    let others: [(name: String, isGiven: Bool)] = [
      ("--why", why != nil), ("--token-rates", tokenRates), ("--write-token-rates", writeTokenRates != nil),
    ]
    if let other = others.first(where: \.isGiven) {
      throw ValidationError("--article and \(other.name) are two answers: ask for one of them")
    }
    guard report == nil, json == nil else { return }
    let unheard: [(name: String, isGiven: Bool)] = [
      ("--without", !without.isEmpty), ("--four-runs", fourRuns), ("--claim", !claim.isEmpty),
      ("--compare", !compare.isEmpty), ("--alone", alone), ("--sensitivity", sensitivity != nil),
      ("--currency CNY", currency.uppercased() == "CNY"), ("--format csv", format == .csv),
    ]
    let names = unheard.filter(\.isGiven).map(\.name)
    guard names.isEmpty else {
      throw ValidationError(
        "--article has its own worlds, claims and money and would not heed \(names.joined(separator: ", ")): leave "
          + "out one or the other, or write both with --report FILE.html or --json FILE")
    }
  }

  func run() throws {
    let catalog = try Catalog(checking: catalog)
    let scenario = try scenario(in: catalog)
    let renderer = TerminalRenderer(width: Terminal.width, usesColour: Terminal.wantsColour)
    if tokenRates { return Terminal.write(try TokenRates(scenario, catalog: catalog).markdown) }
    if let writeTokenRates {
      return try OutputFile.write(TokenRates(scenario, catalog: catalog).yaml, to: writeTokenRates)
    }
    if let why {
      return Terminal.write(renderer.render(try scenario.explanation(of: why, asOf: asOf.flatMap { CalendarDay($0) })))
    }
    let jsonFile = try json.map(OutputFile.init(path:))
    let reportFile = try report.map(OutputFile.init(path:))
    if article, report == nil, json == nil {
      let told = try tellArticle(scenario, catalog)
      return Terminal.write(
        format == .json ? try JSONText.encode(told) : renderer.render(told.document()))
    }
    var answer = try answer(scenario)
    if article || report != nil && scenario.tellsArticle {
      answer.article = try tellArticle(scenario, catalog)
    }
    if currency.uppercased() == "CNY" { answer = try inYuan(answer) }
    try jsonFile?.append(try JSONText.encode(answer) + "\n")
    if let reportFile {
      let script = try catalog.resourcePath("echarts.min.js").map(textOfFile)
      try reportFile.append(HTMLRenderer().render(answer.document(), chartScript: script))
    }
    try jsonFile?.commit()
    try reportFile?.commit()
    guard json != "-", report != "-" else { return }
    switch format {
    case .table: Terminal.write(renderer.render(answer.summary()))
    case .json: Terminal.write(try JSONText.encode(answer))
    case .csv: Terminal.write(answer.csv())
    }
  }

  private func inYuan(_ answer: SupplyReport) throws -> SupplyReport {
    guard let rate = answer.middleRate else {
      throw Problem(
        "--currency", "the world has no number 'fx.cny_per_usd'", wayOut: "leave --currency out, or add that parameter")
    }
    return answer.inYuan(at: rate)
  }

  /// Tells on standard error how far it is.
  private func answer(_ scenario: SupplyScenario) throws -> SupplyReport {
    var question = question
    if fourRuns { question.without += scenario.worlds.map(\.without) }
    let bar = ProgressBar(expected: question.expectedDraws, start: wallClock(), unit: "draws")
    let progress = SharedProgress(quiet ? nil : bar)
    question.watch = RunWatch(advanced: { progress.advance(by: $0) })
    defer { progress.end() }
    return try SupplyReport(scenario, question, version: Supernode.version)
  }

  /// Its runs bear the options that make this world.
  private func tellArticle(_ scenario: SupplyScenario, _ catalog: Catalog) throws -> SupplyArticle {
    let options =
      school.map { "--school \($0)" } + overrides.map { "--set '\($0)'" } + (mix.map { ["--mix \($0)"] } ?? [])
    return try SupplyArticle(scenario, catalog: catalog, question, path: self.scenario, options: options)
  }

  private var question: SupplyQuestion {
    var question = SupplyQuestion(
      draws: draws, seed: seed,
      without: without.map { $0.split(separator: "+").map(String.init) },
      asOf: asOf.flatMap { CalendarDay($0) },
      schools: school.map { text in
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), String(parts[1]))
      }, workers: cores ?? processorCount(), sensitivity: sensitivity)
    question.besideBase = !alone
    question.judges = report != nil || json != nil
    return question
  }

  private func scenario(in catalog: Catalog) throws -> SupplyScenario {
    var scenario = try SupplyScenario(Self.node(of: scenario, in: catalog), catalog: catalog)
    for text in overrides {
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw Problem("--set \(text)", "there is no '='", wayOut: "write --set chip.life_years='3 to 5'")
      }
      let name = String(text[..<equals])
      let empty = Node(.mapping([]), at: Place(file: "--set", line: 0))
      if scenario.isPath(name) {
        try scenario.set(path: name, to: String(text[text.index(after: equals)...]))
        continue
      }
      let value = try empty.setting(name, to: String(text[text.index(after: equals)...]))[name]
      if let value { try scenario.replace(name, by: Uncertainty(value), place: value.place) }
    }
    if let mix {
      let known = catalog.names("supply").filter { $0 == "mix" || $0.hasPrefix("mix-") }
      guard mix.hasSuffix(".yaml") || known.contains(mix) else {
        throw Problem(
          "--mix", "there is no mix '\(mix)'", wayOut: "use one of \(known.joined(separator: ", ")), or a file .yaml")
      }
      scenario.serve(try mix.hasSuffix(".yaml") ? Node.read(path: mix) : catalog.node("supply", mix))
    }
    if scenario.mix != nil { scenario.replace(try TokenRates(scenario, catalog: catalog).parameters()) }
    for text in claim.reversed() where SupplyScenario.isClaim(text) { try scenario.add(claim: text) }
    for path in claim where !SupplyScenario.isClaim(path) { try scenario.add(claimsOf: Node.read(path: path)) }
    scenario.compared = try compare.map { try SupplyScenario(Self.node(of: $0, in: catalog), catalog: catalog) }
    // A world with other numbers is not the file's.
    let changes = overrides + school
    if !changes.isEmpty { scenario.title += ", with \(changes.joined(separator: ", "))" }
    return scenario
  }

  /// A scenario by its name or path.
  static func node(of scenario: String, in catalog: Catalog) throws -> Node {
    let isFile = scenario == "-" || scenario.contains("/") || scenario.hasSuffix(".yaml") || scenario.hasSuffix(".json")
    if isFile { return try Node.read(path: scenario) }
    if Examples.names(in: "supply/").contains(scenario) {
      return try Node.read(path: Examples.path(of: scenario, in: "supply/"))
    }
    do { return try catalog.node("supply", scenario) } catch let problem as Problem where problem.place.isEmpty {
      // Only what is a scenario, and not the other files of that folder.
      let names = ["base"] + Examples.names(in: "supply/").filter { $0 != "base" }
      let near = Problems.nearest(to: scenario, among: names).map { "did you mean '\($0)'? The" } ?? "the"
      throw Problem(
        scenario, "there is no supply '\(scenario)'",
        wayOut: near + " examples are \(names.joined(separator: ", ")), or name a file")
    }
  }
}

/// Processors of this machine.
func processorCount() -> Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
