import Formats
import Simulation
import Units

/// What is believed of the constants of training before any row is seen: `catalog/priors/training.yaml`.
struct TrainingPriors: Decodable, Sendable {
  var name: String
  var priors: [Prior]
  enum CodingKeys: String, CodingKey, CaseIterable { case name, priors }

  struct Prior: Decodable, Sendable {
    var constant: TrainingConstant
    /// Of one family of chips, or of all.
    var scope: Scope
    /// The middle, and the ends of nine in ten, in the constant's unit.
    var mean: Double
    var low: Double
    var high: Double
    var reason: String
    enum CodingKeys: String, CodingKey, CaseIterable { case constant, scope, mean, low, high, reason }

    /// A logarithm's normal distribution, within a quarter and four times the ends.
    var distribution: ConstantPrior {
      ConstantPrior(
        mean: mean, deviation: logarithm(high / low) / (2 * ConstantPrior.nineInTen), range: (low / 4)...(high * 4))
    }
  }

  enum Scope: String, Decodable, Sendable, CaseIterable { case family, all }

  static func read(_ catalog: Catalog) throws -> TrainingPriors {
    try catalog.node("priors", "Training").decode(TrainingPriors.self)
  }

  /// For `catalog lint`: every constant once, the middle between the ends.
  public func check() throws {
    for prior in priors where !(0 < prior.low && prior.low <= prior.mean && prior.mean <= prior.high) {
      throw Problem(
        "priors/training.yaml",
        "\(prior.constant.rawValue): \(prior.mean) is not between \(prior.low) and \(prior.high)",
        wayOut: "give 0 < low <= mean <= high")
    }
  }
}
