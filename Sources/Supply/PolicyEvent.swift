import Formats
import Units

/// Something that happened, or may, on a date, with what it does to named quantities.
public struct PolicyEvent: Decodable, Sendable {
  public var id: String
  public var date: CalendarDay
  public var title: String
  public var actor: String
  public var source: String
  public var note: String?
  /// Several events that are left out together.
  public var group: String?
  /// The same in the words of the data that it was taken from.
  public var levers: String?
  /// Kept for the reader: it acts on nothing.
  public var information: Bool?
  public var effects: [Effect]?

  /// One quantity changed; exactly one of `set`, `multiply` and `pulse`.
  public struct Effect: Decodable, Sendable {
    public var on: String
    /// From then on this value; it overrides whatever earlier events had in store.
    public var set: Amount?
    /// From then on times this.
    public var multiply: Amount?
    /// An amount in that month only.
    public var pulse: Amount?
    /// Months between the event and its effect.
    public var after: Amount?
    public var until: CalendarDay?
  }
}

/// A quantity on which events act, over the months.
struct CompiledLever: Sendable {
  enum Action: Sendable { case set, multiply, pulse }
  struct Change: Sendable {
    var date: Double
    var delay: Int?
    var until: Double?
    var action: Action
    var value: Int
  }
  var name: String
  var initial: Double
  /// In the order of the events' dates.
  var changes: [Change] = []

  var slots: [Int] { changes.flatMap { [$0.value] + ($0.delay.map { [$0] } ?? []) } }

  /// A change within a month counts by the share of the month that it covers.
  func fill(_ path: UnsafeMutablePointer<Double>, months: Int, values: UnsafePointer<Double>) {
    for month in 0..<months { path[month] = initial }
    for change in changes {
      let start = max(0, change.date + (change.delay.map { values[$0] } ?? 0))
      guard start < Double(months) else { continue }
      let value = values[change.value]
      let first = Int(start)
      if change.action == .pulse {
        path[first] += value
        continue
      }
      let end = min(change.until ?? Double(months), Double(months))
      for month in first..<max(first, Int(end.rounded(.up))) {
        let covered = min(Double(month + 1), end) - max(Double(month), start)
        let changed = change.action == .set ? value : path[month] * value
        path[month] += max(0, covered) * (changed - path[month])
      }
    }
  }
}
