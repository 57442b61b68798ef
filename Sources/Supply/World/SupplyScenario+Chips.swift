import Formats
import Units

extension SupplyScenario {
  /// The medians of what the world says of a chip: dense BF16 TFLOP/s, TB/s and W.
  public struct ChipFacts: Hashable, Sendable {
    public var computePower: Double
    public var memoryBandwidth: Double
    public var power: Double
  }

  /// nil where the world has no such chip.
  public func chipFacts(of chip: String) throws -> ChipFacts? {
    let specification =
      world.products.first { $0.name == chip }?.specification ?? world.imports.first { $0.name == chip }?.specification
    guard let specification else { return nil }
    return ChipFacts(
      computePower: try median(of: specification.computePower),
      memoryBandwidth: try median(of: specification.memoryBandwidth), power: try median(of: specification.power))
  }

  /// Of demand, what trains models; nil where the world does not say.
  public var medianTrainingShare: Double? {
    get throws { try world.demand.trainingShare.map(median) }
  }

  /// The first month of a run, such as `2023-01`.
  public var firstMonth: String { horizon.start.description }
  public var lastMonth: String { horizon.date(of: horizon.count - 1).description }

  private func median(of amount: Amount) throws -> Double {
    switch amount.form {
    case .inline(let uncertainty): return QuantileFunction(uncertainty)(0.5)
    case .named(let name):
      guard let parameter = parameters.last(where: { $0.name == name }) else {
        throw Problem(amount.place.description, "there is no parameter '\(name)'")
      }
      return QuantileFunction(parameter.value, within: parameter.bounds)(0.5)
    }
  }

  /// Serves another mix than the scenario's.
  public mutating func serve(_ mix: Node) {
    self.mix = mix
    texts.append(mix.canonicalText)
    inputHash = contentHash(texts.joined(separator: "\n").utf8)
  }

  /// Puts other parameters in the place of those of the same names, but for those that the scenario itself gave.
  public mutating func replace(_ others: [Parameter]) {
    let given = parameters.filter(\.isReplaced).map(\.name)
    let others = others.filter { !given.contains($0.name) }
    let names = others.map(\.name)
    parameters.removeAll { names.contains($0.name) }
    parameters += others
  }
}

extension Parameter {
  /// How the source of a value begins that a scenario put in another's place.
  static let replacedSource = "this scenario, instead of: "
  var isReplaced: Bool { source.hasPrefix(Self.replacedSource) }
}
