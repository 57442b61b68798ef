import Costs
import Hardware
import Units

extension Validity {
  /// What it adds to the doubt that a chip's kernels are known from other chips alone.
  public struct Transfer: Codable, Sendable, Hashable {
    /// Whose efficiencies stand in for its own.
    public var from: String
    /// Measured over predicted times of kernels, where chips with tables were left out of the fit.
    public var products: EfficiencyTransfer.Band
    public var experts: EfficiencyTransfer.Band
    public var attention: EfficiencyTransfer.Band
    /// Of this run's mean decode step, by the operators' shares of it; nil where nothing decodes.
    public var decodeStep: EfficiencyTransfer.Band?
    /// Of its mean step of prompts.
    public var prefillStep: EfficiencyTransfer.Band?
  }

  /// Tells the transfer of a chip, and widens the intervals by it.
  mutating func addTransfer(_ carried: EfficiencyTransfer?, decode: StepEstimate?, prefill: StepEstimate?) {
    guard let carried else { return }
    let told = Transfer(
      from: carried.from, products: carried.products, experts: carried.experts, attention: carried.attention,
      decodeStep: decode.map { carried.band(of: $0.operators) },
      prefillStep: prefill.map { carried.band(of: $0.operators) })
    transfer = told
    if let band = told.decodeStep { intervals?.timePerOutputToken?.widen(by: band) }
    if let band = told.prefillStep { intervals?.timeToFirstToken?.widen(by: band) }
  }
}

extension EfficiencyTransfer {
  /// Each operator's band times its share of the step; what moves no matrices, sends or waits is taken as it is.
  ///
  /// All operators are taken to err to the same side: wider than if they did not.
  func band(of operators: [OperatorCost]) -> Band {
    var (low, high) = (1.0, 1.0)
    for cost in operators {
      let own: Band
      switch cost.kind {
      case .projection, .denseFeedForward, .router, .head: own = products
      case .expertFeedForward: own = experts
      case .attention: own = attention
      case .vector, .dispatch, .combine, .collective, .cacheRead, .host, .wait: continue
      }
      low -= cost.share * (1 - own.low)
      high += cost.share * (own.high - 1)
    }
    return Band(low: low, high: high)
  }
}

extension Validity.Interval {
  /// Two spreads that know nothing of each other: what they add to the median adds as squares.
  mutating func widen(by band: EfficiencyTransfer.Band) {
    func joined(_ end: Double, _ own: Double) -> Double {
      let (end, own) = (max(0, end - 1), max(0, own - 1))
      return 1 + (end * end + own * own).squareRoot()
    }
    low = median * (1 / joined(median / low, 1 / max(band.low, 0.01)))
    high = median * joined(high / median, band.high)
  }
}
