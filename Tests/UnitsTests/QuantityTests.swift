import Testing
import Units

@Suite struct QuantityTests {
  @Test("text with a unit becomes SI")
  func reading() throws {
    #expect(try BytesPerSecond(text: "392 GB/s").value == 392e9)
    #expect(try BytesPerSecond(text: "400 Gbit/s").value == 50e9)
    #expect(try FLOPsPerSecond(text: "752 TFLOPS").value == 752e12)
    #expect(try FLOPsPerSecond(text: "8 EFLOPS").value == 8e18)
    #expect(try Seconds(text: "1.9us").value == 1.9 * 1e-6)
    #expect(try Watts(text: "54 kW").value == 54_000)
    #expect(try DollarsPerJoule(text: "0.08 USD/kWh").value == 0.08 * (1 / 3.6e6))
    #expect(try Bytes(text: "1e3 B").value == 1000)
    #expect(try Bytes(text: "1 GiB") == .gibibytes(1))
  }

  @Test("a bare number, a foreign unit and a word are refused with the way out")
  func refusing() {
    #expect(throws: UnitProblem.self) { try Seconds(text: "5") }
    #expect(throws: UnitProblem.self) { try Seconds(text: "5 GB") }
    #expect(throws: UnitProblem.self) { try Seconds(text: "soon") }
    #expect(throws: UnitProblem.self) { try Seconds(text: "1e999 s") }
  }

  @Test("dimensions join as in physics")
  func joining() {
    let time: Seconds = Bytes.gigabytes(10) / BytesPerSecond.gigabytesPerSecond(5)
    #expect(time == .seconds(2))
    let size: Bytes = BytesPerSecond.gigabytesPerSecond(5) * Seconds(2)
    #expect(size == .gigabytes(10))
    let ratio: Double = Bytes.gigabytes(10) / Bytes.gigabytes(4)
    #expect(ratio == 2.5)
    let power: Watts = Joules(100) / Seconds(50)
    #expect(power == .watts(2))
  }
}

@Suite struct ProblemTests {
  @Test("a problem is one sentence: place, fault, way out")
  func sentence() {
    let problem = Problem("a.yaml:7: tp", "48 does not divide 128 heads", wayOut: "use 32 or 64")
    #expect(problem.description == "a.yaml:7: tp: 48 does not divide 128 heads; use 32 or 64")
  }
  @Test("a near miss is suggested, a stranger is not")
  func suggestion() {
    #expect(Problems.nearest(to: "tensorParalel", among: ["tensorParallel", "seed"]) == "tensorParallel")
    #expect(Problems.nearest(to: "fp4", among: ["fp8", "mxfp4", "nvfp4"]) == "mxfp4")
    #expect(Problems.nearest(to: "H1000", among: ["AMD MI300X", "NVIDIA H100"]) == "NVIDIA H100")
    // No hour is spent on a word of a hundred thousand letters.
    #expect(Problems.nearest(to: String(repeating: "a", count: 100_000), among: ["aaa"]) == nil)
    #expect(Problems.nearest(to: "banana", among: ["tensorParallel", "seed"]) == nil)
  }

  @Test("a problem is one line of bounded length, whatever a file has in it")
  func lines() {
    let problem = Problem("a.yaml:1", "'\(String(repeating: "x\n", count: 50_000))' is not known", wayOut: "use b")
    let text = problem.description
    #expect(!text.contains("\n") && text.utf8.count < 2000)
    #expect(text.hasPrefix("a.yaml:1: 'x x") && text.hasSuffix("is not known; use b"))
  }

  @Test("a number format's place is that of the list of all")
  func places() {
    #expect(NumberFormat.allCases.map(\.place) == Array(NumberFormat.allCases.indices))
  }
}
