import Reports
import Supply
import Units

extension SupplyReport {
  func find(_ quantity: String) -> Series? { series.first { $0.quantity == quantity } }

  /// The middle of a month as a year with its fraction.
  static func year(_ month: String) -> Double { CalendarDay(month).map { ($0.months + 0.5) / 12 } ?? 0 }

  private static let time = Chart.Axis("Year", .year)

  private func axis(_ series: Series) -> Chart.Axis {
    let scale = scale(series.unit)
    return Chart.Axis(series.isStock ? scale.name : "\(scale.name) a month", scale.notation)
  }

  /// The end of the charts that are about the years of the news; tables, JSON and CSV have all months.
  static let near = 0.0..<2028
  static let all = 0..<Double.infinity

  func band(_ series: Series, named name: String, years: Range<Double>) -> Chart.Fan.Band {
    let factor = scale(series.unit).factor
    let slices = zip(series.months, series.quantiles).map { month, levels in
      Chart.Fan.Slice(
        x: Self.year(month), p05: levels[0] * factor, p25: levels[1] * factor, p50: levels[2] * factor,
        p75: levels[3] * factor, p95: levels[4] * factor)
    }
    return Chart.Fan.Band(name, slices.filter { years.contains($0.x) })
  }

  /// A quantity over the months with all that is not known about it; nothing where the run does not have it.
  func fan(_ quantity: String, caption: String, marking ids: [String] = [], years: Range<Double> = all) -> Chart? {
    guard let series = find(quantity) else { return nil }
    return Chart(
      Self.label(quantity), caption: caption,
      .fan(
        Chart.Fan(
          x: Self.time, y: axis(series), bands: [band(series, named: title, years: years)],
          estimates: estimates(series, years: years))),
      events: markers(ids), forecast: forecast)
  }

  /// Where what is known ends.
  var forecast: Chart.Event? {
    run.knownTo.flatMap(CalendarDay.init).map {
      Chart.Event("known to \($0)", at: ($0.months + 1) / 12, "what lies beyond is forecast")
    }
  }

  /// What others say of a quantity: flows by the month, in the middle of their period; stocks at its end.
  private func estimates(_ series: Series, years: Range<Double>) -> [Chart.Fan.Estimate] {
    published.filter { $0.quantity == series.quantity }.compactMap { row in
      guard let from = CalendarDay(row.from), let until = CalendarDay(row.until) else { return nil }
      let months = until.months - from.months
      let x = (series.isStock ? until.months - 0.5 : (from.months + until.months) / 2) / 12
      guard years.contains(x), months > 0 else { return nil }
      let factor = scale(series.unit).factor / (series.isStock ? 1 : months)
      let kind = row.bound.map { $0 == "upper" ? " (plan or ceiling)" : " (floor)" } ?? ""
      return Chart.Fan.Estimate(
        row.title + kind, x: x, low: row.low * factor, mid: row.mid * factor, high: row.high * factor,
        source: row.source)
    }
  }

  /// The scenario and the world without some events on one chart.
  func pair(_ quantity: String, _ other: [Series], named name: String, caption: String, marking ids: [String])
    -> Chart?
  {
    guard let with = find(quantity), let without = other.first(where: { $0.quantity == quantity }) else { return nil }
    let bands = [band(with, named: title, years: Self.near), band(without, named: name, years: Self.near)]
    return Chart(
      Self.label(quantity), caption: caption, .fan(Chart.Fan(x: Self.time, y: axis(with), bands: bands)),
      events: markers(ids), forecast: forecast)
  }

  /// Events by identifier, and those that this scenario adds to the base; only what acts on the model and is in range.
  func markers(_ ids: [String]) -> [Chart.Event] {
    guard !ids.isEmpty, let first = series.first?.months.first.map(Self.year) else { return [] }
    return events.compactMap { event in
      guard ids.contains(event.id) || (event.actor == "scenario" && !event.effects.isEmpty),
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
    let layers = zip(found, colours(found.map(\.0))).map { entry, colour in
      Chart.Stack.Layer(entry.0.label, medians(entry.1).filter { Self.near.contains($0.x) }, colour)
    }
    return Chart(
      title, caption: caption, .stack(Chart.Stack(x: Self.time, y: axis(sample), layers: layers)),
      events: markers(ids), forecast: forecast)
  }

  /// A hue for each of the first makers, the same in all charts; those left over in a pale shade.
  private func colours(_ vendors: [Vendor]) -> [Chart.Colour] {
    let hues: [Vendor.Origin: [Int]] = [.domestic: [0, 2, 3, 7, 6], .imported: [1, 5], .smuggled: [4]]
    return vendors.enumerated().map { index, vendor in
      let before = vendors[..<index].filter { $0.origin == vendor.origin }.count
      let own = hues[vendor.origin] ?? [vendor.origin.hue]
      return before < own.count ? Chart.Colour(own[before]) : Chart.Colour(vendor.origin.hue, shade: 3)
    }
  }

  /// Median revenue of each vendor in each quarter, at the quarter's middle.
  func quarterStack(title: String, caption: String, marking ids: [String]) -> Chart? {
    let found = vendors.compactMap { vendor in
      quarters.first { $0.quantity == "revenue.\(vendor.name)" }.map { (vendor, $0) }
    }
    guard let sample = found.first?.1 else { return nil }
    let scale = scale(sample.unit)
    let layers = zip(found, colours(found.map(\.0))).map { entry, colour in
      let points = zip(entry.1.quarters, entry.1.bands).map { Chart.Point(Self.middle(ofQuarter: $0), $1.p50) }
      return Chart.Stack.Layer(entry.0.label, points.filter { Self.near.contains($0.x) }, colour)
    }
    return Chart(
      title, caption: caption,
      .stack(Chart.Stack(x: Self.time, y: Chart.Axis("\(scale.name) a quarter", scale.notation), layers: layers)),
      events: markers(ids), forecast: forecast)
  }

  /// Of `2025Q2`, as a year with its fraction.
  private static func middle(ofQuarter text: String) -> Double {
    let parts = text.split(separator: "Q").compactMap { Double($0) }
    return parts.count == 2 ? parts[0] + (parts[1] - 0.5) / 4 : 0
  }

  func medians(_ series: Series) -> [Chart.Point] {
    let factor = scale(series.unit).factor
    return zip(series.months, series.quantiles).map { Chart.Point(Self.year($0), $1[2] * factor) }
  }

  /// Tokens by where the chips are from, against what is asked for.
  var tokenChart: Chart? {
    let parts = [
      ("tokens.domestic", "domestic chips", Vendor.Origin.domestic), ("tokens.imported", "foreign chips", .imported),
    ]
    let layers = parts.compactMap { name, label, origin in
      find(name).map { Chart.Stack.Layer(label, medians($0), Chart.Colour(origin.hue)) }
    }
    guard layers.count == 2, let sample = find("tokens.domestic") else { return nil }
    return Chart(
      "Tokens by the chips that could serve them", caption: "Medians: all chips running, at the fleet's utilisation.",
      .stack(Chart.Stack(x: Self.time, y: axis(sample), layers: layers)), forecast: forecast)
  }

  /// Several medians of one unit as lines.
  func lines(
    _ quantities: [(name: String, label: String)], title: String, caption: String, limits: [Chart.Marker] = [],
    marking ids: [String] = [], years: Range<Double> = all
  ) -> Chart? {
    let found = quantities.compactMap { name, label in find(name).map { (label, $0) } }
    guard let sample = found.first?.1 else { return nil }
    let lines = found.map { label, series in
      Chart.Lines.Series(label, medians(series).filter { years.contains($0.x) })
    }
    return Chart(
      title, caption: caption, .lines(Chart.Lines(x: Self.time, y: axis(sample), series: lines, limits: limits)),
      events: markers(ids), forecast: forecast)
  }

  /// How far the median share of each city lies from the nation's, in points, once they part.
  func cityDifferences(from national: String) -> Chart? {
    guard let nation = find(national) else { return nil }
    let cities = series.filter { $0.quantity.hasPrefix("city.") && $0.quantity.hasSuffix(".share") }
    let base = medians(nation)
    let lines = cities.map { city in
      let points = zip(medians(city), base).filter { $0.0.x >= 2026 }.map { Chart.Point($0.x, ($0.y - $1.y) * 100) }
      return Chart.Lines.Series(String(city.quantity.dropFirst(5).dropLast(6)), points)
    }
    guard !lines.isEmpty else { return nil }
    return Chart(
      "Domestic share by city, above or below the nation's",
      caption: "Medians of what data centres in each city buy, by value, less the nation's. Before 2026 they are one.",
      .lines(Chart.Lines(x: Self.time, y: Chart.Axis("percentage points", .plain), series: lines)), forecast: forecast)
  }

  /// What binds, as shares of the draws that fill the whole; nothing where it was not counted.
  func limits(_ constraints: [ConstraintMonth], title: String, caption: String) -> Chart? {
    guard !constraints.isEmpty else { return nil }
    let kinds = [
      ("memory", 3, 5, 0), ("logic", 2, 0, 0), ("packaging", 4, 2, 0), ("policy", 5, 3, 0), ("demand", 1, 1, 0),
      ("nothing", 0, 4, 3),
    ]
    let layers = kinds.map { name, index, hue, shade in
      let points = constraints.map { Chart.Point(Self.year($0.month), $0.shares[index]) }
        .filter { Self.near.contains($0.x) }
      return Chart.Stack.Layer(name, points, Chart.Colour(hue, shade: shade))
    }.filter { layer in layer.points.contains { $0.y >= 0.005 } }
    return Chart(
      title, caption: caption,
      .stack(Chart.Stack(x: Self.time, y: Chart.Axis("share of draws", .percent), layers: layers, isWhole: true)),
      events: markers(["tsmc-stop", "hbm-rule"]), forecast: forecast)
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
