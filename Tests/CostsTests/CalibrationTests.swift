import Costs
import Formats
import Hardware
import Testing
import Units

@Suite struct CalibrationTests {
  private func calibrator() throws -> Calibrator {
    let calibration = try catalog.node("calibrations", "CloudMatrix decode").decode(Calibration.self)
    return try Calibrator(calibration, architecture: deepSeek, catalog: catalog)
  }

  @Test("fitting again gives the constants that the catalog holds")
  func refit() throws {
    let fit = try calibrator().fit()
    let engine = try catalog.engine("CloudMatrix-Infer").constants
    let exchanges = try #require(try catalog.system("CloudMatrix 384").requiredPlane("UB").expertParallel)
    for (constant, value) in zip(fit.constants, fit.values) {
      let held =
        switch constant {
        case .operatorLaunch: engine.operatorLaunch.value.value
        case .attentionStraggle: engine.attentionStraggle.value
        case .expertSkew: engine.expertSkew.value
        case .microbatchJoin: engine.microbatchJoin.value.value
        case .sampling: engine.sampling.value.value
        case .exchangeStartup: exchanges.dispatch.startup.value.value
        case .dispatchPerMessage: exchanges.dispatch.perMessage.value.value
        case .dispatchPerDoubling: exchanges.dispatch.perDoubling.value.value
        case .combinePerMessage: exchanges.combine.perMessage.value.value
        case .combinePerDoubling: exchanges.combine.perDoubling.value.value
        }
      #expect(abs(held / value - 1) < 0.02, "\(constant): the catalog has \(held), the fit gives \(value)")
    }
  }

  @Test("every row that may be fitted to is met within six per cent, and within ten when it is left out")
  func errors() throws {
    let calibrator = try calibrator()
    for (id, error) in try calibrator.fit().errors { #expect(abs(error) < 0.065, "\(id): \(error)") }
    for left in ["CMS-22", "CMO-58", "XDS-03"] {
      let fit = try calibrator.fit(leavingOut: left)
      let error = fit.errors.first { $0.id == left }?.error ?? 1
      #expect(abs(error) < 0.1)
    }
  }

  @Test("equally good fits move the predictions by little")
  func band() throws {
    let fit = try calibrator().fit()
    let system = try catalog.system("CloudMatrix 384")
    let chip = try catalog.chip(system.chip)
    let engine = try catalog.engine("CloudMatrix-Infer")
    for (batch, context) in [(8, 4224.0), (24, 4224), (96, 4096), (112, 2176), (128, 1536)] {
      let times = try fit.equallyGood.map { values in
        let machine = Machine(
          system: fit.apply(values, to: system), chip: chip, engine: fit.apply(values, to: engine))
        let plan = try ParallelPlan.instance(
          .decode, chips: 160, of: deepSeek, on: machine, redundantExperts: 32)
        let model = try StepModel(
          architecture: deepSeek, machine: machine, plan: plan,
          precision: Precision(weights: .int8), drafting: Drafting(tokens: 1, acceptance: [0.7]))
        let requests = batch / 2
        return model.decodeTime(requestsPerRank: requests, contextTokensPerRank: context * Double(requests))
          .milliseconds / model.tokensPerStep
      }
      let low = times.min() ?? 0
      let high = times.max() ?? 0
      #expect(high / low < 1.25)
    }
  }

  @Test("a constant of the catalog says what identifies it or why it is believed")
  func listing() throws {
    let system = try catalog.system("CloudMatrix 384")
    let list = ConstantListing.all(
      system: system, chip: try catalog.chip(system.chip), engine: try catalog.engine("CloudMatrix-Infer"))
    // Of the chip 5, of the engine 6; of UB its share, 7 of its exchanges and 8 paths of 2; of RDMA and VPC their
    // shares.
    #expect(list.count == 5 + 6 + 24 + 2)
    #expect(list.allSatisfy { !$0.source.isEmpty })
    // Not the vector share, the gap between steps and the shares of RDMA and VPC.
    #expect(list.filter(\.isFitted).count == 37 - 4)
  }
}
