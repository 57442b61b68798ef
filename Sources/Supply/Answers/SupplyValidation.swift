import Formats
import Simulation
import Units

/// How the model stands against what sources say, each row at its own information date.
public struct SupplyValidation: Sendable {
  public var rows: [Row]
  /// Numbers of ours that were set with rows in sight, and these rows.
  public var constants: [Constant]
  /// Sentences about broken budgets; none when all hold.
  public var violations: [String]
  public var run: SupplyReport.Run

  public struct Constant: Sendable {
    public var name, value: String
    public var identifiedBy: [String]
    public var source: String
  }

  /// Built-in rows, then those of `files`; a run for each information date and each set of assumptions.
  public init(
    catalog: Catalog, files: [String] = [], draws: Int, seed: UInt64, workers: Int, version: String
  ) throws {
    struct File: Decodable { var checks: [SupplyCheck] }
    let builtIn = try catalog.node("supply", "checks").decode(File.self).checks
    let base = try SupplyScenario("base", catalog: catalog)
    var readings = builtIn.map { SupplyRowFile.Reading(check: $0, file: "checks.yaml", reason: "") }
    if !files.isEmpty {
      let vocabulary = try SupplyVocabulary(catalog: catalog)
      for file in files { readings += try SupplyRowFile.read(path: file, vocabulary, known: builtIn) }
    }
    rows = try Self.rows(readings, base, SupplyQuestion(draws: draws, seed: seed, workers: workers))
    constants = Self.constants(builtIn, base)
    violations = []
    run = .init(
      version: version, seed: seed, draws: draws,
      months: Horizon(firstYear: base.world.firstYear, lastYear: base.world.lastYear).count,
      asOf: nil, inputHash: base.inputHash)
  }

  /// Rows in their order; those of one date and without assumptions of their own share a run.
  private static func rows(
    _ readings: [SupplyRowFile.Reading], _ base: SupplyScenario, _ question: SupplyQuestion
  ) throws -> [Row] {
    var rows: [(index: Int, row: Row)] = []
    var groups: [(date: CalendarDay, isPlain: Bool, members: [Int])] = []
    for (index, reading) in readings.enumerated() {
      let check = reading.check
      guard reading.reason.isEmpty else {
        rows.append((index, Row(check, file: reading.file, reason: reading.reason)))
        continue
      }
      if let ratio = check.parameters {
        let draws = try base.draws(of: ratio, asOf: check.asOf, count: question.draws, seed: question.seed)
        rows.append((index, Row(check, file: reading.file, draws: draws)))
      } else if !check.hasAssumptions,
        let group = groups.firstIndex(where: { $0.isPlain && $0.date == check.asOf })
      {
        groups[group].members.append(index)
      } else {
        groups.append((check.asOf, !check.hasAssumptions, [index]))
      }
    }
    for group in groups {
      rows += try Self.rows(group.members.map { ($0, readings[$0]) }, group.date, base, question)
    }
    return rows.sorted { $0.index < $1.index }.map(\.row)
  }

  private static func rows(
    _ members: [(index: Int, reading: SupplyRowFile.Reading)], _ date: CalendarDay, _ base: SupplyScenario,
    _ question: SupplyQuestion
  ) throws -> [(index: Int, row: Row)] {
    guard let first = members.first else { return [] }
    var question = question
    question.asOf = date
    let world = try base.assuming(first.reading.check).compiled(question)
    var rows: [(index: Int, row: Row)] = []
    var measured: [(index: Int, reading: SupplyRowFile.Reading)] = []
    var measures: [CompiledMeasure] = []
    for member in members {
      guard let measure = member.reading.check.measure else { continue }
      do {
        measures.append(try CompiledMeasure(measure, series: world.series, horizon: world.horizon))
        measured.append(member)
      } catch let problem as Problem where member.reading.isForeign {
        rows.append((member.index, Row(member.reading.check, file: member.reading.file, reason: problem.fault)))
      }
    }
    let outcome = world.run(draws: question.draws, measures: measures, workers: question.workers, withSeries: false)
    for (place, member) in measured.enumerated() {
      let row = Row(member.reading.check, file: member.reading.file, draws: outcome.measures[place])
      rows.append((member.index, row))
    }
    return rows
  }

  private static func constants(_ checks: [SupplyCheck], _ base: SupplyScenario) -> [Constant] {
    var names: [String] = []
    for name in checks.flatMap({ $0.fits ?? [] }) where !names.contains(name) { names.append(name) }
    return names.map { name in
      let parameter = base.parameters.last { $0.name == name }
      return Constant(
        name: name, value: parameter.map { "\($0.value.text) \($0.unit)" } ?? "",
        identifiedBy: checks.filter { $0.fits?.contains(name) ?? false }.map(\.id), source: parameter?.source ?? "")
    }
  }
}
