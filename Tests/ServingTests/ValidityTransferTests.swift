import Formats
import Testing
import Units

@testable import Costs
@testable import Hardware
@testable import Serving

/// What it adds to the doubt that a chip's kernels are known from other chips alone.
@Suite struct ValidityTransferTests {
  static let carried = EfficiencyTransfer(
    from: "nine NVIDIA chips", products: .init(low: 0.8, high: 1.5), experts: .init(low: 0.6, high: 2),
    attention: .init(low: 0.5, high: 2), source: "toy")

  private static func cost(_ kind: OperatorKind, _ share: Double) -> OperatorCost {
    OperatorCost(
      name: "x", kind: kind, flops: .zero, bytes: .zero, messages: .zero, time: .seconds(share), boundBy: .memory,
      share: share, stream: 0)
  }

  @Test("a step's band is each operator's times its share; what sends and waits has none")
  func shares() {
    let band = Self.carried.band(of: [Self.cost(.projection, 0.5), Self.cost(.attention, 0.3), Self.cost(.wait, 0.2)])
    // 1 - 0.5 · 0.2 - 0.3 · 0.5 and 1 + 0.5 · 0.5 + 0.3 · 1.
    #expect(abs(band.low - 0.75) < 1e-12 && abs(band.high - 1.55) < 1e-12)
    let waiting = Self.carried.band(of: [Self.cost(.collective, 0.6), Self.cost(.host, 0.4)])
    #expect(waiting.low == 1 && waiting.high == 1)
  }

  @Test("an interval grows by the band as by a spread that knows nothing of it, and never shrinks")
  func widened() {
    func interval() -> Validity.Interval {
      Validity.Interval(
        predicted: .milliseconds(10), low: .milliseconds(8), median: .milliseconds(10), high: .milliseconds(13),
        runs: 40)
    }
    var wider = interval()
    // The median is 1.25 times the low end and the band's 1/0.75, a third more: 1 + √(0.25² + 0.3333²); 1.3 and 1.4
    // give 1 + √(0.3² + 0.4²) = 1.5.
    wider.widen(by: .init(low: 0.75, high: 1.4))
    #expect(abs(wider.low.value - 0.01 / (1 + (0.0625 + 1.0 / 9).squareRoot())) < 1e-12)
    #expect(abs(wider.high.value - 0.015) < 1e-12 && wider.median == .milliseconds(10))
    var same = interval()
    same.widen(by: .init(low: 1, high: 1))
    #expect(abs(same.low.value - 0.008) < 1e-12 && abs(same.high.value - 0.013) < 1e-12)
  }

  @Test("chips without kernel tables say whose efficiencies they have, chips with tables do not, and heirs say it too")
  func catalog() throws {
    let catalog = Catalog()
    for name in ["AMD MI300X", "AMD MI325X", "Hygon BW1000", "Ascend 950PR", "Ascend 970", "NVIDIA H20-141GB"] {
      let transfer = try #require(try catalog.chip(name).efficiency.transfer, "\(name)")
      for band in [transfer.products, transfer.experts, transfer.attention] {
        #expect(band.low < 1 && band.high > 1 && band.low > 0.1 && band.high < 10, "\(name) \(band)")
      }
    }
    for name in ["NVIDIA H100", "NVIDIA A100", "NVIDIA L40S", "NVIDIA RTX PRO 6000", "Ascend 910B", "Ascend 910C"] {
      #expect(try catalog.chip(name).efficiency.transfer == nil && catalog.chip(name).efficiency.kernels != nil)
    }
  }

  @Test("an answer on such a chip says so, with ends that lie further apart, and one on a measured chip does not")
  func answer() throws {
    func ends(_ system: String) throws -> (validity: Validity, width: Double) {
      let text = """
        name: transfer
        model: Llama-3.1-8B
        system: \(system)
        engine: vLLM
        precision: { weights: bf16 }
        pools: [{ chips: 2 }]
        workload: { requestRate: 5, prompts: 20, inputTokens: 200, outputTokens: 20 }
        """
      let deployment = try Deployment(Node.parse(text, file: "t.yaml").decode(Scenario.self), catalog: Catalog())
      let validity = try deployment.validity(serve(deployment.makeSource(), under: deployment.configuration))
      let interval = try #require(validity.intervals?.timePerOutputToken)
      return (validity, interval.high / interval.low)
    }
    let (carried, wide) = try ends("MI300X platform")
    let (own, narrow) = try ends("HGX A100")
    let step = try #require(carried.transfer?.decodeStep)
    #expect(carried.transfer?.prefillStep != nil && step.low < 1 && step.high > 1)
    // Neither chip has scored runs by vLLM, so both stand in the spread of vLLM's chips; one has its own kernels.
    #expect(own.transfer == nil && wide > narrow && carried.intervals?.basis == own.intervals?.basis)
  }
}
