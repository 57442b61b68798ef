import Formats
import Units

/// One number of the model with what is known of it, by whom and since when.
public struct Parameter: Decodable, Sendable, HasPlace {
  /// As world and scenarios name it.
  public var name: String
  /// `fraction` stays in 0 to 1; all but `number` stay above 0.
  public var unit: String
  public var value: Uncertainty
  public var source: String
  /// A filing or paper, B named report at second hand, C aggregator, D derived or our judgement, M from memory.
  public var grade: String
  /// When this was known; absent for definitions.
  public var asOf: CalendarDay?
  public var note: String?
  /// Correlation: it moves with a hidden standard normal number of this name.
  public var factor: Factor?
  /// Sources that disagree: what each of them holds, one taken per draw.
  public var schools: Schools?
  /// What was held before, used where `--as-of` lies before `asOf`.
  public var earlier: [Earlier]?
  var place = Place.nowhere

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case name, unit, value, source, grade, asOf, note, factor, schools, earlier
  }

  public struct Factor: Decodable, Sendable {
    /// The hidden number that moves it and others.
    public var name: String
    /// Correlation with the factor, −1 to 1.
    public var loading: Double
  }
  public struct Schools: Decodable, Sendable {
    /// What they disagree on.
    public var group: String
    /// What each of them holds.
    public var values: NamedValues<Uncertainty>
  }
  public struct Earlier: Decodable, Sendable {
    public var asOf: CalendarDay
    public var value: Uncertainty
    public var source: String?
  }

  /// What it cannot leave: fractions 0 to 1, all else but dates at least 0.
  var bounds: ClosedRange<Double> {
    switch unit {
    case "fraction": 0...1
    case "number": -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    default: 0...Double.greatestFiniteMagnitude
    }
  }

  /// What was held of it on a date; `isGuess` where all that is known came later and its spread is doubled.
  func known(on date: CalendarDay?) -> (value: Uncertainty, isGuess: Bool) {
    guard let date, let asOf, asOf > date else { return (value, false) }
    if let before = earlierView(on: date) { return (before.value, false) }
    return (value.widened(), true)
  }

  /// What was held before the present number was known; its schools are later than that.
  func earlierView(on date: CalendarDay?) -> Earlier? {
    guard let date, let asOf, asOf > date else { return nil }
    return (earlier ?? []).filter { $0.asOf <= date }.max { $0.asOf < $1.asOf }
  }
}

extension Uncertainty {
  /// With twice the spread about the same middle.
  func widened() -> Self {
    switch self {
    case .quantiles(let low, let mid, let high) where low > 0:
      .quantiles(low: low * low / mid, mid: mid, high: high * high / mid)
    case .quantiles(let low, let mid, let high): .quantiles(low: 2 * low - mid, mid: mid, high: 2 * high - mid)
    case .interval(let low, let high) where low > 0:
      .interval(low: low * (low / high).squareRoot(), high: high * (high / low).squareRoot())
    case .interval(let low, let high): .interval(low: low - (high - low) / 2, high: high + (high - low) / 2)
    case .normal(let mean, let deviation): .normal(mean: mean, standardDeviation: 2 * deviation)
    case .lognormal(let median, let sigma): .lognormal(median: median, sigma: 2 * sigma)
    default: self
    }
  }

  /// As a scenario would write it.
  public var text: String { text(in: "") }

  /// As a scenario would write it in a unit: a date as a date.
  public func text(in unit: String) -> String {
    func number(_ value: Double) -> String {
      unit == "date" ? CalendarDay(months: value).description : CSVText.number(value)
    }
    func list(_ values: [Double]) -> String { "[" + values.map(number).joined(separator: ", ") + "]" }
    return switch self {
    case .point(let value): number(value)
    case .interval(let low, let high): "\(number(low)) to \(number(high))"
    case .quantiles(let low, let mid, let high): "\(number(mid)) (\(number(low)) to \(number(high)))"
    case .uniform(let low, let high): "uniform \(list([low, high]))"
    case .triangular(let low, let mode, let high): "triangular \(list([low, mode, high]))"
    case .normal(let mean, let deviation): "normal \(list([mean, deviation]))"
    case .lognormal(let median, let sigma): "lognormal \(list([median, sigma]))"
    case .pert(let low, let mode, let high): "pert \(list([low, mode, high]))"
    case .beta(let alpha, let beta): "beta \(list([alpha, beta]))"
    case .empirical(let values): "empirical \(list(values))"
    }
  }
}

/// A place for a number in the world's files: a number, a distribution, or a parameter's name.
public struct Amount: Decodable, Sendable {
  package enum Form: Sendable {
    case inline(Uncertainty)
    case named(String)
  }
  package let form: Form
  let place: Place

  init(_ value: Double) {
    form = .inline(.point(value))
    place = Place(file: "", line: 0)
  }

  public init(from decoder: any Decoder) throws { try self.init(Node(from: decoder)) }

  init(_ node: Node) throws {
    place = node.place
    if let text = node.text, Uncertainty.value(text) == nil, !text.contains(" to ") {
      form = .named(text)
    } else {
      form = .inline(try Uncertainty(node))
    }
  }

  /// Whether this is the word `rest`: what the other shares leave.
  var isRest: Bool {
    if case .named("rest") = form { return true }
    return false
  }
}
