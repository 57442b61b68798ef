import ArgumentParser
import Formats
import Pages
import Planning
import Reports
import Training
import Units

extension TrainCommand {
  /// What a file decides is not also given beside it.
  func checkAlone() throws {
    let given = [
      ("--model", !model.isEmpty), ("--system", !system.isEmpty), ("--chips", chips != nil),
      ("--tokens", tokens != nil),
      ("--plan", search), ("--start", course.start != nil), ("--by", course.by != nil),
      ("--perfetto", perfetto != nil), ("--fleet", course.fleet != nil),
    ].filter(\.1)
    guard given.isEmpty else {
      throw ValidationError(
        "\(given.map(\.0).joined(separator: ", ")): the file's fleets have their own; write it there, or leave the "
          + "file out")
    }
    try OutputPaths.check([json, report], against: [fleets])
  }

  /// Answers every fleet of a file, one beside the other.
  func compareFleets(_ path: String) throws {
    let catalog = try Catalog(checking: self.catalog)
    let source = fileKind(at: path) == .missing ? try Examples.path(ofFleets: path) : path
    let node = try Node.read(path: source)
    guard node.field("fleets") != nil else {
      throw node.problem("has no fleets", wayOut: "write title, train, serve and fleets, as in train-here-serve-there")
    }
    let file = try node.decode(FleetFile.self)
    guard !file.fleets.isEmpty else { throw node.problem("has no fleet", wayOut: "give one or more under fleets:") }
    let fleets = try file.fleets.map { fleet in
      try told("\(node.place.file): \(fleet.name)") { try answered(fleet, of: file, catalog) }
    }
    let comparison = FleetComparison(title: file.title, fleets: fleets)
    try write(comparison, catalog, text: node.canonicalText)
  }

  private func answered(
    _ fleet: FleetFile.Fleet, of file: FleetFile, _ catalog: Catalog
  ) throws -> FleetComparison.Fleet {
    // What a fleet says itself of draws and seed stands.
    let own = "--draws \(draws) --seed \(seed)"
    let training = try parsed(TrainCommand.self, [own, file.train, fleet.train], "train")
    guard training.fleets == nil else {
      throw Problem("train", "'\(training.fleets ?? "")' is no flag", wayOut: "write such as --chips 64")
    }
    let serving = try parsed(PlanCommand.self, [file.serve, fleet.serve], "plan")
    let report = try told("train") { try training.answered(catalog).2 }
    let planner = try told("serve") {
      try Planner(serving.request(catalog), catalog: catalog, workers: processorCount())
    }
    let best = planner.plan().best?.candidate
    return FleetComparison.Fleet(name: fleet.name, training: report, serving: best.map(FleetComparison.Served.init))
  }

  private func parsed<Command: ParsableCommand>(
    _ command: Command.Type, _ flags: [String], _ place: String
  ) throws -> Command {
    do { return try Command.parse(flags.flatMap(words)) } catch {
      throw Problem(place, Command.message(for: error), wayOut: "write the flags of 'supernode \(place)'")
    }
  }

  /// A fault with the part of the file that it is in before its own place.
  private func told<Result>(_ part: String, _ body: () throws -> Result) throws -> Result {
    func placed(_ problem: Problem) -> Problem {
      Problem(problem.place.isEmpty ? part : "\(part): \(problem.place)", problem.fault, wayOut: problem.wayOut)
    }
    do { return try body() } catch let problem as Problem { throw placed(problem) } catch let problems as Problems {
      throw Problems(problems.list.map(placed))
    } catch let error as ValidationError { throw Problem(part, error.message) }
  }

  /// Divided at blanks, but not inside of quotes.
  private func words(_ text: String) -> [String] {
    var list: [String] = []
    var word = ""
    var quote: Character?
    var isOpen = false
    for letter in text {
      if letter == quote {
        quote = nil
      } else if quote == nil, letter == "'" || letter == "\"" {
        (quote, isOpen) = (letter, true)
      } else if quote == nil, letter.isWhitespace {
        if isOpen { list.append(word) }
        (word, isOpen) = ("", false)
      } else {
        word.append(letter)
        isOpen = true
      }
    }
    return isOpen ? list + [word] : list
  }

  private func write(_ comparison: FleetComparison, _ catalog: Catalog, text: String) throws {
    let run = try ResultRun(seed: seed, request: [text], entries: [], in: catalog)
    let result = try JSONText.encode(WithRun(result: comparison, run: run))
    let context = ReportContext(
      title: comparison.title, system: "\(comparison.fleets.map(\.name).joined(separator: ", "))",
      commandLine: CommandLine.arguments.joined(separator: " "))
    if let json { try OutputFile.write(result + "\n", to: json) }
    if let report {
      let script = try catalog.resourcePath("echarts.min.js").map(textOfFile)
      try OutputFile.write(HTMLRenderer().render(comparison.document(context), chartScript: script), to: report)
    }
    if ![json, report].contains("-") {
      let renderer = TerminalRenderer(width: Terminal.width, usesColour: Terminal.wantsColour)
      Terminal.write(format == .json ? result : renderer.render(comparison.summary(context)))
    }
    let faults = comparison.fleets.compactMap { fleet -> Problem? in
      let memory = fleet.training.memory
      guard !memory.fits else { return nil }
      return Problem(
        "\(fleet.name): memory",
        "rank \(memory.largest?.rank ?? 0) is short of \(Measure(memory.short.value, .bytes))",
        wayOut: fleet.training.changesThatFit.first.map { "use \($0)" } ?? "use more chips")
    }
    guard faults.isEmpty else { throw Problems(faults) }
  }
}
