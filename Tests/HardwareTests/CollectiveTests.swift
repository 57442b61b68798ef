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
  // 0.12.0 as transcribed in our network data; rows that no constant was fitted to.
  private static let measured: [(system: String, ranks: Int, kibibytes: Double, time: Double)] = [
    ("HGX H100", 8, 8, 3.541), ("HGX H100", 8, 128, 6.204), ("HGX H100", 8, 2048, 35.49),
    ("HGX H200", 8, 8, 3.504), ("HGX H200", 8, 128, 6.393), ("HGX H200", 8, 2048, 30.5),
    ("HGX B200", 8, 8, 5.635), ("HGX B200", 8, 128, 6.342), ("HGX A100", 8, 8, 7.997), ("HGX A100", 8, 128, 11.72),
    ("GB200 NVL72", 4, 8, 4.897), ("GB200 NVL72", 4, 128, 5.131),
  ]

  @Test("all-reduces that no constant was fitted to are met within a fifth")
  func small() throws {
    for row in Self.measured {
      let time = try #require(
        try fabric(row.system).allReduce(
          Bytes(row.kibibytes * 1024), ranks: row.ranks, kernels: [.oneShot, .twoShot]))
      #expect(abs(time.microseconds / row.time - 1) < 0.2, "\(row)")
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
