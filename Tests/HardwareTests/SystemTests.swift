import Formats
import Hardware
import Testing
import Units

@Suite struct SystemTests {
  @Test("ports in use are nodes times uplinks over the ports that the switches have")
  func ports() throws {
    let plane = try catalog.system("CloudMatrix 384").requiredPlane("UB")
    // 48 nodes x 7 chips x 16 links = 5,376; 56 x 2 chips x 48 ports = 5,376.
    for (nodes, switches, percent) in [(48, 56, 100.0), (44, 56, 92), (36, 42, 100), (32, 42, 89), (24, 28, 100)] {
      let used = plane.portUtilisation(nodes: nodes, logicalSwitches: switches, chipsPerLogicalSwitch: 2) ?? 0
      #expect(abs(used * 100 - percent) < 0.5)
    }
  }

  @Test("power is the sum of the parts, between idle and the limit of the cabinets")
  func power() throws {
    try #require(!catalog.names("systems").isEmpty)
    for name in catalog.names("systems") {
      let system = try catalog.system(name)
      let power = SystemPower(system, chip: try catalog.chip(system.chip))
      #expect(power.watts(utilisation: 0) < power.watts(utilisation: 0.5))
      let parts = power.parts(utilisation: 0.7).reduce(Watts.zero) { $0 + $1.power }
      #expect(abs(parts.value - power.watts(utilisation: 0.7).value) < 1e-6)
    }
  }

  @Test("a CloudMatrix 384 at full load stays under what its cabinets may draw, and half of it draws half")
  func cabinets() throws {
    let system = try catalog.system("CloudMatrix 384")
    let power = SystemPower(system, chip: try catalog.chip(system.chip))
    // 12 compute cabinets of 54 kW and 4 bus cabinets of 17.8 kW.
    #expect(power.watts(utilisation: 1) < .kilowatts(12 * 54 + 4 * 17.8))
    let half = power.watts(utilisation: 1, chips: 192).value
    #expect(abs(half * 2 - power.watts(utilisation: 1).value) < 1e-6)
  }

  @Test("the optical modules of a CloudMatrix 384 are 14 for the UB and 4 for the scale-out of each chip")
  func optics() throws {
    let system = try catalog.system("CloudMatrix 384")
    #expect(SystemPower(system, chip: try catalog.chip(system.chip)).opticalModules == 6912)
  }

  @Test("a bin scales every peak of a chip")
  func bins() throws {
    let chip = try catalog.chip("Ascend 910C")
    let low = chip.inBin(.teraFLOPsPerSecond(626))
    #expect(abs(low.peakRate(of: .int8).teraFLOPsPerSecond - 1252) < 1e-9)
    #expect(low.peakRate(of: .fp8) == low.peakRate(of: .bf16))
  }
}
