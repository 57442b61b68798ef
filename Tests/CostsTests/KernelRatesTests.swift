import Formats
import Hardware
import Models
import Testing
import Units

@testable import Costs

/// What kernels reach by format, and how computing and reading join.
@Suite struct KernelRatesTests {
  private func rates(_ chip: String) throws -> (rates: KernelRates, chip: Chip) {
    let chip = try Catalog().chip(chip)
    return (
      KernelRates(chip.efficiency.kernels?.experts, chip, else: KernelRates.general(chip.efficiency).experts), chip
    )
  }

  private func product(_ format: NumberFormat, _ compute: NumberFormat? = nil) -> Operation.Product {
    Operation.Product(
      rows: 10, depth: 100, columns: 20, copies: 3, format: format, compute: compute ?? format.compute)
  }

  @Test(
    "three and four join to seven as a sum, to five as a root, to the fourth root of 337; the longer keeps its side")
  func join() {
    func joined(_ squarings: Int) -> OperatorDemand {
      var demand = OperatorDemand(name: "x", kind: .projection)
      (demand.compute, demand.memory) = (3, 4)
      demand.join(squarings: squarings)
      return demand
    }
    #expect(abs(joined(0).time(share: 1) - 7) < 1e-12)
    #expect(abs(joined(1).time(share: 1) - 5) < 1e-12)
    #expect(abs(joined(2).time(share: 1) - 337.0.squareRoot().squareRoot()) < 1e-12)
    #expect(joined(0).bound(share: 1) == .memory && joined(0).compute < joined(0).memory)
    var idle = OperatorDemand(name: "x", kind: .projection)
    idle.join(squarings: 0)
    #expect(idle.time(share: 1) == 0)
  }

  @Test("four-bit floats are widened on a chip without products of them, and meet eight bits on one that has them")
  func widened() throws {
    let (hopper, _) = try rates("NVIDIA H200")
    let (blackwell, _) = try rates("NVIDIA B200")
    #expect(hopper.computed(product(.mxfp4)) == .bf16 && hopper.computed(product(.nvfp4)) == .bf16)
    #expect(blackwell.computed(product(.mxfp4)) == .mxfp8 && blackwell.computed(product(.nvfp4)) == .nvfp4)
    // Integers of four bits with products of eight are as they were asked for.
    #expect(hopper.computed(product(.int4)) == .int8 && hopper.computed(product(.int4Group)) == .bf16)
  }

  @Test("each format has its own kernels' entry, or that of the next wider one")
  func entries() throws {
    let (hopper, h200) = try rates("NVIDIA H200")
    let kernels = try #require(h200.efficiency.kernels?.experts)
    #expect(hopper.reach(product(.mxfp4)).share == kernels.weights4?.share.value)
    #expect(hopper.reach(product(.int4Group)).share == kernels.weights4?.share.value)
    #expect(hopper.reach(product(.fp8Block)).share == kernels.fp8Block?.share.value)
    #expect(hopper.reach(product(.int8)).share == kernels.fp8?.share.value)
    #expect(hopper.reach(product(.fp16)).share == kernels.bf16.share.value)
    let (blackwell, b200) = try rates("NVIDIA B200")
    let four = try #require(b200.efficiency.kernels?.experts)
    #expect(blackwell.reach(product(.mxfp4)).share == four.weights4Activations8?.share.value)
    #expect(blackwell.reach(product(.nvfp4)).share == four.fp4?.share.value)
    // A chip without tables: its general shares.
    let (ascend, _) = try rates("Ascend 910B")
    #expect(ascend.reach(product(.int8)).fill == nil && ascend.reach(product(.int8)).squarings == nil)
  }
}
