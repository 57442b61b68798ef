import Costs
import Formats
import Hardware
import Testing
import Units
import Models

@Suite struct PlanAndMemoryTests {
  @Test("an impossible plan is refused with what is wrong and what would do")
  func plans() throws {
    func message(_ body: () throws -> Void) -> String {
      do { try body() } catch { return "\(error)" }
      return ""
    }
    let heads = message { _ = try stepModel(.decode, chips: 96, tensorParallel: 48) }
    #expect(heads == "decode.tensorParallel: 48 does not divide 128 attention heads; use 32 or 64")
    let many = message { _ = try stepModel(.decode, chips: 400) }
    #expect(many == "decode.chips: 400 is more than the 384 chips of CloudMatrix 384; use at most 384")
    let none = message { _ = try stepModel(.decode, chips: 0) }
    #expect(none.contains("0 is no number of chips"))
    let sure = message { _ = try stepModel(.decode, chips: 160, drafts: 1, acceptance: 1.5) }
    #expect(sure.contains("speculation.acceptance: 1.5 is no probability"))
    let plane = message { _ = try stepModel(.prefill, chips: 16, cachePlane: "NVLink") }
    #expect(plane == "plane: CloudMatrix 384 has no plane 'NVLink'; use UB or RDMA or VPC")
    let mesh = message { _ = try stepModel(.decode, chips: 32, system: "Atlas 800 A2", exchanges: false) }
    #expect(mesh.contains("no measured expert-parallel exchange"))
  }

  @Test("experts with their copies share the ranks as in the papers")
  func slots() throws {
    #expect(try stepModel(.decode, chips: 160).expertsPerRank == 1)
    #expect(try stepModel(.prefill, chips: 16).expertsPerRank == 10)
    #expect(try stepModel(.decode, chips: 144, engine: "xDeepServe").expertsPerRank == 1)
  }

  @Test("the exchange's buffers are ranks x tokens x message, 225 and 420 MiB for 96 tokens at 320 dies")
  func buffers() throws {
    let model = try stepModel(.decode, chips: 160, drafts: 1)
    let plan = model.memoryPlan(requestsPerRank: 48)
    func size(_ name: String) -> Double { (plan.items.first { $0.name == name }?.size.value ?? 0) / 1_048_576 }
    #expect(size("dispatch buffer") == 225)
    #expect(size("combine buffer") == 420)
  }

  @Test("what is left of a die holds the contexts that the paper serves")
  func fits() throws {
    let plan = try stepModel(.decode, chips: 160, drafts: 1).memoryPlan(requestsPerRank: 48)
    #expect(plan.shortfall == nil)
    #expect(plan.used < plan.capacity)
    #expect(plan.keyValueTokensPerRank > 48 * 4352)
    // 61 layers and the draft's of 576 values in 16 bits.
    let perToken = try stepModel(.decode, chips: 160).keyValueBytesPerToken
    #expect(perToken.value == 62 * 576 * 2)
  }

  @Test("a model that does not fit says how much is missing and what would do")
  func missing() throws {
    let plan = try stepModel(.decode, chips: 8, precision: Precision(weights: .bf16)).memoryPlan(requestsPerRank: 16)
    let shortfall = try #require(plan.shortfall)
    #expect(plan.keyValueTokensPerRank == 0)
    #expect(shortfall.description.contains("DeepSeek-R1 does not fit on 8 × Ascend 910C"))
    #expect(shortfall.description.contains("GB missing per die; try EP32 (16 chips) or INT8 weights"))
  }
}
