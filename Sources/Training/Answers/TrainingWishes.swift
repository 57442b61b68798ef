import Units

/// What is asked of a run beyond its step.
public struct TrainingWishes: Sendable {
  /// Of the whole run; only a step is answered where nil.
  public var tokens: Double?
  /// Daly's best where nil.
  public var checkpointInterval: Seconds?
  public var pricePerChipHour: Dollars?
  /// An entry of the catalog's kind `failures`.
  public var failures = "large runs"
  public var maturity = Profile.ofMaker
  /// How long the team has had large runs on the platform when this one starts.
  public var stackAge = Seconds.zero
  /// The failure model's share of the nodes where nil.
  public var spareNodes: Int?
  /// The day on whose morning it starts, and the one until whose end it is to be done.
  public var start: CalendarDate?
  public var by: CalendarDate?
  public var draws = 1000

  public init(tokens: Double? = nil) { self.tokens = tokens }

  /// Which profile of a young platform a run has.
  public enum Profile: Hashable, Sendable {
    /// That of the chip's maker, if the catalog has one.
    case ofMaker
    case settled
    case named(String)

    /// `auto`, `settled`, or the name of an entry.
    public init(_ text: String) {
      switch text.lowercased() {
      case "auto": self = .ofMaker
      case "settled", "none": self = .settled
      default: self = .named(text)
      }
    }
  }
}
