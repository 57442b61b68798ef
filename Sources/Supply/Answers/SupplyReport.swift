import Formats
import Simulation
import Units

/// The answer of `supply`: bands of every quantity, probabilities of claims, and what changes without an event.
public struct SupplyReport: Codable, Sendable {
  public var scenario: String
  public var title: String
  public var claims: [Claim]
  /// In the order in which reports show them: domestic makers, licensed imports, smuggled chips.
  public var vendors: [Vendor]
  public var series: [Series]
  public var years: [YearRow]
  /// The market by quarter: units, revenue and share by vendor, fees, write-offs, what was barred.
  public var quarters: [QuarterRow]
  /// By month: the share of draws in which each thing held the leading vendor back.
  public var constraints: [ConstraintMonth]
  /// The same of the whole market.
  public var binding: [ConstraintMonth]
  public var counterfactuals: [Counterfactual]
  public var events: [Event]
  public var sensitivity: Sensitivity?
  public var parameters: [Input]
  /// What others say of quantities of the run, as far as it was known.
  public var published: [Published]
  public var notes: [String]
  /// What published rows could say against it.
  public var validity: SupplyValidity
  public var run: Run
  /// The news behind this project, statement by statement, where it was asked for.
  public var article: SupplyArticle?
  /// Yuan by US dollar, where money is in yuan; nil where it is in dollars.
  public var yuanByDollar: Double?
  /// Turns of policy that may come, in words with their chance a year; nil where none may.
  public var turns: [String]?

  /// A statement and the share of the draws in which it is true.
  public struct Claim: Codable, Sendable {
    public var id, title, definition, date: String
    public var meaning, source: String?
    /// Of the value: fraction for a share of a whole, ratio for one quantity by another, else the quantity's own.
    public var unit: String
    public var probability: Double
    /// Standard error of the probability from the number of draws alone.
    public var standardError: Double
    /// Share of those draws in which policy stays as it is until the claim's date, and the share of all draws that are
    /// such; nil where no turn may come.
    public var probabilityIfPolicyStays, policyStays: Double?
    /// Share of what moves the value that is judgement or from memory (grades D and M), and the numbers that move it
    /// most; nil where it was not asked for.
    public var judgement: Double?
    public var movedBy: [String]?
    /// What the value of a first month is where it never comes; nil for all else.
    public var never: Double?
    public var value: Band
    /// Of a first month: the share of the draws in which it has come by the end of each month.
    public var byMonth: [MonthShare]?
  }

  /// A share of the draws by the end of a month.
  public struct MonthShare: Codable, Sendable {
    /// `2026-07`.
    public var month: String
    /// Of all draws.
    public var share: Double
  }

  /// A maker, and how its chips reach the market.
  public struct Vendor: Codable, Sendable, Hashable {
    public enum Origin: String, Codable, Sendable, Hashable, CaseIterable { case domestic, imported, smuggled }
    public var name: String
    public var origin: Origin
  }

  /// 5, 25, 50, 75 and 95% of the draws lie below.
  public struct Band: Codable, Sendable {
    public var p05, p25, p50, p75, p95: Double

    package init(_ levels: [Double]) {
      (p05, p25, p50, p75, p95) = (levels[0], levels[1], levels[2], levels[3], levels[4])
    }

    /// Of values in any order; not-a-number is not among them.
    package init(of values: [Float]) {
      let sorted = values.sorted()
      self.init(bandLevels.map { quantile($0, of: sorted) })
    }
  }

  /// A quantity by month.
  public struct Series: Codable, Sendable {
    public var quantity, unit: String
    public var isStock: Bool
    public var months: [String]
    /// By month: 5, 25, 50, 75, 95%.
    public var quantiles: [[Double]]
  }

  /// A quantity's total over each year, or its value at the end.
  public struct YearRow: Codable, Sendable {
    public var quantity, unit: String
    public var years: [Int]
    public var bands: [Band]
  }

  /// A quantity's total over each quarter, or its value at the end.
  public struct QuarterRow: Codable, Sendable {
    public var quantity, unit: String
    /// `2025Q2`.
    public var quarters: [String]
    public var bands: [Band]
  }

  /// Shares of the draws of a month, by what held production back.
  public struct ConstraintMonth: Codable, Sendable {
    public var month: String
    public var plan, demand, logic, memory, packaging, policy: Double
    public var shares: [Double] { [plan, demand, logic, memory, packaging, policy] }
    /// The most frequent.
    public var binding: String
  }

  /// The same draws without some events.
  public struct Counterfactual: Codable, Sendable {
    public var without: [String]
    /// As the scenario calls such a world, or the scenario's name where that is set beside this one.
    public var name: String?
    public var claims: [Claim]
    public var years: [YearRow]
    /// Of the main quantities, by month.
    public var series: [Series]
    /// Scenario less counterfactual, draw by draw.
    public var differences: [YearRow]
  }

  /// An event of the scenario, and what it does.
  public struct Event: Codable, Sendable {
    public var id, date, title, actor, source: String
    /// In a few words, where the event has them.
    public var label: String?
    public var effects: [String]
  }

  /// What one claim's value depends on.
  public struct Sensitivity: Codable, Sendable {
    public var of: String
    /// Draws of each of its runs.
    public var draws: Int
    public var mean, standardDeviation: Double
    /// Those that move it, the greatest total index first.
    public var influences: [Influence]
    /// The number whose knowledge would narrow the answer most, and the share of the variance that it would take away.
    public var mostWorthKnowing: String?
    public var narrowing: Double
  }

  /// How far a result moves when one number goes from its 5% to its 95% value while all others keep their draws.
  public struct Influence: Codable, Sendable {
    public var parameter: String
    public var low, high: Double
    /// The parameter's own 5% and 95% values.
    public var from, to: Double
    /// Share of the variance that it alone makes, the standard error of that, and the share with all interactions.
    public var first = 0.0, firstError = 0.0, total = 0.0
    /// Share of the variance that goes when it is known, with what it says of numbers that move with it.
    public var known = 0.0
    public var swing: Double { abs(high - low) }
    var weight: Double { max(total, known) }
  }

  /// A number of the model, and what uses it.
  public struct Input: Codable, Sendable {
    public var name, unit, value, source, grade: String
    public var asOf: String?
    public var note: String?
    public var uses: [String]
  }

  /// An estimate, a count or a plan that someone published, in the model's units.
  public struct Published: Codable, Sendable, Hashable {
    /// As the rows name it.
    public var id: String
    /// What it says, in words.
    public var title: String
    /// The quantity of the run that it is about.
    public var quantity: String
    /// First month of its period.
    public var from: String
    /// Month after the last of its period.
    public var until: String
    /// The range that the source allows, and its middle: of the period's sum, or of a stock at its end.
    public var low, mid, high: Double
    /// upper for a plan or ceiling, lower for a floor; nil for an estimate or a count.
    public var bound: String?
    /// Day on which it was known.
    public var asOf: String
    /// Where it stands.
    public var source: String
  }

  /// The program, the seed, and what the draws are of.
  public struct Run: Codable, Sendable {
    public var version: String
    public var seed: UInt64
    public var draws: Int
    public var months: Int
    public var asOf: String?
    /// Month in which what the run knows ends: what lies beyond is forecast.
    public var knownTo: String?
    public var inputHash: String
  }
}

/// The value below which a share of sorted values lies, by a straight line between its neighbours.
package func quantile<Values: RandomAccessCollection>(_ level: Double, of sorted: Values) -> Double
where Values.Element: BinaryFloatingPoint, Values.Index == Int {
  guard let last = sorted.last else { return 0 }
  let place = level * Double(sorted.count - 1)
  let index = Int(place)
  guard index + 1 < sorted.count else { return Double(last) }
  let low = Double(sorted[index])
  return low + (Double(sorted[index + 1]) - low) * (place - Double(index))
}
