import Formats
import Hardware
import Testing
import Units

let catalog: Catalog = {
  let tests = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  return Catalog(builtIn: "/\(tests)/Sources/Formats/Resources/catalog")
}()

@Suite struct CatalogTests {
  @Test("every chip, system and engine of the catalog decodes, and systems name chips that exist")
  func decodes() throws {
    for kind in ["chips", "systems", "engines"] { try #require(!catalog.names(kind).isEmpty, "no \(kind)") }
    for name in catalog.names("chips") { #expect(try catalog.chip(name).name == name) }
    for name in catalog.names("systems") {
      let system = try catalog.system(name)
      #expect(system.name == name)
      #expect(catalog.names("chips").contains(system.chip))
    }
    for name in catalog.names("engines") { #expect(try catalog.engine(name).name == name) }
  }

  @Test("every number of the built-in catalog names its source")
  func sources() throws {
    for kind in ["chips", "systems", "engines"] {
      for name in catalog.names(kind) { #expect(try catalog.numbersWithoutSource(kind, name).isEmpty, "\(name)") }
    }
  }

  @Test("each chip is in a system")
  func systems() throws {
    let used = try Set(catalog.names("systems").map { try catalog.system($0).chip })
    for name in catalog.names("chips") { #expect(used.contains(name), "no system has the \(name)") }
  }

  /// Bytes that nvidia-smi, rocm-smi, hy-smi or xpu-smi show; of Ascends what torch_npu counts.
  static let reported: [(String, Double)] = [
    ("NVIDIA A100", 81_920 * 1_048_576), ("NVIDIA A800", 81_920 * 1_048_576), ("NVIDIA H100", 81_559 * 1_048_576),
    ("NVIDIA H800", 81_559 * 1_048_576), ("NVIDIA H20", 97_871 * 1_048_576), ("NVIDIA H200", 143_771 * 1_048_576),
    ("NVIDIA H20 141GB", 143_771 * 1_048_576), ("NVIDIA B200", 183_359 * 1_048_576),
    ("NVIDIA B300", 275_040 * 1_048_576), ("NVIDIA GB200", 189_471 * 1_048_576),
    ("NVIDIA GB300", 284_208 * 1_048_576), ("NVIDIA L40S", 46_068 * 1_048_576),
    ("NVIDIA RTX PRO 6000", 97_887 * 1_048_576), ("AMD MI300X", 206_141_652_992), ("AMD MI355X", 309_220_868_096),
    ("Ascend 910B", 60.97 * 1_073_741_824), ("Ascend 910C", 2 * 61.28 * 1_073_741_824),
    ("Kunlun P800", 98_304 * 1_048_576), ("Hygon BW200", 65_520 * 1_048_576), ("Hygon BW1000", 65_520 * 1_048_576),
  ]

  @Test("memory is what the tools report, and where none was found the file says how it was counted")
  func memory() throws {
    for (name, bytes) in Self.reported {
      let found = try catalog.chip(name).memory.capacity.value.value
      #expect(abs(found - bytes) < 1_048_576, "\(name)")
    }
    let known = Set(Self.reported.map(\.0))
    for name in catalog.names("chips") where !known.contains(name) {
      let source = try catalog.chip(name).memory.capacity.source
      #expect(["decimal", "GiB", "counted"].contains { source.contains($0) }, "\(name): \(source)")
    }
  }

  @Test("chips with four-bit products run NVFP4 and MXFP4 faster than FP8, the others widen them to 16 bits")
  func fourBits() throws {
    let native = [
      "NVIDIA B200", "NVIDIA B300", "NVIDIA GB200", "NVIDIA GB300", "NVIDIA Rubin", "NVIDIA RTX PRO 6000", "AMD MI355X",
      "Ascend 950DT", "Ascend 950PR", "Ascend 960", "Ascend 970",
    ]
    for name in catalog.names("chips") {
      let chip = try catalog.chip(name)
      for format in [NumberFormat.nvfp4, .mxfp4] {
        let rate = chip.peakRate(of: format)
        if native.contains(name) {
          #expect(rate > chip.peakRate(of: .fp8) * 1.9, "\(name)")
        } else {
          #expect(rate == chip.peak.bf16.value, "\(name)")
        }
      }
    }
  }

  @Test("the 920 is a rumour; what is only announced says so, and none of them has evidence")
  func status() throws {
    let unsold = try catalog.names("chips").compactMap { name in
      try catalog.chip(name).status.map { "\(name): \($0)" }
    }
    #expect(
      unsold == ["Ascend 920: rumour", "Ascend 960: announced", "Ascend 970: announced", "NVIDIA Rubin: announced"])
    for name in ["Ascend 920", "Ascend 970", "NVIDIA Rubin", "AMD MI355X", "NVIDIA L40S"] {
      let efficiency = try catalog.chip(name).efficiency
      #expect(efficiency.matrix.identifiedBy.isEmpty && efficiency.attention.identifiedBy.isEmpty)
      #expect(efficiency.matrix.source.hasPrefix("borrowed from the "), "\(name)")
    }
  }
}
