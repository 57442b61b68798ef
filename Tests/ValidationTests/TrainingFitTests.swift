import Formats
import Testing
import Units

@testable import Training
@testable import Validation

/// The fit of training's constants.
struct TrainingFitTests {
  @Test("each constant is read back where it was set, and no other moves")
  func constants() throws {
    let catalog = Catalog()
    for name in ["generic", "NVIDIA Hopper"] {
      let platform = try catalog.trainingPlatform(named: name)
      for constant in TrainingConstant.allCases {
        var moved = platform
        let value = constant.value(in: platform) * 1.25
        constant.set(value, in: &moved)
        #expect(abs(constant.value(in: moved) / value - 1) < 1e-12, "\(constant.rawValue)")
        for other in TrainingConstant.allCases where other != constant {
          #expect(other.value(in: moved) == other.value(in: platform), "\(constant.rawValue) moves \(other.rawValue)")
        }
        // Both passes of attention keep their ratio.
        let fields = constant.fields(in: moved)
        #expect(fields.first?.share == 1 && fields.count <= 2)
      }
    }
  }

  @Test("every constant has one prior, with its middle between its ends")
  func priors() throws {
    let priors = try TrainingPriors.read(Catalog())
    try priors.check()
    #expect(Set(priors.priors.map(\.constant)).count == priors.priors.count)
    #expect(priors.priors.count == TrainingConstant.allCases.count)
    var broken = priors
    broken.priors[0].low = broken.priors[0].mean * 2
    #expect(throws: Problem.self) { try broken.check() }
  }

  @Test("the catalog's constants are those that the rows of role calibrate give with the priors")
  func found() throws {
    let fit = try TrainingFit(catalog: Catalog(), workers: 2)
    #expect(fit.rows == 247 && fit.values.count > 40)
    #expect(fit.after.loss <= fit.before.loss && fit.after.loss > 0.97 * fit.before.loss)
    for value in fit.values {
      let isWithin = value.posterior.low <= value.catalog && value.catalog <= value.posterior.high
      #expect(isWithin, "\(value.constant.rawValue) of \(value.platform): run Tools/training/adopt.py")
      #expect(value.left <= 1.0001)
    }
    // Rows tell the share of the products of the A100 and next to nothing of what no row has.
    let told = try #require(fit.values.first { $0.constant == .bf16 && $0.platform == "NVIDIA Ampere" })
    #expect(told.left < 0.6 && told.rows > 50)
    // A group that the fit never saw is predicted worse in the mean than with it, but not without bound.
    let within = fit.leftOut.reduce(0) { $0 + $1.within }, without = fit.leftOut.reduce(0) { $0 + $1.without }
    #expect(within < without && without < 3 * within)
    let files = try fit.files(catalog: Catalog(), version: "0")
    #expect(files.map(\.path).contains("training/generic.yaml"))
    for file in files { _ = try Node.parse(file.text, file: file.path) }
  }
}
