import Reports
import Units

extension SupplyReport {
  func find(_ quantity: String) -> Series? { series.first { $0.quantity == quantity } }

  /// The middle of a month as a year with its fraction.
  static func year(_ month: String) -> Double { CalendarDay(month).map { ($0.months + 0.5) / 12 } ?? 0 }

  private static let years = Chart.Axis("Year", .year)

  private func axis(_ series: Series) -> Chart.Axis {
    let scale = scale(series.unit)
    return Chart.Axis(series.isStock ? scale.name : "\(scale.name) a month", scale.notation)
  }

  /// The end of the charts that are about the years of the news; tables, JSON and CSV have all months.
  static let near = 2028.0

  func band(_ series: Series, named name: String, until end: Double) -> Chart.Fan.Band {
    let factor = scale(series.unit).factor
    let slices = zip(series.months, series.quantiles).map { month, levels in
      Chart.Fan.Slice(
        x: Self.year(month), p05: levels[0] * factor, p25: levels[1] * factor, p50: levels[2] * factor,
        p75: levels[3] * factor, p95: levels[4] * factor)
    }
    return Chart.Fan.Band(name, slices.filter { $0.x < end })
  }

  /// A quantity over the months with all that is not known about it; nothing where the run does not have it.
  func fan(_ quantity: String, caption: String, marking ids: [String] = [], until end: Double = .infinity) -> Chart? {
    guard let series = find(quantity) else { return nil }
    return Chart(
      Self.label(quantity), caption: caption,
      .fan(Chart.Fan(x: Self.years, y: axis(series), bands: [band(series, named: title, until: end)])),
      events: markers(ids))
  }

  /// The scenario and the world without some events on one chart.
  func pair(_ quantity: String, _ other: [Series], named name: String, caption: String, marking ids: [String])
    -> Chart?
  {
    guard let with = find(quantity), let without = other.first(where: { $0.quantity == quantity }) else { return nil }
    let bands = [band(with, named: title, until: Self.near), band(without, named: name, until: Self.near)]
    return Chart(
      Self.label(quantity), caption: caption, .fan(Chart.Fan(x: Self.years, y: axis(with), bands: bands)),
      events: markers(ids))
  }

  /// Events by identifier, and those that this scenario adds to the base; only what acts on the model and is in range.
  func markers(_ ids: [String]) -> [Chart.Event] {
    guard !ids.isEmpty, let first = series.first?.months.first.map(Self.year) else { return [] }
    let known = Self.eventLabels.map(\.id)
    return events.compactMap { event in
      guard ids.contains(event.id) || (!known.contains(event.id) && !event.effects.isEmpty),
        let date = CalendarDay(event.date)
      else { return nil }
      let x = date.months / 12
      return x < first ? nil : Chart.Event(Self.label(event), at: x, "\(event.date): \(event.title)")
    }
  }

  /// Medians of several quantities one on the other, domestic makers in one hue, imports in another.
  func stack(_ prefix: String, title: String, caption: String, marking ids: [String] = []) -> Chart? {
    let found = vendors.compactMap { vendor in find("\(prefix).\(vendor.name)").map { (vendor, $0) } }
    guard let sample = found.first?.1 else { return nil }
    var shades = [Vendor.Origin: Int]()
    let layers = found.map { vendor, series -> Chart.Stack.Layer in
      let shade = shades[vendor.origin, default: 0]
      shades[vendor.origin] = shade + 1
      let factor = scale(series.unit).factor
      let points = zip(series.months, series.quantiles).map { Chart.Point(Self.year($0), $1[2] * factor) }
      return Chart.Stack.Layer(
        vendor.label, points.filter { $0.x < Self.near }, Chart.Colour(vendor.origin.hue, shade: shade))
    }
    return Chart(
      title, caption: caption, .stack(Chart.Stack(x: Self.years, y: axis(sample), layers: layers)),
      events: markers(ids))
  }

  /// Several medians of one unit as lines.
  func lines(_ quantities: [(name: String, label: String)], title: String, caption: String, marking ids: [String] = [])
    -> Chart?
  {
    let found = quantities.compactMap { name, label in find(name).map { (label, $0) } }
    guard let sample = found.first?.1 else { return nil }
    let lines = found.map { label, series in
      let factor = scale(series.unit).factor
      return Chart.Lines.Series(
        label, zip(series.months, series.quantiles).map { Chart.Point(Self.year($0), $1[2] * factor) })
    }
    return Chart(
      title, caption: caption, .lines(Chart.Lines(x: Self.years, y: axis(sample), series: lines)),
      events: markers(ids))
  }

  /// What holds the largest maker back, as shares of the draws that fill the whole.
  var constraintChart: Chart {
    let kinds = [
      ("memory", 3, 5, 0), ("logic", 2, 0, 0), ("packaging", 4, 2, 0), ("policy", 5, 3, 0), ("demand", 1, 1, 0),
      ("nothing", 0, 4, 3),
    ]
    let layers = kinds.map { name, index, hue, shade in
      let points = constraints.map { Chart.Point(Self.year($0.month), $0.shares[index]) }
      return Chart.Stack.Layer(name, points, Chart.Colour(hue, shade: shade))
    }
    return Chart(
      "What holds the largest maker back",
      caption: "Share of the draws in which each is short in that month; nothing: output goes as planned.",
      .stack(Chart.Stack(x: Self.years, y: Chart.Axis("share of draws", .percent), layers: layers, isWhole: true)),
      events: markers(["tsmc-stop", "hbm-rule"]))
  }
}

extension SupplyReport.Vendor {
  /// In a legend.
  var label: String { name == "Others" ? "other domestic makers" : name.lowercased() == "smuggled" ? "smuggled" : name }
}

extension SupplyReport.Vendor.Origin {
  /// Blue for what is made in China, orange for licensed imports, grey for smuggled chips.
  var hue: Int {
    switch self {
    case .domestic: 0
    case .imported: 1
    case .smuggled: 4
    }
  }
}
