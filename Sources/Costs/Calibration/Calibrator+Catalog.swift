import Hardware

extension Calibrator {
  /// The constants as the catalog's files have them, in the order of the priors.
  package var catalogValues: [Double] {
    calibration.priors.map { prior in
      // The engines share them.
      let constants = engines.first?.constants
      let exchanges = system.planes.compactMap(\.expertParallel).first
      let value: Double? =
        switch prior.constant {
        case .operatorLaunch: constants?.operatorLaunch.value.value
        case .attentionStraggle: constants?.attentionStraggle.value
        case .expertSkew: constants?.expertSkew.value
        case .microbatchJoin: constants?.microbatchJoin.value.value
        case .sampling: constants?.sampling.value.value
        case .exchangeStartup: exchanges?.dispatch.startup.value.value
        case .dispatchPerMessage: exchanges?.dispatch.perMessage.value.value
        case .dispatchPerDoubling: exchanges?.dispatch.perDoubling.value.value
        case .combinePerMessage: exchanges?.combine.perMessage.value.value
        case .combinePerDoubling: exchanges?.combine.perDoubling.value.value
        }
      return value ?? prior.mean
    }
  }

  /// The files and the field that have a constant.
  package func home(of constant: Calibration.Constant) -> String {
    let planes = "\(system.name): planes.expertParallel"
    switch constant {
    case .operatorLaunch, .attentionStraggle, .expertSkew, .microbatchJoin, .sampling:
      return "\(engines.map(\.name).joined(separator: ", ")): constants.\(constant.rawValue)"
    case .exchangeStartup: return "\(planes).dispatch.startup, combine.startup"
    case .dispatchPerMessage: return "\(planes).dispatch.perMessage"
    case .dispatchPerDoubling: return "\(planes).dispatch.perDoubling"
    case .combinePerMessage: return "\(planes).combine.perMessage"
    case .combinePerDoubling: return "\(planes).combine.perDoubling"
    }
  }

  /// What the fit makes as small as it can.
  package func loss(_ values: [Double]) throws -> Double { squares(try residuals(values, calibration.cases)) }

  /// Cases whose prediction moves by a hundredth or more with a tenth of a constant.
  package func rows(movedBy index: Int, of values: [Double]) throws -> [String] {
    var moved = values
    moved[index] *= 1.1
    return try calibration.cases.filter {
      abs(try predict($0, moved) / predict($0, values) - 1) >= 0.01
    }.map(\.id)
  }
}
