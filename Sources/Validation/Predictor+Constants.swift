import Costs
import Hardware
import Units
import Models
import Workloads

extension Predictor {
  /// Every constant behind the predictions for CloudMatrix 384: chip, fabric, engine.
  func constants() throws -> [ValidationReport.Constant] {
    let system = try catalog.system("CloudMatrix 384")
    let chip = try catalog.chip(system.chip)
    let engine = try catalog.engine("CloudMatrix-Infer")
    return ConstantListing.all(system: system, chip: chip, engine: engine).map { listing in
      ValidationReport.Constant(
        name: listing.name, value: listing.value, identifiedBy: listing.identifiedBy, source: listing.source)
    }
  }

  /// How the scored CloudMatrix serving rows fare when one row is left out of the fit of decode, and over fits as good.
  func refits(of outcomes: [Outcome]) throws -> [ValidationReport.Refit] {
    let rows = outcomes.map(\.row).filter {
      $0.kind == "serving" && $0.chip.contains("910C") && $0.role == .validate && !$0.isChangeInPercent
        && ($0.system.hasPrefix("CloudMatrix") || $0.system.hasPrefix("xDeepServe"))
    }
    guard !rows.isEmpty else { return [] }
    let calibration = try catalog.node("calibrations", "CloudMatrix decode").decode(Calibration.self)
    let architecture = try Architecture(config: catalog.node("models", calibration.model), name: calibration.model)
    let calibrator = try Calibrator(calibration, architecture: architecture, catalog: catalog)
    func refit(_ name: String, _ fit: CalibrationFit, _ values: [Double], _ omitted: PublishedRow?) -> ValidationReport
      .Refit?
    {
      var predictor = self
      predictor.fit = (fit, values)
      let errors = rows.compactMap { Outcome($0, predictor.predict($0)).signedError }
      guard let median = quantile(errors.map(abs).sorted(), 0.5), let worst = errors.map(abs).max() else { return nil }
      return ValidationReport.Refit(
        name: name, medianAbsoluteError: median, worstAbsoluteError: worst,
        errorOfOmittedRow: omitted.flatMap { Outcome($0, predictor.predict($0)).signedError })
    }
    let whole = try calibrator.fit()
    var list = [refit("all rows", whole, whole.values, nil)]
    for id in calibration.cases.filter({ $0.engine != nil }).map(\.id) {
      let fit = try calibrator.fit(leavingOut: id)
      list.append(refit("without \(id)", fit, fit.values, outcomes.first { $0.row.id == id }?.row))
    }
    let band = whole.equallyGood.compactMap { refit("", whole, $0, nil) }
    if let best = band.map(\.worstAbsoluteError).min(), let worst = band.map(\.worstAbsoluteError).max(),
      let low = band.map(\.medianAbsoluteError).min(), let high = band.map(\.medianAbsoluteError).max()
    {
      list.append(
        .init(
          name: "fits as good, best of \(band.count)", medianAbsoluteError: low, worstAbsoluteError: best,
          errorOfOmittedRow: nil))
      list.append(
        .init(
          name: "fits as good, worst of \(band.count)", medianAbsoluteError: high, worstAbsoluteError: worst,
          errorOfOmittedRow: nil))
    }
    return list.compactMap { $0 }
  }
}
