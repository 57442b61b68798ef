import Foundation
import Formats
import Pages
import Serving
import Testing
import Units

@testable import Validation

/// The built-in file against the models, once for all tests.
private let report = Result { try ValidationReport.run(catalog: Catalog(), extraFiles: [], kind: nil, budgets: []) }

@Suite struct PublishedRowsTests {
  @Test("every error budget holds, and each has rows")
  func budgets() throws {
    let path = try #require(Catalog().resourcePath("catalog/published/budgets.yaml"))
    let budgets = try Budget.read(Node.read(path: path))
    let outcomes = try report.get().outcomes
    #expect(!budgets.isEmpty)
    for budget in budgets { #expect(budget.violations(in: outcomes) == []) }
  }

  @Test(
    "CloudMatrix serving: median error at most 10%, worst at most 25%; gains in the right direction within 10 points")
  func servingOnCloudMatrix() throws {
    let rows = try report.get().outcomes.filter {
      $0.row.kind == "serving" && $0.row.chip == "Ascend 910C" && $0.row.system.hasPrefix("CloudMatrix")
        && $0.row.role == .validate
    }
    #expect(rows.allSatisfy { $0.status == .scored })
    let levels = rows.filter { !$0.row.isChangeInPercent }.compactMap(\.signedError).map(abs).sorted()
    let median = try #require(quantile(levels, 0.5))
    #expect(median <= 0.10)
    #expect(try #require(levels.last) <= 0.25)
    for row in rows where row.row.isChangeInPercent {
      let predicted = try #require(row.predicted)
      #expect(predicted * row.row.value > 0, "\(row.row.id) has the wrong direction")
      #expect(try #require(row.points).magnitude <= 10, "\(row.row.id)")
    }
  }

  @Test("caching ratios within 15%")
  func cachingRatios() throws {
    let ratios = try report.get().outcomes.filter {
      $0.row.kind == "caching" && $0.row.unit == "x" && $0.status == .scored
    }
    #expect(ratios.count == 2)
    for row in ratios { #expect(try #require(row.signedError).magnitude <= 0.15, "\(row.row.id)") }
  }

  @Test("eight of ten rows that may be scored have a prediction, those that rest on an assumption apart")
  func coverage() throws {
    let wanted = try report.get().outcomes.filter { $0.row.role == .validate && $0.status != .assumed }
    let share = Double(wanted.filter { $0.status == .scored }.count) / Double(wanted.count)
    #expect(share >= 0.8, "\(share)")
    let assumed = try report.get().outcomes.filter { $0.status == .assumed }
    #expect(!assumed.isEmpty && assumed.allSatisfy { !$0.reason.isEmpty })
  }

  @Test("no bound is broken, and every row without a prediction says why")
  func bounds() throws {
    for outcome in try report.get().outcomes {
      #expect(outcome.status != .boundBroken, "\(outcome.row.id)")
      if outcome.status == .unsupported { #expect(!outcome.reason.isEmpty, "\(outcome.row.id)") }
    }
  }

  @Test("constants are identified by calibration rows only")
  func identification() throws {
    let report = try report.get()
    let roles = Dictionary(uniqueKeysWithValues: report.outcomes.map { ($0.row.id, $0.row.role) })
    #expect(report.fittedConstants > 0)
    for constant in report.constants {
      for id in constant.identifiedBy {
        #expect(roles[id] == .calibrate || roles[id] == .input, "\(constant.name): \(id)")
      }
    }
  }

  @Test("the scored CloudMatrix rows stay within 25% whichever calibration row is left out of the fit")
  func leaveOneOut() throws {
    let refits = try report.get().refits
    #expect(refits.count > 5)
    for refit in refits { #expect(refit.worstAbsoluteError <= 0.25, "\(refit.name)") }
  }

  @Test("Documentation/Validation.md says what the program says")
  func page() throws {
    let here = #filePath
    let tests = try #require(here.range(of: "/Tests/"))
    let path = here[..<tests.lowerBound] + "/Documentation/Validation.md"
    let written = String(decoding: try readBytes(of: String(path)), as: UTF8.self)
    let now = try report.get().markdown
    let advice: Comment = "write it anew: ./run validate --format markdown > Documentation/Validation.md"
    let isCurrent = written.hasPrefix(now + "\n")
    #expect(isCurrent, advice)
    // All runs take too long here: a run of each group stands for them.
    let runs = try #require(Catalog().resourcePath("catalog/published/serving-runs-gpu.csv"))
    let sample = RunValidation.sample(try ServingRun.read(path: runs))
    #expect(sample.count > 20)
    let lines = try RunValidation(sample, catalog: Catalog(), workers: 2).sampleLines
    #expect(lines.count >= 3 * sample.count)
    let there = Set(written.split(separator: "\n"))
    let missing = lines.filter { !there.contains(Substring($0)) }
    #expect(missing.isEmpty, advice)
  }
}

@Suite struct OutcomeTests {
  private func row(_ line: String) throws -> PublishedRow {
    let table = try CSVTable(PublishedRow.columns.joined(separator: ",") + "\n" + line + "\n", file: "rows.csv")
    return try PublishedRow(table.rows[0], file: "rows.csv")
  }

  @Test("a level's error is relative, a gain's is that of the ratio it states")
  func errors() throws {
    let level = try row("A,serving,s,t,S,C,,M,,,,,,TPOT,50,ms,validate,")
    // (55 − 50)/50
    #expect(Outcome(level, .value(55)).signedError == 0.1)
    let gain = try row("B,serving,s,t,S,C,,M,,,,,,decode throughput gain,25,%,validate,")
    // (1.00 − 1.25)/1.25
    #expect(Outcome(gain, .value(0)).signedError == -0.2)
    #expect(Outcome(gain, .value(0)).points == -25)
    let share = try row("C,operator,s,t,S,C,,M,,,,,,share of decode iteration,20,%,calibrate,")
    #expect(Outcome(share, .value(22)).signedError == 0.1)
    #expect(Outcome(share, .value(22)).status == .calibrated)
  }

  @Test("upper bounds hold from below, minima from above")
  func bounds() throws {
    let upper = try row("A,power,s,t,S,C,,M,,,,,,maximum input power,54,kW,bound,")
    #expect(Outcome(upper, .value(53)).status == .boundKept)
    #expect(Outcome(upper, .value(55)).status == .boundBroken)
    let lower = try row("B,operator,s,t,S,C,,M,,,,,,\"latency, minimum\",185,us,bound,")
    #expect(Outcome(lower, .value(200)).status == .boundKept)
    #expect(Outcome(lower, .value(100)).status == .boundBroken)
  }

  @Test("a bad role, a missing number and a double id are refused with their line")
  func refusals() {
    #expect(throws: Problem.self) { try row("A,serving,s,t,S,C,,M,,,,,,TPOT,50,ms,score,") }
    #expect(throws: Problem.self) { try row("A,serving,s,t,S,C,,M,,,,,,TPOT,,ms,validate,") }
  }

  @Test("a budget names what breaks it")
  func budget() throws {
    let node = try Node.parse("[{ name: mine, kind: serving, medianAbsoluteError: 0.05 }]", file: "b.yaml")
    let budget = try #require(try Budget.read(node).first)
    let level = try row("A,serving,s,t,S,C,,M,,,,,,TPOT,50,ms,validate,")
    #expect(budget.violations(in: [Outcome(level, .value(51))]) == [])
    #expect(budget.violations(in: [Outcome(level, .value(60))]) == ["mine: median error 20% is above its budget of 5%"])
    #expect(!budget.violations(in: []).isEmpty)
  }
}

/// What `validate --format compared` sums up of measurements.
@Suite struct ComparedRunsWritingTests {
  private let group = ComparedRuns.Group(engine: "E", chip: "C", dense: true, apart: false)

  private func measurement(
    _ model: String, system: String = "S", prompt: Double = 100, error: Double?, fitted: Bool = false
  ) -> ComparedMeasurement {
    ComparedMeasurement(
      group: group, model: model, span: .init(systems: [system], promptTokens: [prompt]), metric: .timePerOutputToken,
      error: error, isFitted: fitted)
  }

  @Test("medians leave out what constants were fitted to, which still widens the span and stands with its model")
  func medians() throws {
    let all = try #require(
      ComparedRuns(
        group,
        [
          measurement("A", error: 0.1), measurement("A", error: 0.2), measurement("A", system: "T", error: 0.6),
          measurement("B", prompt: 5000, error: 0.9, fitted: true),
        ]))
    #expect(all.runs == 3 && all.timePerOutputToken == 0.2 && all.timeToFirstToken == nil)
    #expect(all.span.systems == ["S", "T"] && all.span.promptTokens == [100, 5000])
    #expect(all.models.map(\.model) == ["A", "B"] && all.models.map(\.fitted) == [nil, true])
    #expect(all.models[1].timePerOutputToken == 0.9)
  }

  @Test("of runs that were all fitted to, or none scored, there is no group")
  func none() {
    #expect(ComparedRuns(group, [measurement("A", error: 0.1, fitted: true)]) == nil)
    #expect(ComparedRuns(group, [measurement("A", error: nil)]) == nil)
  }

  @Test("the file that comes with the program names systems and engines of the catalog")
  func builtIn() throws {
    let catalog = Catalog()
    for compared in try ComparedRuns.read(catalog) {
      #expect(!compared.span.systems.isEmpty, "\(compared.group)")
      for system in compared.span.systems { #expect(catalog.path(of: system, kind: "systems") != nil, "\(system)") }
      #expect(catalog.path(of: compared.group.engine, kind: "engines") != nil)
    }
  }
}
