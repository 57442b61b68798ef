import Formats
import Hardware
import Testing
import Units

@Suite struct CollectiveTests {
  private func fabric(_ name: String) throws -> Fabric {
    let system = try catalog.system(name)
    return try Fabric(system, chip: try catalog.chip(system.chip))
  }

  // Microseconds of TensorRT-LLM's all-reduce over eight (four on the GB200), by KiB, from PyPI aiconfigurator-core
  // 0.12.0 as transcribed in our network data; a hash of the shape decides which of them the script fits.
  private static let measured: [(system: String, ranks: Int, kibibytes: Double, time: Double)] = [
    ("HGX H100", 8, 8, 3.541), ("HGX H100", 8, 128, 6.204), ("HGX H100", 8, 2048, 35.49),
    ("HGX H200", 8, 8, 3.504), ("HGX H200", 8, 128, 6.393), ("HGX H200", 8, 2048, 30.5),
    ("HGX B200", 8, 8, 5.635), ("HGX B200", 8, 128, 6.342), ("HGX A100", 8, 8, 7.997), ("HGX A100", 8, 128, 11.72),
    ("GB200 NVL72", 4, 8, 4.897), ("GB200 NVL72", 4, 128, 5.131),
  ]

  @Test("small all-reduces are met within a tenth, on the A100 within a quarter: its release changes kernels at 8 KiB")
  func small() throws {
    for row in Self.measured {
      let time = try #require(
        try fabric(row.system).allReduce(
          Bytes(row.kibibytes * 1024), ranks: row.ranks, kernels: [.oneShot, .twoShot]))
      let limit = row.system == "HGX A100" ? 0.25 : 0.1
      #expect(abs(time.microseconds / row.time - 1) < limit, "\(row) \(time)")
    }
  }

  @Test("more kernels to choose from are never slower, nor is a wider link; beyond the board there is no constant")
  func choice() throws {
    let board = try fabric("HGX H100")
    for size in [Bytes(4096), .megabytes(1), .megabytes(64), .gigabytes(1)] {
      let few = try #require(board.allReduce(size, ranks: 8, kernels: [.ring]))
      let all = try #require(board.allReduce(size, ranks: 8, kernels: CollectiveKernel.allCases))
      #expect(all <= few)
      #expect(all > size * 1.125 / BytesPerSecond(450e9))
    }
    #expect(board.allReduce(.megabytes(1), ranks: 16, kernels: [.ring]) == nil)
    #expect(try fabric("HGX H800").allReduce(.megabytes(1), ranks: 8, kernels: [.ring]) == nil)
  }

  @Test("a library's collective is the faster of a line for small sizes and one for large ones")
  func bulk() throws {
    let system = try catalog.system("HGX H100")
    let chip = try catalog.chip(system.chip)
    func without(_ change: (inout CollectiveConstants) -> Void) throws -> Fabric {
      var changed = system
      for index in changed.planes.indices {
        if var constants = changed.planes[index].collectives {
          change(&constants)
          changed.planes[index].collectives = constants
        }
      }
      return try Fabric(changed, chip: chip)
    }
    let both = try Fabric(system, chip: chip)
    let small = try without { ($0.bulkGather, $0.bulkAllToAll) = (nil, nil) }
    let large = try without { ($0.gather, $0.allToAll) = (nil, nil) }
    for size in [Bytes(8192), .megabytes(1), .megabytes(8), .gigabytes(1)] {
      for time in [Fabric.measuredGather, Fabric.measuredAllToAll] {
        let (one, other) = (try #require(time(small)(size, 8)), try #require(time(large)(size, 8)))
        #expect(time(both)(size, 8) == min(one, other))
        if size == Bytes(8192) { #expect(one < other) }
        if size == .gigabytes(1) { #expect(other < one) }
      }
    }
  }

  @Test("an exchange inside a board leaves out what stays on its die, and is faster with fewer dies")
  func local() throws {
    let board = try fabric("HGX H800")
    func bytes(_ ranks: Int) throws -> Double {
      try #require(
        board.localExchange(.dispatch, tokens: 64, hidden: 4096, expertsPerToken: 2, ranks: ranks, format: .fp8)
      ).bytes.value
    }
    // 64 tokens x 2 experts x 4,096 bytes, of which 1/2 and 1/8 stay.
    #expect(try bytes(2) == 64 * 2 * 4096 * 0.5)
    #expect(try bytes(8) == 64 * 2 * 4096 * 0.875)
  }
}
