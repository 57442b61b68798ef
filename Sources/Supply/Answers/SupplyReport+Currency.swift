extension SupplyReport {
  /// The unit of money in yuan.
  public static let yuan = "CNY"

  /// Yuan by US dollar in the middle of what the world's data say; nil where they have no such number.
  public var middleRate: Double? {
    guard let text = parameters.first(where: { $0.name == "fx.cny_per_usd" })?.value else { return nil }
    let numbers = text.split(separator: " ").compactMap { Double($0) }
    return numbers.first.flatMap { $0 > 0 ? $0 : nil }
  }

  /// The same answers with every amount of money in yuan. Inputs, the effects of events, bounds of claims and what
  /// moves an answer stay in the units in which they were given.
  public func inYuan(at rate: Double) -> SupplyReport {
    var report = self
    for index in report.series.indices where series[index].unit == "USD" {
      report.series[index].unit = Self.yuan
      report.series[index].quantiles = series[index].quantiles.map { $0.map { $0 * rate } }
    }
    report.years = years.map { $0.inYuan(at: rate) }
    for index in report.quarters.indices where quarters[index].unit == "USD" {
      report.quarters[index].unit = Self.yuan
      report.quarters[index].bands = quarters[index].bands.map { $0.times(rate) }
    }
    report.claims = claims.map { $0.inYuan(at: rate) }
    for index in report.counterfactuals.indices {
      let world = counterfactuals[index]
      report.counterfactuals[index].claims = world.claims.map { $0.inYuan(at: rate) }
      report.counterfactuals[index].years = world.years.map { $0.inYuan(at: rate) }
      report.counterfactuals[index].differences = world.differences.map { $0.inYuan(at: rate) }
      for place in world.series.indices where world.series[place].unit == "USD" {
        report.counterfactuals[index].series[place].unit = Self.yuan
        report.counterfactuals[index].series[place].quantiles = world.series[place].quantiles.map {
          $0.map { $0 * rate }
        }
      }
    }
    let money = Set(series.filter { $0.unit == "USD" }.map(\.quantity))
    for index in report.published.indices where money.contains(published[index].quantity) {
      report.published[index].low *= rate
      report.published[index].mid *= rate
      report.published[index].high *= rate
    }
    for index in (article?.lines ?? []).indices where article?.lines[index].unit == "USD" {
      report.article?.lines[index].unit = Self.yuan
      report.article?.lines[index].value = article?.lines[index].value?.times(rate)
    }
    report.yuanByDollar = rate
    return report
  }
}

extension SupplyReport.Band {
  fileprivate func times(_ factor: Double) -> SupplyReport.Band {
    SupplyReport.Band([p05, p25, p50, p75, p95].map { $0 * factor })
  }
}

extension SupplyReport.YearRow {
  fileprivate func inYuan(at rate: Double) -> SupplyReport.YearRow {
    guard unit == "USD" else { return self }
    return .init(quantity: quantity, unit: SupplyReport.yuan, years: years, bands: bands.map { $0.times(rate) })
  }
}

extension SupplyReport.Claim {
  fileprivate func inYuan(at rate: Double) -> SupplyReport.Claim {
    guard unit == "USD" else { return self }
    var claim = self
    (claim.unit, claim.value) = (SupplyReport.yuan, value.times(rate))
    return claim
  }
}
