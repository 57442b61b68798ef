import Formats
import Foundation
import Pages
import Testing
import Units

@testable import Supply
@testable import Validation

/// The source tree and its catalog, which the tests find beside themselves.
enum SourceTree {
  static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  static let catalog = Catalog(builtIn: "\(root)/Sources/Formats/Resources/catalog")
  static func data(_ name: String) -> String { "\(root)/Tests/SupplyTests/Data/\(name)" }

  /// A file with these lines, in the system's folder for such.
  static func temporary(_ lines: [String]) throws -> String {
    let path = NSTemporaryDirectory() + "supply-rows-\(UUID().uuidString).csv"
    try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }
}

@Suite struct SupplyValidationTests {
  private let catalog = SourceTree.catalog

  /// As many as the page is written with: enough for shares and scores, and seconds without optimisation.
  private static let draws = 256

  /// The built-in rows, once for all tests.
  private static let builtIn = Result {
    try SupplyValidation(catalog: SourceTree.catalog, draws: draws, seed: 1, workers: 2, version: "test")
  }

  private func rows(of files: [String]) throws -> [SupplyValidation.Row] {
    try SupplyValidation(
      catalog: catalog, files: files, draws: 20, leavesOut: false, seed: 1, workers: 2, version: "test"
    ).rows
  }

  @Test("at least 80% of the checks lie inside the 90% band at their own information date, and all rows are there")
  func checks() throws {
    let result = try Self.builtIn.get()
    let published = try ["checks.csv", "checks-2.csv"].flatMap {
      try CSVTable.read(path: SourceTree.data($0)).rows.compactMap { $0["id"] }
    }
    #expect(Set(result.rows.map(\.id)).isSuperset(of: published))
    #expect(result.rows.allSatisfy { $0.model != nil })
    #expect(try #require(result.group("all rows")?.insideShare) >= 0.8)
    #expect(try #require(result.group("without plans and bounds")?.insideShare) >= 0.8)
    #expect(result.fifths.reduce(0, +) == result.rows.filter { $0.bound == nil }.count)
  }

  @Test("numbers of the built-in rows are those of the published table")
  func numbers() throws {
    let tables = try ["checks.csv", "checks-2.csv"].map { try CSVTable.read(path: SourceTree.data($0)) }
    let rows = try Self.builtIn.get().rows
    for line in tables.flatMap(\.rows) {
      let row = try #require(rows.first { $0.id == line["id"] })
      #expect(try line.number("low") == row.low && line.number("mid") == row.mid && line.number("high") == row.high)
    }
  }

  /// Rows whose source supposes something are apart: the words cannot say all of it.
  @Test("the published table, read by its words alone, is held against the same quantities as the built-in rows")
  func words() throws {
    let table = try CSVTable.read(path: SourceTree.data("checks.csv"))
    let own = try Self.builtIn.get().rows
    func quoted(_ text: String) -> String { CSVText.quoted(text) }
    let lines = try table.rows.map { line in
      let id = try line.text("id")
      let date = own.first { $0.id == id }?.asOf ?? ""
      return ([id + "-again"] + table.header.dropFirst().map { line[$0] ?? "" } + [date]).map(quoted).joined(
        separator: ",")
    }
    let path = try SourceTree.temporary([(table.header + ["asOf"]).joined(separator: ",")] + lines)
    let all = try rows(of: [path])
    let supposing = ["CHK-ASC-2026-SA-HBM", "CHK-ASC-2026-SA-NOHBM"]
    for row in all.prefix(table.rows.count) where !supposing.contains(row.id) {
      let again = try #require(all.first { $0.id == row.id + "-again" })
      #expect(again.bound == row.bound, "\(row.id)")
      #expect(
        again.reason == "" && again.measure == row.measure,
        "\(row.id): \(again.measure), not \(row.measure) \(again.reason)")
    }
  }

  @Test(
    "at least 80% of the rows left out with their like lie inside the band, and its scores beat forecasts without it")
  func leftOut() throws {
    let result = try Self.builtIn.get()
    try holds(result)
    #expect(result.folds.allSatisfy { !$0.rows.isEmpty })
    let brier = try #require(result.brier)
    #expect(brier.score < brier.climate)
  }

  @Test("rows left out lie inside their band with 2,000 draws as well", .enabled(if: isLong))
  func leftOutLong() throws {
    try holds(
      SupplyValidation(catalog: catalog, draws: 2000, leftOutDraws: 2000, seed: 2, workers: 2, version: "test"))
  }

  private func holds(_ result: SupplyValidation) throws {
    for kind in ["by maker", "by quantity", "by date"] {
      let group = try #require(result.group("left out \(kind)"))
      #expect(try #require(group.insideShare) >= 0.8, "\(kind)")
      let (own, last) = (try #require(group.rankedOnNaive), try #require(group.naiveLast))
      #expect(own < last && own < (group.naiveGrown ?? 0), "\(kind)")
      #expect(try #require(group.medianWidth) < (group.naiveWidth ?? 0), "\(kind)")
    }
  }

  @Test("dates, sums, multiples and what is in brackets are read as they stand; what lies beyond the model is refused")
  func kinds() throws {
    let header = "id,quantity,unit,period,low,mid,high,source,notes"
    let path = try SourceTree.temporary([
      header, "A,CXMT HBM3 mass production,date,,2026-09,2027-03,2027-12,,date 2026-05-01",
      "B,First month in which domestic compute exceeds imports,date,,2024-06,2025-01,2026-01,,",
      "C,\"Ascend 910C shipped, cumulative\",units,to the middle of 2026,,1000000,,,",
      "D,AI chips shipped (excluding smuggled),units,2025,,3000000,,,",
      "E,\"Domestic AI chips (Huawei, Cambricon) shipped\",units,2025,,1500000,,,",
      "F,H20 sales lost to the rule,USD bn,FY26Q1,,2.5,,,", "G,Huawei share of world AI compute,%,2025,,3,,,",
      "H,\"SMIC 7nm capacity, multiple of 2024\",x,2026,,3,,,",
      "I,\"AI chips shipped, multiple of the year before\",x,2026,,1.6,,,",
      "J,Cambricon revenue,CNY bn,2025,,6.5,,,", "K,Ascend chips sold abroad,units,2026,,1000,,,",
      "L,T-Head units,units,FY26Q1,,60000,,,",
      "M,Domestic AI chips shipped year on year growth,%,2026,10,20,30,,",
      "N,Growth of Cambricon units (CAGR),%,2026,,20,,,",
      "O,Month from which domestic compute exceeds imports for good,date,,,2026-01,,,",
      "P,H20 revenue,HK$ bn,2024,,78,,,",
    ])
    let rows = try rows(of: [path]).suffix(16)
    #expect(
      rows.map { $0.reason.isEmpty ? $0.measure : "unsupported" } == [
        "hbm.cxmt.hbm3_mass_start",
        "first month of 2023-01..2030-12 in which domestic.compute exceeds imports.compute",
        "sold.910C in 2023-01..2026-06", "domestic.units + imports.units in 2025", "domestic.units in 2025",
        "barred.H20 in 2025-02..2025-04", "unsupported",
        "capacity.SMIC in 2026-12..2026-12 ÷ capacity.SMIC in 2024-12..2024-12",
        "domestic.units + imports.units in 2026 ÷ (domestic.units + imports.units) in 2025-01..2025-12",
        "booked.Cambricon in 2025", "unsupported", "units.T-Head in 2025-04..2025-06",
        "domestic.units in 2026 ÷ domestic.units in 2025-01..2025-12", "unsupported",
        "first month of 2023-01..2030-12 from which on to its end domestic.compute exceeds imports.compute",
        "revenue.H20 in 2024",
      ])
    // 20% more is 1.2 times as much.
    let growth = try #require(rows.first { $0.id == "M" })
    #expect(growth.unit == "times" && abs(growth.mid - 1.2) < 1e-9 && abs(growth.low - 1.1) < 1e-9)
    let byID = Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0) })
    #expect(byID["A"]?.asOf == "2026-05" && byID["A"]?.isDateAssumed == false && byID["C"]?.isDateAssumed == true)
    #expect(byID["G"]?.reason.contains("world") == true)
  }

  @Test("a row from elsewhere is mapped by quantity, unit and period, or says why not")
  func elsewhere() throws {
    let header = "id,quantity,unit,period,low,mid,high,source,notes,asOf"
    let path = try SourceTree.temporary([
      header, "A,Nvidia China revenue,USD bn,FY26Q3,,3,,,,",
      "B,H20 revenue,USD mn,FY26Q3 (Aug-Oct 2025),,100,,,,2025-12",
      "C,Domestic accelerator cards shipped,million units,1H25,,0.7,,,,", "D,Weather,degC,2025,,1,,,,",
      "E,Ascend 910C units,k units,some day,,1,,,,", "F,Huawei share of accelerator cards,%,2025,,30,,,,",
      "G,Imports of AI chips,USD bn,2041,,1,,,,", "H,Cambricon target,units,CY2026,,500000,,,,", "I,,,,,,,,,",
      "J,Domestic compute installed,EFLOPS,end of 2025,,800,,,,", "K,Domestic output multiple by units,x,2025,,2,,,,",
      "L,Ascend 910C price,CNY,2025,,110000,,,,",
      "M,Ascend die yield,%,2025,,30,,,,", "N,Smuggled Nvidia chips,units,2025,,1,,,,",
    ])
    let rows = try rows(of: [path]).suffix(14)
    let measures = rows.map { $0.reason.isEmpty ? $0.measure : "unsupported" }
    #expect(
      measures == [
        "imports.booked in 2025-08..2025-10", "revenue.H20 in 2025-08..2025-10", "domestic.units in 2025-01..2025-06",
        "unsupported", "unsupported",
        "units.Huawei in 2025 ÷ (domestic.units + imports.units) in 2025",
        "unsupported", "units.Cambricon in 2026", "unsupported",
        "fleet.domesticCompute in 2025-12",
        "domestic.units in 2025 ÷ domestic.units in 2024-01..2024-12", "price.910c", "yield.die.910b.smic@2025-09",
        "smuggled.units in 2025",
      ])
    #expect(rows.filter { $0.status == .unsupported }.allSatisfy { !$0.reason.isEmpty && $0.isInside == nil })
    let byID = Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0) })
    #expect(byID["A"]?.asOf == "2025-10" && byID["B"]?.asOf == "2025-12")
    #expect(byID["H"]?.bound == .upper)
    // Millions of chips, a percentage, and PFLOP/s by the thousand: each in the row's own unit.
    let medians = ["C", "F", "J"].map { byID[$0]?.model?.p50 ?? 0 }
    #expect((0.1...2.0).contains(medians[0]))
    #expect((1.0...90.0).contains(medians[1]))
    #expect((100.0...3000.0).contains(medians[2]))
  }

  @Test("Documentation/SupplyValidation.md says what the program says")
  func page() throws {
    let path = "\(SourceTree.root)/Documentation/SupplyValidation.md"
    let written = String(decoding: try readBytes(of: path), as: UTF8.self)
    let isSame = try written == Self.builtIn.get().markdown
    #expect(
      isSame,
      "write it anew: ./run validate --kind supply --draws 256 --format markdown > Documentation/SupplyValidation.md")
  }

  @Test("the budgets of supply hold, and a stricter one is broken in a sentence")
  func budgets() throws {
    let path = "\(SourceTree.root)/Sources/Formats/Resources/catalog/published/budgets.yaml"
    let budgets = try SupplyBudget.read(Node.read(path: path))
    let result = try Self.builtIn.get()
    #expect(budgets.count >= 2)
    for budget in budgets { #expect(budget.violations(in: result) == []) }
    let strict = try SupplyBudget.read(
      Node.parse("[{name: n, kind: supply, group: all rows, insideShare: 1.01}]", file: "b"))
    #expect(strict.flatMap { $0.violations(in: result) }.count == 1)
  }
}

@Suite struct PublishedTextTests {
  @Test(
    "periods as tables write them",
    arguments: [
      ("CY2025", 0, "2025"), ("2025", 0, "2025"), ("2023H1", 0, "2023H1"), ("1H25", 0, "2025-01..2025-06"),
      ("Q3 2025", 0, "2025-07..2025-09"), ("3Q25", 0, "2025-07..2025-09"), ("FY26Q3", 11, "2025-08..2025-10"),
      ("FY2025 (Feb 2024-Jan 2025)", 0, "2024-02..2025-01"), ("FY2026", 11, "2025-02..2026-01"),
      ("Q3 FY26", 11, "2025-08..2025-10"), ("FY2025", 0, "2025"), ("Feb-Apr 2025", 0, "2025-02..2025-04"),
      ("Nov-Jan 2026", 0, "2025-11..2026-01"), ("end-2025", 0, "2025-12"),
      ("December 2025", 0, "2025-12"),
      ("2025-06-30", 0, "2025-06-30"), ("2024-2025", 0, "2024-01..2025-12"), ("2025-12", 0, "2025-12"),
    ]) func periods(text: String, lead: Int, expected: String) throws
  {
    #expect(Period(published: text, fiscalLead: lead)?.description == expected)
  }

  @Test("what is no period is none", arguments: ["", "cumulative", "some day", "Q5 2025", "quarter"])
  func noPeriod(text: String) { #expect(Period(published: text, fiscalLead: 0) == nil) }

  @Test(
    "units as tables write them",
    arguments: [
      ("USD bn", "money", 1e9), ("$ million", "money", 1e6), ("CNY bn", "money", 1e9 / 7.15),
      ("HKD mn", "money", 1e6 / 7.8), ("HK$ bn", "money", 1e9 / 7.8),
      ("units", "chips", 1),
      ("k units", "chips", 1e3), ("million cards", "chips", 1e6), ("%", "fraction", 0.01), ("fraction", "fraction", 1),
      ("ZFLOPS FP16", "compute", 1e6), ("EFLOPS", "compute", 1e3), ("B300e", "compute", 2.5),
      ("H100 equivalents", "compute", 0.989),
      ("tokens/day", "tokens", 1e-9), ("trillion tokens/day", "tokens", 1e3), ("wafers/month", "capacity", 1),
      ("stacks", "stacks", 1), ("dies", "dies", 1), ("x", "multiple", 1), ("GW", "power", 1e3),
    ]) func units(text: String, dimension: String, scale: Double) throws
  {
    let unit = try #require(
      PublishedUnit(text, equivalents: [("h100", 989), ("b300e", 2500)], byDollar: [("CNY", 7.15), ("HKD", 7.8)]))
    #expect(unit.dimension.rawValue == dimension)
    #expect(abs(unit.scale / scale - 1) < 1e-12)
  }
}

@Suite struct ProperScoreTests {
  @Test("the ranked probability score of 0, 1, 2 and 3 against 1 is 0.375")
  func ranked() {
    // E|X − 1| = (1 + 0 + 1 + 2)/4 = 1; ½E|X − X'| = ½ · 20/16 = 0.625.
    #expect(abs(rankedProbabilityScore([3, 1, 0, 2], 1) - 0.375) < 1e-9)
    #expect(rankedProbabilityScore([5, 5], 7) == 2)
  }

  @Test("the logarithmic score of a lognormal forecast is its closed form to within 3%, and a miss costs more")
  func logarithmic() throws {
    // Quantiles of a lognormal of sigma 0.5 about 100; −ln of its density at the median is ln(0.5 √(2π)) = 0.2258.
    let function = QuantileFunction(.lognormal(median: 100, sigma: 0.5))
    let draws = (0..<4000).map { Float(function((Double($0) + 0.5) / 4000)) }
    #expect(abs(try #require(logarithmicScore(draws, 100)) - 0.2258) < 0.03)
    #expect(try #require(logarithmicScore(draws, 400)) > 2)
    #expect(logarithmicScore(draws, 0) == nil)
  }

  @Test("ties count half below")
  func below() { #expect(probabilityBelow(2, [1, 2, 2, 3]) == 0.5) }

  @Test("thirteen million stacks make 1.625 million packages of eight; a CloudMatrix takes 2.31 times an NVL72's power")
  func identities() throws {
    let base = try SupplyScenario("base", catalog: SourceTree.catalog)
    let date = try #require(CalendarDay("2026-01"))
    func median(_ ratio: SupplyCheck.ParameterRatio) throws -> Double {
      let draws = try base.draws(of: ratio, asOf: date, count: 4001, seed: 1).sorted()
      return Double(draws[2000])
    }
    let packages = try median(.init(product: ["hbm.stock.imported_total"], by: ["hbm.stacks_per_910c"]))
    #expect(abs(packages / (13_000_000 / 8) - 1) < 0.01)
    let energy = try median(
      .init(product: ["cm384.power_kw", "nvl72.bf16_pflops"], by: ["cm384.bf16_pflops", "nvl72.power_kw"]))
    // (559 / 300) / (145 / 180) = 2.31 of the middles; the draws' median lies higher, for some racks take 132 kW.
    let supernode: Double = 559.0 / 300, rack: Double = 145.0 / 180
    #expect(abs(supernode / rack - 2.313) < 0.001)
    #expect((2.2...2.5).contains(energy))
  }
}
