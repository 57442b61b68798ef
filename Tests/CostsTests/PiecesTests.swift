import Formats
import Hardware
import Models
import Testing
import Units

@testable import Costs

/// Steps whose graphs are captured in pieces between which attention runs.
@Suite struct PiecesTests {
  private func model(_ engine: String, name: String = "Qwen3-32B", tensor: Int = 4) throws -> StepModel {
    let catalog = Catalog()
    return try StepModel(
      architecture: Architecture(config: catalog.node("models", name), name: name),
      machine: Machine(system: "Atlas 800 A2", engine: engine, in: catalog), plan: ParallelPlan(tensor: tensor),
      precision: Precision(weights: .bf16))
  }

  private func work(_ requests: Double, _ context: Double, captured: Bool = true) -> StepWork {
    StepWork(decode: .init(requests: requests, context: [requests * context]), isCaptured: captured)
  }

  @Test("a small step takes as long as the host launches its pieces and what lies between them")
  func host() throws {
    let (pieces, whole) = (try model("vLLM-Ascend"), try model("vLLM-Ascend whole graphs"))
    // 64 layers: 65 graphs of 0.7 ms, 64 times two kernels of 55 us.
    let host = 65 * 0.7e-3 + 64 * 2 * 55e-6
    let small = work(1, 1000)
    #expect(whole.seconds(small).value < 0.03)
    let time = pieces.seconds(small).value
    #expect(time > host && time < host + 5e-3)
    #expect(abs(pieces.parts(small).total.value - time) < 1e-9)
    let told = pieces.estimate(small)
    #expect(told.operators.contains { $0.name == "host between pieces of graphs" && $0.boundBy == .host })
    #expect(told.boundBy == .host)
  }

  @Test("a step that is slower on the die does not wait for the host, nor does one without graphs or with prompts")
  func die() throws {
    let (pieces, whole) = (try model("vLLM-Ascend"), try model("vLLM-Ascend whole graphs"))
    for work in [work(512, 4000), work(1, 1000, captured: false)] {
      #expect(pieces.seconds(work) == whole.seconds(work))
      let (own, other) = (pieces.parts(work), whole.parts(work))
      #expect(own.total == other.total && own.shared == other.shared && own.cores == other.cores)
      #expect(own.head == other.head && own.host == other.host)
    }
    var mixed = work(1, 1000)
    mixed.prefill = [.init(newTokens: 100, pairs: [5050])]
    #expect(pieces.seconds(mixed) == whole.seconds(mixed))
  }

  @Test("products on the 910B are met within a third: small ones have a launch beside what was fitted")
  func kernels() throws {
    // Rows OPA-01, -06, -09, -10, -15, -19 of accelerators-2.csv: rows, columns, depth, format, microseconds.
    let products: [(Int, Int, Int, NumberFormat, Double)] = [
      (1, 4096, 4096, .bf16, 22.99), (1024, 7168, 7168, .bf16, 376.72), (16384, 4096, 1024, .bf16, 420.28),
      (1, 4096, 4096, .int8, 23.83), (1024, 7168, 7168, .int8, 229.43), (4096, 16384, 12288, .int8, 2793.77),
    ]
    let model = try model("vLLM-Ascend whole graphs", tensor: 1)
    for (rows, columns, depth, format, time) in products {
      let product = Operation(
        "p", .projection,
        .product(.init(rows: Double(rows), depth: depth, columns: columns, format: format, compute: format)))
      let found = model.times.demand(of: product, isCaptured: true).time(share: 1) * 1e6
      #expect(abs(found / time - 1) < 1.0 / 3, "\(rows) x \(columns) x \(depth) in \(format): \(found) of \(time)")
    }
  }
}
