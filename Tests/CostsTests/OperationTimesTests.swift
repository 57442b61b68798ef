import Costs
import Formats
import Hardware
import Models
import Testing
import Units

@Suite struct OperationTimesTests {
  private func table(_ text: String) throws -> KernelTable {
    try Node.parse(text, file: "table").decode(KernelTable.self)
  }

  private static let text = """
    name: small
    chip: NVIDIA H100
    source: by hand
    curves:
      - operation: product
        format: fp8
        depth: 8192
        columns: 10240
        points: [ { size: 1, time: 40 us }, { size: 9, time: 80 us } ]
      - { operation: allReduce, ranks: 1, points: [ { size: 0, time: 0 s }, { size: 1, time: 0 s } ] }
    """

  private func model(_ table: KernelTable?) throws -> StepModel {
    try StepModel(
      architecture: DenseOnHopperTests.llama, machine: Machine(system: "HGX H100", engine: "vLLM", in: catalog),
      plan: ParallelPlan(), precision: Precision(weights: .fp8),
      times: { roofline in
        guard let table else { return roofline }
        return MeasuredTimes(table, falling: roofline)
      })
  }

  @Test("a measured shape takes its measured time, between two sizes in proportion; others the roofline's")
  func measured() throws {
    let measured = try model(table(Self.text))
    let plain = try model(nil)
    let work = StepWork(decode: .init(requests: 5, context: [5000]))
    let step = measured.estimate(work)
    // Queries, keys and values: 64 + 2 x 8 heads of 128 are 10,240 columns; half way from 1 to 9 rows, in 80 layers.
    let row = try #require(step.operators.first { $0.name == "query, key, value" })
    #expect(abs(row.time.value - 80 * 60e-6) < 1e-12)
    #expect(row.basis == .measured)
    let other = try #require(step.operators.first { $0.name == "gate and up" })
    let modelled = try #require(plain.estimate(work).operators.first { $0.name == "gate and up" })
    #expect(other == modelled || other.time == modelled.time)
    #expect(other.basis == .calibrated)
    // Outside the measured sizes nothing is extrapolated.
    let large = StepWork(decode: .init(requests: 64, context: [64_000]))
    #expect(measured.seconds(large) == plain.seconds(large))
  }

  @Test("a step is as well grounded as its weakest operator, and says which share of its time rests on what")
  func basis() throws {
    let step = try model(table(Self.text)).estimate(StepWork(decode: .init(requests: 5, context: [5000])))
    #expect(step.basis == .prior)
    #expect(abs(step.shares.reduce(0) { $0 + $1.share } - 1) < 1e-12)
    let measured = try #require(step.shares.first { $0.basis == .measured }).share
    #expect(measured > 0.1 && measured < 0.5)
    let calibrated = try stepModel(.decode, chips: 160).decodeStep(requestsPerRank: 48, contextTokensPerRank: 196_608)
    let share = try #require(calibrated.shares.first { $0.basis == .calibrated }).share
    #expect(share > 0.8)
  }

  @Test("kernels launched one by one cost more than in a captured graph, by the engine's constant for each")
  func eager() throws {
    let model = try model(nil)
    let decode = StepWork.Decode(requests: 8, context: [8000])
    let added = model.seconds(StepWork(decode: decode, isCaptured: false)) - model.seconds(StepWork(decode: decode))
    // Eleven kernels in each of 80 layers and the head; and what graphs save of start-ups, if anything.
    let each = try #require(model.engine.execution).launch.eager.value
    #expect(added > each * (Double(80 * 11 + 1) * (1 - 1e-9)))
    #expect(added < each * Double(80 * 11 + 1) * 1.3)
  }

  @Test("batches are padded to captured sizes, and run without a graph beyond the largest")
  func sizes() throws {
    let model = try model(nil)
    for (requests, size) in [(1, 1), (3, 4), (5, 8), (13, 16), (250, 256), (512, 512)] {
      #expect(model.padded(requests) == (size, true))
    }
    #expect(model.padded(513) == (513, false))
    #expect(try stepModel(.decode, chips: 160).padded(513) == (513, true))
  }

  @Test("formats weigh their bits and their share of the scales")
  func formats() {
    #expect(NumberFormat.fp8.bytes == 1 && NumberFormat.bf16.bytes == 2 && NumberFormat.int4.bytes == 0.5)
    #expect(NumberFormat.nvfp4.bytes == 0.5625 && NumberFormat.mxfp4.bytes == 0.53125)
    #expect(NumberFormat.mxfp8.bytes == 1.03125 && NumberFormat.fp8Block.bytes == 1 + 4.0 / 16_384)
    #expect(NumberFormat.int4Group.compute == .bf16)
  }
}
