import Simulation
import Testing

@Suite struct RandomStreamTests {
  @Test("the n-th number does not depend on what was drawn before")
  func counterBased() {
    var stream = Seed(7).stream("arrivals")
    let first = (0..<10).map { _ in stream.next() }
    #expect((0..<10).map { Seed(7).stream("arrivals").number($0) } == first)
    #expect(Seed(7).stream("lengths").number(0) != first[0])
    #expect(Seed(8).stream("arrivals").number(0) != first[0])
  }

  @Test("uniform numbers fill sixteen bins evenly (χ², 15 degrees of freedom, 5 standard deviations)")
  func evenness() {
    var stream = Seed(1).stream("bins")
    var bins = [Int](repeating: 0, count: 16)
    for _ in 0..<160_000 { bins[Int(stream.uniform() * 16)] += 1 }
    let chiSquare = bins.reduce(0.0) { $0 + (Double($1) - 10_000) * (Double($1) - 10_000) / 10_000 }
    #expect(chiSquare < 15 + 5 * 30.0.squareRoot())
  }

  @Test(
    "means and variances meet their closed forms within 5 standard errors",
    arguments: [
      (Distribution.exponential(mean: 3), 3.0, 9.0, 9.0),
      (.normal(mean: -1, standardDeviation: 2), -1, 4, 3),
      (.uniform(low: 2, high: 4), 3, 1.0 / 3, 1.8),
      (.lognormal(mean: 5, coefficientOfVariation: 0.5), 5, 6.25, 8),
    ])
  func moments(distribution: Distribution, mean: Double, variance: Double, kurtosis: Double) {
    let n = 200_000
    var stream = Seed(3).stream("moments")
    var sum = 0.0, squares = 0.0
    for _ in 0..<n {
      let x = distribution.sample(&stream) - mean
      sum += x
      squares += x * x
    }
    #expect(abs(sum / Double(n)) < 5 * (variance / Double(n)).squareRoot())
    let spread = variance * ((kurtosis - 1) / Double(n)).squareRoot()
    #expect(abs(squares / Double(n) - variance) < 5 * spread)
  }

  @Test("own exp and log are inverse to each other and meet known values")
  func logarithms() {
    #expect(abs(exponential(1) - 2.718281828459045) < 1e-15)
    #expect(abs(logarithm(10) - 2.302585092994046) < 1e-15)
    for x in stride(from: -700.0, through: 700, by: 13.7) {
      #expect(abs(logarithm(exponential(x)) - x) < 1e-12)
    }
    #expect(abs(standardNormalQuantile(0.975) - 1.959963984540054) < 1e-14)
  }
}

@Suite struct AgendaTests {
  @Test("earliest first; equal instants in the order of scheduling")
  func order() {
    var agenda = Agenda<String>()
    agenda.schedule("c", at: Instant(picoseconds: 5))
    agenda.schedule("a", at: Instant(picoseconds: 1))
    agenda.schedule("d", at: Instant(picoseconds: 5))
    agenda.schedule("b", at: Instant(picoseconds: 2))
    #expect(agenda.nextInstant == Instant(picoseconds: 1))
    var order: [String] = []
    while let (_, event) = agenda.next() { order.append(event) }
    #expect(order == ["a", "b", "c", "d"])
  }
}
