import Costs
import Formats
import Testing
import Units

@Suite struct CalibrationTests {
  @Test("fitting again gives the constants that the catalog holds")
  func refit() throws {
    let calibration = try catalog.node("calibrations", "CloudMatrix decode").decode(Calibration.self)
    let calibrator = try Calibrator(calibration, architecture: deepSeek, catalog: catalog)
    let fit = try calibrator.fit()
    for (index, constant) in fit.constants.enumerated() {
      print(constant, fit.values[index], "±", fit.deviations[index])
    }
    for (id, error) in fit.errors { print(id, error) }
  }
}
