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
    #expect(hopper.reach(product(.mxfp4)).share == kernels.weights4?.share)
    #expect(hopper.reach(product(.int4Group)).share == kernels.weights4?.share)
    #expect(hopper.reach(product(.fp8Block)).share == kernels.fp8Block?.share)
    #expect(hopper.reach(product(.int8)).share == kernels.fp8?.share)
    #expect(hopper.reach(product(.fp16)).share == kernels.bf16?.share)
    let (blackwell, b200) = try rates("NVIDIA B200")
    let four = try #require(b200.efficiency.kernels?.experts)
    #expect(blackwell.reach(product(.mxfp4)).share == four.weights4Activations8?.share)
    #expect(blackwell.reach(product(.nvfp4)).share == four.fp4?.share)
    // A chip without tables: its general shares.
    let (none, _) = try rates("Ascend 950PR")
    #expect(none.reach(product(.int8)).fill == nil && none.reach(product(.int8)).squarings == nil)
  }

  private func kernels() throws -> KernelEfficiency {
    func of(_ share: Double) -> String { "{ share: \(share), read: 0.5, startup: 2 us, source: by hand }" }
    return try Node.parse(
      """
      products: { bf16: \(of(0.8)) }
      experts: { bf16: \(of(0.4)), fp8: \(of(0.3)) }
      attention: { bf16: \(of(0.6)) }
      engines:
        sgLang: { experts: { fp8: \(of(0.2)) }, expertBackend: trtllm, attention: { bf16: \(of(0.5)) } }
      expertBackends:
        trtllm: { fp8: \(of(0.25)) }
        triton: { fp8: \(of(0.1)) }
      """, file: "kernels"
    ).decode(KernelEfficiency.self)
  }

  @Test("an engine's own kernels stand over the chip's, a backend that it is told to take over its own")
  func ofAnEngine() throws {
    let all = try kernels()
    #expect(all.of(nil, nil).experts.fp8?.share == 0.3)
    // Of another engine nothing is known apart.
    #expect(all.of(.vLLM, nil).experts.fp8?.share == 0.3 && all.of(.vLLM, nil).attention.bf16?.share == 0.6)
    let own = all.of(.sgLang, nil)
    #expect(own.experts.fp8?.share == 0.2 && own.attention.bf16?.share == 0.5)
    // A format that its tables do not have is the chip's.
    #expect(own.experts.bf16?.share == 0.4)
    // What its own tables are of is not taken from all engines' together.
    #expect(all.of(.sgLang, .trtllm).experts.fp8?.share == 0.2)
    #expect(all.of(.sgLang, .triton).experts.fp8?.share == 0.1 && all.of(.vLLM, .trtllm).experts.fp8?.share == 0.25)
    // One without tables changes nothing.
    #expect(all.of(.sgLang, .marlin).experts.fp8?.share == 0.2)
  }

  @Test("backends go by the names that launch scripts give them")
  func backendNames() {
    let names = [
      "CUTLASS", "flashinfer_trtllm", "TRTLLM", "DEEPGEMM", "deep_gemm", "triton_kernel", "MARLIN", "WIDEEP",
    ]
    let known: [ExpertBackend?] = [.cutlass, .trtllm, .trtllm, .deepGEMM, .deepGEMM, .triton, .marlin, nil]
    #expect(names.map(ExpertBackend.init(launchName:)) == known)
  }

  @Test("where a chip's kernels of experts hold what is around them, the engine launches the norm alone")
  func heldMixture() throws {
    let catalog = Catalog()
    let (chip, vLLM) = (try catalog.chip("NVIDIA H200"), try catalog.engine("vLLM"))
    let blocks = Precision(weights: .fp8Block)
    #expect(vLLM.kernels.mixture.value == 8)
    #expect(vLLM.withoutHeldMixture(on: chip, blocks).kernels.mixture.value == 1)
    // Marlin's weights of four bits are in no table; a chip without tables keeps all; so does an engine of a paper.
    #expect(vLLM.withoutHeldMixture(on: chip, Precision(weights: .int4Group)).kernels.mixture.value == 8)
    #expect(try vLLM.withoutHeldMixture(on: catalog.chip("Ascend 910B"), blocks).kernels.mixture.value == 8)
    let paper = try catalog.engine("CloudMatrix-Infer")
    #expect(paper.withoutHeldMixture(on: chip, blocks).kernels.mixture.value == paper.kernels.mixture.value)
  }

  @Test("kernels around experts move what the chip's own say, times what the engine counts, and nothing else changes")
  func moves() throws {
    let catalog = Catalog()
    let (chip, vLLM) = (try catalog.chip("NVIDIA H200"), try catalog.engine("vLLM"))
    let blocks = Precision(weights: .fp8Block)
    let own = try #require(vLLM.kernels(of: chip)?.experts.fp8Block?.moves)
    let held = vLLM.withoutHeldMixture(on: chip, blocks).kernels
    #expect(held.mixtureMoves == own && own > 1 && vLLM.kernels.mixtureMoves == 1)
    #expect(held.activationBytes.value == vLLM.kernels.activationBytes.value)
    // Where no kernels were measured, what the engine counts stands.
    #expect(try vLLM.withoutHeldMixture(on: catalog.chip("NVIDIA H800"), blocks).kernels.mixtureMoves == 1)
  }

  @Test("every fitted kernel reaches some of the peak and of the bandwidth, and starts within 40 us")
  func catalogEntries() throws {
    for name in ["NVIDIA H100", "NVIDIA H200", "NVIDIA B200", "NVIDIA B300", "NVIDIA GB200", "NVIDIA GB300"] {
      let kernels = try #require(try Catalog().chip(name).efficiency.kernels)
      #expect(kernels.engines?.vLLM?.experts != nil && kernels.engines?.tensorRT?.latentAttention != nil)
      for family in KernelFamily.allCases {
        let own = kernels.of(family, nil)
        let groups = [own.products, own.experts, own.attention, try #require(own.latentAttention)]
        for reach in groups.flatMap({ [$0.bf16, $0.fp8, $0.fp8Block, $0.fp4] }).compactMap({ $0 }) {
          #expect((0.05...1).contains(reach.share) && (0.05...1).contains(reach.read), "\(name) \(reach)")
          #expect((1e-6...40e-6).contains(reach.startup.value), "\(name) \(reach)")
        }
      }
    }
  }
}
