import Costs
import Formats
import Hardware
import Models

/// Constants of decode on CloudMatrix 384 found again on the rows of `calibrations/cloudmatrix-decode.yaml`.
public struct DecodeRefit: Codable, Sendable, Hashable {
  /// One constant, SI units.
  public struct Value: Codable, Sendable, Hashable {
    public var constant: String
    /// Files and fields that have it.
    public var home: String
    public var catalog: Double
    public var prior: RunFit.Range
    public var reason: String
    public var posterior: RunFit.Range
    /// Deviation of the posterior over that of the prior.
    public var left: Double
    /// Rows whose prediction moves by a hundredth or more with a tenth of the constant.
    public var rows: [String]
  }

  public var values: [Value]
  /// Squares of errors over their tolerances, and of constants' distances from their priors; with the catalog's
  /// constants, and with those found.
  public var lossBefore: Double
  public var lossAfter: Double
  public var rows: Int

  public init(catalog: Catalog) throws {
    let calibration = try catalog.node("calibrations", "CloudMatrix decode").decode(Calibration.self)
    let architecture = try Architecture(config: catalog.node("models", calibration.model), name: calibration.model)
    let calibrator = try Calibrator(calibration, architecture: architecture, catalog: catalog)
    let fit = try calibrator.fit()
    let now = calibrator.catalogValues
    rows = calibration.cases.count
    lossBefore = try calibrator.loss(now)
    lossAfter = try calibrator.loss(fit.values)
    values = try calibration.priors.indices.map { index in
      let prior = calibration.priors[index]
      func range(_ value: Double, _ deviation: Double) -> RunFit.Range {
        let half = ConstantPrior.nineInTen * deviation
        return RunFit.Range(value: value, low: max(0, value - half), high: value + half)
      }
      return Value(
        constant: prior.constant.rawValue, home: calibrator.home(of: prior.constant), catalog: now[index],
        prior: range(prior.mean, prior.deviation), reason: prior.reason,
        posterior: range(fit.values[index], fit.deviations[index]), left: fit.deviations[index] / prior.deviation,
        rows: try calibrator.rows(movedBy: index, of: fit.values))
    }
  }
}
