import Costs
import Formats
import Hardware
import Models
import Testing
import Units

@Suite struct DenseOnHopperTests {
  static let llama = Architecture(
    name: "Llama-3.1-70B", architectureClass: "LlamaForCausalLM", hiddenSize: 8192, vocabularySize: 128_256,
    tiedEmbeddings: false, maximumPositions: 131_072,
    layers: [
      LayerGroup(
        count: 80,
        attention: .grouped(
          GroupedQueryAttention(heads: 64, keyValueHeads: 8, headDimension: 128, hasInputBias: false)),
        feedForward: .dense(intermediateSize: 28_672))
    ], multiTokenPredictionLayers: 0)

  static func model(_ tensor: Int, system: String = "HGX H100", engine: String = "vLLM") throws -> StepModel {
    try StepModel(
      architecture: llama, machine: Machine(system: system, engine: engine, in: catalog),
      plan: ParallelPlan(tensor: tensor), precision: Precision(weights: .fp8))
  }

  // Milliseconds per output token of Llama-3.1-70B in FP8 under vLLM on H100, 1,024 tokens in and 8,192 out, by
  // tensor parallelism and concurrency (public runs of a benchmark; they are compared with, not fitted to).
  private static let measured: [(tensor: Int, times: [(requests: Int, time: Double)])] = [
    (2, [(4, 18.0), (8, 19.2), (16, 22.1), (32, 27.7)]),
    (4, [(4, 12.0), (8, 12.7), (16, 14.1), (32, 18.4), (64, 23.4)]),
    (8, [(4, 9.2), (8, 9.8), (16, 11.6), (32, 12.9), (64, 16.5)]),
  ]

  @Test("decode steps of Llama-3.1-70B in FP8 on H100 under vLLM are as measured")
  func steps() throws {
    var errors: [Double] = []
    for (tensor, rows) in Self.measured {
      let model = try Self.model(tensor)
      for (requests, time) in rows {
        let work = StepWork(decode: .init(requests: Double(requests), context: [Double(requests) * 5120]))
        let error = model.seconds(work).milliseconds / time - 1
        #expect(abs(error) < 0.14, "TP\(tensor), \(requests) requests: \(error)")
        errors.append(abs(error))
      }
    }
    #expect(errors.sorted()[errors.count / 2] < 0.08)
  }

  @Test("a card with more bandwidth and the same peaks is faster, at most by the ratio of the bandwidths")
  func bandwidth() throws {
    let work = StepWork(decode: .init(requests: 16, context: [16 * 5120]))
    let ratio = try Self.model(4).seconds(work) / Self.model(4, system: "HGX H200").seconds(work)
    #expect(ratio > 1.1 && ratio < 4800 / 3350)
  }
}
