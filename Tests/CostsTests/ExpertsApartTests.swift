import Formats
import Hardware
import Models
import Testing
import Units

@testable import Costs

/// Attention and experts on dies of their own.
@Suite struct ExpertsApartTests {
  private func layer(attention: Double, experts: Double, way: Double) -> LayerDemand {
    func part(_ kind: OperatorKind, _ seconds: Double) -> OperatorDemand {
      var demand = OperatorDemand(name: "part", kind: kind)
      demand.fixed = seconds
      return demand
    }
    return LayerDemand(
      count: 1, attention: [part(.attention, attention)],
      experts: [part(.expertFeedForward, experts), part(.dispatch, way / 2), part(.combine, way / 2)])
  }

  @Test("two microbatches in turn: the busier side decides, or the way of one through the layer")
  func steady() {
    func time(_ attention: Double, _ experts: Double, _ way: Double) -> Double {
      Overlap.apart([(layer(attention: attention, experts: experts, way: way), true)], batches: 2)
    }
    #expect(time(3, 2, 1) == 6, "attention is busy with both")
    #expect(time(2, 5, 1) == 10, "the experts are")
    #expect(time(1, 1, 4) == 6, "each microbatch waits for its messages")
    // A layer without experts runs on attention's dies, one microbatch after the other.
    #expect(Overlap.apart([(layer(attention: 3, experts: 2, way: 0), false)], batches: 2) == 10)
  }

  @Test("attention's dies hold no routed experts; those of 288 dies hold one of each layer")
  func memory() throws {
    let machine = try Machine(system: "CloudMatrix 384", engine: "xDeepServe", in: catalog)
    func model(_ chips: Int, _ apart: Int) throws -> StepModel {
      let plan = try ParallelPlan.instance(
        .decode, chips: chips, of: deepSeek, on: machine, expertChips: apart)
      return try StepModel(
        architecture: deepSeek, machine: machine, plan: plan, precision: Precision(weights: .int8))
    }
    let apart = try model(384, 144)
    #expect(apart.ranks == 480 && apart.plan.expert == 288 && apart.plan.dies == 768 && apart.chips == 384)
    // 58 layers of 3 x 7,168 x 2,048 weights of one byte: 256 experts and 32 copies of the shared one on 288 dies.
    #expect(apart.expertDieItems.map(\.size) == [Bytes(58 * 3 * 7168 * 2048)])
    let together = try model(144, 0)
    #expect(together.expertDieItems.isEmpty)
    let (free, less) = (
      apart.memoryPlan(requestsPerRank: 32).keyValueTokensPerRank,
      together.memoryPlan(requestsPerRank: 32).keyValueTokensPerRank
    )
    #expect(free > less)
    // As many requests on each of attention's dies: their experts have 480/288 times the tokens, but beside attention.
    let (one, other) = (
      apart.decodeTime(requestsPerRank: 60, contextTokensPerRank: 60 * 4096),
      together.decodeTime(requestsPerRank: 60, contextTokensPerRank: 60 * 4096)
    )
    #expect(one < other)
  }

  @Test("chips for experts that leave none for attention, or of a dense model, are refused")
  func faults() throws {
    let machine = try Machine(system: "CloudMatrix 384", engine: "xDeepServe", in: catalog)
    let llama = try Architecture(config: catalog.node("models", "Llama-3.1-8B"), name: "Llama-3.1-8B")
    #expect(throws: Problem.self) {
      try ParallelPlan.instance(.decode, chips: 8, of: deepSeek, on: machine, expertChips: 8)
    }
    #expect(throws: Problems.self) {
      try ParallelPlan.instance(.decode, chips: 8, of: llama, on: machine, expertChips: 4)
    }
  }
}
