import Formats
import Hardware
import Testing
import Units

@Suite struct RangeTests {
  @Test("every number of the built-in hardware is within the ranges", arguments: ["chips", "systems", "engines"])
  func builtIn(kind: String) throws {
    let names = catalog.names(kind)
    #expect(names.count > 5)
    for name in names { #expect(HardwareFacts.faults(of: try catalog.node(kind, name)) == [], "\(name)") }
  }

  @Test(
    "a number that no hardware has is refused at its line",
    arguments: [
      ("2e7", "give at most ten million"), ("1e-13", "check its digits"), ("12 days", "ten days"),
      ("1e18 GB", "100 PB"), ("1e-9 GB/s", "check its digits"), ("1e9 TFLOPS", "100 EFLOPS"), ("2 MW", "1 MW"),
      ("1e10 MUSD", "1e12 USD"),
    ])
  func refused(text: String, wayOut: String) throws {
    let node = try Node.parse("name: x\nnumber: { value: \(text), source: a }\n", file: "x.yaml")
    let faults = HardwareFacts.faults(of: node)
    #expect(faults.count == 1 && faults[0].place == "x.yaml:2: number.value", "\(faults)")
    #expect(faults[0].wayOut.contains(wayOut), "\(faults)")
  }

  @Test("switches and optics are counted without an overflow, whatever a system's file multiplies")
  func counts() throws {
    var node = try catalog.node("systems", "CloudMatrix 384")
    for level in 0...1 {
      for field in ["chips", "ports"] {
        node = try node.setting("planes[0].switches[\(level)].\(field).value", to: "9000000")
      }
    }
    let system = try node.decode(System.self)
    let power = SystemPower(system, chip: try catalog.chip("Ascend 910C"))
    #expect(power.opticalModules > 0 && power.switchChips > 0)
    #expect(power.watts(utilisation: 1).value.isFinite)
  }
}
