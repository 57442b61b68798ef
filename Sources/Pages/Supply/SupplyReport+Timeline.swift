import Reports
import Supply
import Units

extension SupplyReport {
  /// Who stands in which row: Washington, Beijing, other Chinese authorities, makers and buyers.
  static func side(of actor: String) -> String {
    let sides: [(words: [String], side: String)] = [
      (["US ", "White House", "Washington"], "Washington"),
      (["China CAC", "China MIIT", "China NDRC", "China SAMR", "China customs", "China (", "China"], "Beijing"),
      (["Shanghai", "Beijing", "Guiyang", "Gansu", "Guizhou", "Inner Mongolia"], "Cities and provinces"),
      (["Nvidia", "AMD", "TSMC", "Samsung", "SK"], "Foreign makers"),
    ]
    if actor.hasPrefix("Chinese") || actor == "Huawei" { return "Domestic makers and buyers" }
    for (words, side) in sides where words.contains(where: actor.hasPrefix) { return side }
    return actor == "scenario" ? "This scenario" : "Domestic makers and buyers"
  }

  private static let sides = [
    "Washington", "Beijing", "Cities and provinces", "Foreign makers", "Domestic makers and buyers",
    "This scenario",
  ]

  /// All of them, those before the run too.
  var eventCount: String {
    let acting = events.filter { !$0.effects.isEmpty }.count
    return "All \(Text.counted(events.count, "event")), of which \(acting) act on the model"
  }

  /// From the run's first year on: what came before is in the table.
  var timeline: Chart {
    let start = series.first?.months.first.map(Self.year) ?? 0
    let dated = events.compactMap { event in CalendarDay(event.date).map { ($0, event) } }
      .filter { $0.0.months / 12 >= start.rounded(.down) }.sorted { $0.0 < $1.0 }
    let present = Self.sides.filter { side in dated.contains { Self.side(of: $0.1.actor) == side } }
    let dots = dated.map { date, event -> Chart.Timeline.Dot in
      Chart.Timeline.Dot(
        row: present.firstIndex(of: Self.side(of: event.actor)) ?? 0, x: date.months / 12, date: event.date,
        label: event.effects.isEmpty ? "" : Self.label(event), title: "\(event.title) (\(event.actor))",
        text: event.effects.joined(separator: "; "), isFilled: !event.effects.isEmpty)
    }
    let acting = dots.filter(\.isFilled).count
    let earlier = events.count - dots.count
    return Chart(
      "Who did what",
      caption: "\(acting) of \(Text.counted(dots.count, "event")) since the run began act on quantities of the model; "
        + "the others are kept for the reader. "
        + (earlier > 0 ? "\(earlier == 1 ? "One is" : "\(earlier) are") earlier and in the table. " : "")
        + "Each dot has its text.",
      .timeline(
        Chart.Timeline(
          x: Chart.Axis("Year", .year), rows: present, dots: dots, filled: "acts on the model",
          empty: "information only")), forecast: nil)
  }
}
