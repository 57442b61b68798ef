import Formats
import Hardware
import Units
import Models

/// Rows and priors from which the fitted constants follow: a file of the catalog, so that anyone can fit again.
public struct Calibration: Decodable, Sendable {
  public var name: String
  public var model: String
  public var system: String
  public var precision: Precision
  /// Measurements to fit to.
  public var cases: [Case]
  /// What is believed of each constant before.
  public var priors: [Prior]

  enum CodingKeys: String, CodingKey, CaseIterable { case name, model, system, precision, cases, priors }

  /// One measurement that may be fitted to.
  public struct Case: Decodable, Sendable {
    public var id: String
    public var quantity: Quantity
    public var engine: String?
    /// Packages of the instance.
    public var chips: Int?
    /// Copies of busy experts beyond one of each, over the instance; 0 where absent.
    public var redundantExperts: Int?
    /// Requests that decode on a package.
    public var requestsPerChip: Int?
    /// Tokens of context of each request.
    public var context: Double?
    /// Drafted for each request in each step.
    public var draftTokens: Int?
    /// Chance that a draft is accepted.
    public var acceptance: Double?
    /// Share of the cores that the attention stream has.
    public var attentionShare: Double?
    /// Ranks of an isolated exchange.
    public var ranks: Int?
    /// Tokens that each of them sends.
    public var tokens: Double?
    /// As measured.
    public var time: Seconds
    /// Relative; how far from the value a good model may lie.
    public var tolerance: Double

    enum CodingKeys: String, CodingKey, CaseIterable {
      case id, quantity, engine, chips, redundantExperts, requestsPerChip, context, draftTokens, acceptance
      case attentionShare, ranks, tokens, time, tolerance
    }

    public enum Quantity: String, Decodable, Sendable, CaseIterable {
      /// Isolated kernels.
      case dispatch, combine
      /// One microbatch of one layer in its stream, at the given split.
      case attentionStream, expertStream
      /// One layer of both microbatches.
      case layer
      /// A step over the tokens it yields; a step without the gap to the next.
      case timePerOutputToken, iteration
      /// Isolated kernel and the waiting in it.
      case dispatchInService, combineInService
    }
  }

  /// What is believed of a constant before any row is seen; SI units.
  public struct Prior: Decodable, Sendable {
    /// Which one.
    public var constant: Constant
    /// Most likely value, SI units.
    public var mean: Double
    /// One standard deviation, SI units.
    public var deviation: Double
    /// Why this and no other.
    public var reason: String
    enum CodingKeys: String, CodingKey, CaseIterable { case constant, mean, deviation, reason }
  }

  public enum Constant: String, Decodable, Sendable, CaseIterable {
    case operatorLaunch, attentionStraggle, expertSkew, microbatchJoin, sampling
    case exchangeStartup, dispatchPerMessage, dispatchPerDoubling, combinePerMessage, combinePerDoubling
  }
}

/// Constants in the order of `Calibration.priors`.
public struct CalibrationFit: Sendable {
  public var constants: [Calibration.Constant]
  public var values: [Double]
  /// One standard deviation of each, from the curvature of the fit.
  public var deviations: [Double]
  /// Vectors at one standard deviation along each constant: fits about as good as the best.
  public var equallyGood: [[Double]]
  /// Relative error of each case, in the order of the file.
  public var errors: [(id: String, error: Double)]

  /// The engine with these constants.
  public func apply(_ values: [Double], to engine: Engine) -> Engine {
    var engine = engine
    for (constant, value) in zip(constants, values) {
      switch constant {
      case .operatorLaunch: engine.constants.operatorLaunch.value = Seconds(value)
      case .attentionStraggle: engine.constants.attentionStraggle.value = value
      case .expertSkew: engine.constants.expertSkew.value = value
      case .microbatchJoin: engine.constants.microbatchJoin.value = Seconds(value)
      case .sampling: engine.constants.sampling.value = Seconds(value)
      default: break
      }
    }
    return engine
  }

  /// The system whose exchanges have these constants.
  public func apply(_ values: [Double], to system: System) -> System {
    var system = system
    for index in system.planes.indices {
      guard var exchanges = system.planes[index].expertParallel else { continue }
      for (constant, value) in zip(constants, values) {
        switch constant {
        case .exchangeStartup:
          exchanges.dispatch.startup.value = Seconds(value)
          exchanges.combine.startup.value = Seconds(value)
        case .dispatchPerMessage: exchanges.dispatch.perMessage.value = Seconds(value)
        case .dispatchPerDoubling: exchanges.dispatch.perDoubling.value = Seconds(value)
        case .combinePerMessage: exchanges.combine.perMessage.value = Seconds(value)
        case .combinePerDoubling: exchanges.combine.perDoubling.value = Seconds(value)
        default: break
        }
      }
      system.planes[index].expertParallel = exchanges
    }
    return system
  }
}
