import Formats
import Hardware
import Testing
import Units

@Suite struct FabricTests {
  private func cloudMatrix(failures: [Fabric.Failure] = []) throws -> Fabric {
    let system = try catalog.system("CloudMatrix 384")
    return try Fabric(system, chip: try catalog.chip(system.chip), failures: failures)
  }

  @Test("a transfer is its path's latency and its size over the path's bandwidth")
  func transfer() throws {
    let fabric = try cloudMatrix()
    let plane = try fabric.system.requiredPlane("UB")
    // 1.9 us + 164 MB / 164 GB/s = 1.9 us + 1 ms
    let between = fabric.transfer(.megabytes(164), on: plane)
    #expect(abs(between.microseconds - 1001.9) < 1e-6)
    // 1.0 us + 151 MB / 151 GB/s, from a host of the same node
    let local = fabric.transfer(.megabytes(151), on: plane, peer: .host, scope: .intraNode)
    #expect(abs(local.microseconds - 1001) < 1e-6)
  }

  @Test("a collective moves (n - 1)/n of its size through each rank")
  func collectives() throws {
    let fabric = try cloudMatrix()
    // 16 dies of one node: 15/16 of 16 x 1 MB at 167 GB/s, and four doublings of 1.2 us.
    let gather = fabric.allGather(.megabytes(1), ranks: 16)
    #expect(abs(gather.microseconds - (15e6 / 167e9 * 1e6 + 4.8)) < 1e-6)
    #expect(
      fabric.allReduce(.megabytes(16), ranks: 16).value == 2 * fabric.reduceScatter(.megabytes(16), ranks: 16).value)
    #expect(fabric.allReduce(.megabytes(16), ranks: 1) == .zero)
    let exchange = fabric.allToAll(.megabytes(32), ranks: 32)
    #expect(abs(exchange.microseconds - (31e6 / 164e9 * 1e6 + 1.9)) < 1e-6)
  }

  @Test("between boards the outer plane is the narrow one")
  func boards() throws {
    let system = try catalog.system("HGX H100")
    let fabric = try Fabric(system, chip: try catalog.chip(system.chip))
    let inside = fabric.allReduce(.megabytes(100), ranks: 8)
    let across = fabric.allReduce(.megabytes(100), ranks: 16)
    #expect(across > inside)
    #expect(fabric.allToAll(.megabytes(100), ranks: 16) > fabric.allToAll(.megabytes(100), ranks: 8))
  }

  @Test("a pair on a full mesh has one link, a collective has all seven")
  func mesh() throws {
    let system = try catalog.system("Atlas 800 A2")
    let fabric = try Fabric(system, chip: try catalog.chip(system.chip))
    let plane = try system.requiredPlane("HCCS")
    // 196 GB/s x 0.68 / 7 = 19.04 GB/s
    #expect(abs(fabric.transfer(.megabytes(19.04), on: plane).microseconds - 1002) < 0.01)
  }

  @Test("dispatch and combine agree with the kernels that calibrate them, and predict the others")
  func exchanges() throws {
    let fabric = try cloudMatrix()
    func time(_ kind: Fabric.Exchange, _ ranks: Int) -> Double {
      fabric.exchange(kind, tokens: 128, hidden: 7168, expertsPerToken: 8, ranks: ranks)?.total.microseconds ?? 0
    }
    for (ranks, dispatch, combine) in [(8, 116.0, 118.0), (32, 133, 146), (128, 152, 150)] {
      #expect(abs(time(.dispatch, ranks) / dispatch - 1) < 0.06)
      #expect(abs(time(.combine, ranks) / combine - 1) < 0.06)
    }
    #expect(time(.dispatch, 256) == time(.dispatch, 128))
    for ranks in [8, 16, 32, 64, 128] { #expect(time(.dispatch, ranks * 2) >= time(.dispatch, ranks)) }
  }

  @Test("failed switches narrow the paths that they serve, and cannot all fail")
  func failures() throws {
    let whole = try cloudMatrix()
    let plane = try whole.system.requiredPlane("UB")
    let upper = try cloudMatrix(failures: [.init(plane: "UB", level: "L2", count: 28)])
    // 28 of 112: a quarter of what crosses nodes is gone, nothing inside a node.
    #expect(abs(upper.bandwidth(on: plane).gigabytesPerSecond - 123) < 1e-9)
    #expect(upper.bandwidth(on: plane, scope: .intraNode) == whole.bandwidth(on: plane, scope: .intraNode))
    let lower = try cloudMatrix(failures: [.init(plane: "UB", level: "L1", count: 1)])
    #expect(lower.bandwidth(on: plane, scope: .intraNode) < whole.bandwidth(on: plane, scope: .intraNode))
    #expect(throws: Problems.self) { try cloudMatrix(failures: [.init(plane: "UB", level: "L2", count: 112)]) }
    #expect(throws: Problems.self) { try cloudMatrix(failures: [.init(plane: "NVLink", level: "L2", count: 1)]) }
  }

  @Test("a wider plane is never slower")
  func monotone() throws {
    var system = try catalog.system("HGX H20")
    let chip = try catalog.chip(system.chip)
    let before = try Fabric(system, chip: chip)
    for index in system.planes.indices {
      system.planes[index].bandwidth.value = system.planes[index].bandwidth.value * 2
    }
    let after = try Fabric(system, chip: chip)
    for ranks in [2, 8, 16, 64] {
      #expect(after.allReduce(.megabytes(8), ranks: ranks) <= before.allReduce(.megabytes(8), ranks: ranks))
      #expect(after.allToAll(.megabytes(8), ranks: ranks) <= before.allToAll(.megabytes(8), ranks: ranks))
    }
  }
}
