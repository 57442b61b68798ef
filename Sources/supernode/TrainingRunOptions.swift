import ArgumentParser
import Formats
import Hardware
import Planning
import Supply
import Training
import Units

/// How a run goes: its platform's youth, spare nodes, when it starts and until when it is to be done.
struct TrainingRunOptions: ParsableArguments {
  @Option(
    help: """
      How young the platform's software is: auto (by the chip's maker), settled, or an entry of the catalog's kind \
      maturity.
      """)
  var maturity = "auto"
  @Option(help: "Months for which the team has had large runs on the platform when this one starts.")
  var stackMonths = 0.0
  @Option(help: "Nodes that wait to take the place of others; a share of the nodes where absent.") var spareNodes: Int?
  @Option(help: "The day on which the run starts, such as 2026-01-01.") var start: String?
  @Option(help: "The day until whose end it is to be done: the answer has the probability.") var by: String?

  @Option(help: "A scenario of supply (base or a file): whether its fleet of --month has room for the run.")
  var fleet: String?
  @Option(help: "The month of --fleet, such as 2026-06.") var month: String?

  func check(tokens: String?) throws {
    guard (0...1200).contains(stackMonths) else {
      throw ValidationError("--stack-months \(stackMonths): give months from 0 on")
    }
    if let spareNodes, !(0...1_000_000).contains(spareNodes) {
      throw ValidationError("--spare-nodes \(spareNodes): give 0 or more")
    }
    for (name, text) in [("--start", start), ("--by", by)] {
      if let text, CalendarDate(text) == nil {
        throw ValidationError("\(name) \(text): is no day of the calendar; write such as 2026-01-01")
      }
    }
    guard by == nil || start != nil else { throw ValidationError("--by \(by ?? ""): say with --start when it begins") }
    if let first = start.flatMap({ CalendarDate($0) }), let last = by.flatMap({ CalendarDate($0) }), last < first {
      throw ValidationError("--by \(last): is before --start \(first); give a later day")
    }
    try checkFleet()
    guard tokens != nil || (start == nil && by == nil) else {
      throw ValidationError("--start: a run needs its tokens; give --tokens, such as 15.6T")
    }
  }

  private func checkFleet() throws {
    guard (fleet == nil) == (month == nil) else {
      throw ValidationError("--fleet and --month belong together: give both, such as --fleet base --month 2026-06")
    }
  }

  /// Whether the fleet of the month has room for a run; nil where that was not asked.
  func room(
    for answer: TrainingReport, on system: System, seed: UInt64, _ catalog: Catalog
  ) throws -> TrainingReport.Fleet? {
    guard let fleet, let month else { return nil }
    let scenario = try SupplyScenario(SupplyCommand.node(of: fleet, in: catalog), catalog: catalog)
    let spare = (answer.wholeRun?.spareNodes ?? 0) * system.chipsPerNode.value
    let question = SupplyQuestion(draws: Self.supplyDraws, seed: seed, workers: processorCount())
    return try FleetRoom(scenario, system: system, catalog: catalog)
      .answer(month: month, chips: answer.chips + spare, question: question)
  }

  /// Of the supply world: a probability within some 1%.
  private static let supplyDraws = 2000

  func add(to wishes: inout TrainingWishes) {
    wishes.maturity = TrainingWishes.Profile(maturity)
    // A month of a mean year.
    wishes.stackAge = Seconds(stackMonths * 30.44 * 86_400)
    wishes.spareNodes = spareNodes
    wishes.start = start.flatMap { CalendarDate($0) }
    wishes.by = by.flatMap { CalendarDate($0) }
  }
}
