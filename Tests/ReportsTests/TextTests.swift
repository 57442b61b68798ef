import Testing

@testable import Reports

@Suite struct TextTests {
  @Test(
    "a number is printed in its notation to three significant digits",
    arguments: [
      (0.0, Notation.plain, "0"), (0.012345, .plain, "0.0123"), (0.99951, .plain, "1.00"), (9.994, .plain, "9.99"),
      (9.996, .plain, "10.0"), (99.96, .plain, "100"), (12_345.6, .plain, "12,346"), (-1.5, .plain, "−1.50"),
      (.nan, .plain, "–"), (1e-9, .plain, "1.00e-9"),
      (42, .count, "42"), (9999, .count, "9,999"), (12_345, .count, "12.3 k"), (1_234_567, .count, "1.23 M"),
      (999_960, .count, "1.00 M"), (5.6e12, .count, "5.60 T"),
      (0, .duration, "0 s"), (2.3e-9, .duration, "2.30 ns"), (0.00034, .duration, "340 µs"),
      (0.0234, .duration, "23.4 ms"), (1.5, .duration, "1.50 s"), (99.9, .duration, "99.9 s"),
      (150, .duration, "2 min 30 s"), (7200, .duration, "2 h"), (12_000, .duration, "3 h 20 min"),
      (352_800, .duration, "4 d 2 h"), (.infinity, .duration, "–"),
      (1.5e9, .bytes, "1.50 GB"), (12, .bytes, "12.0 B"), (4.91e13, .bytes, "49.1 TB"),
      (143_000, .watts, "143 kW"), (0.5, .watts, "0.500 W"),
      (3.6e6, .joules, "3.60 MJ"), (0.0042, .joules, "4.20 mJ"),
      (1.2345, .dollars, "$1.23"), (0.01234, .dollars, "$0.012"), (250_000, .dollars, "$250 k"),
      (14.6e9, .dollars, "$14.6 bn"),
      (-3, .dollars, "−$3.00"),
      (0, .percent, "0%"), (0.042, .percent, "4.2%"), (1, .percent, "100%"), (0.99951, .percent, "99.95%"),
      (0.999999, .percent, "> 99.99%"), (0.00001, .percent, "< 0.01%"), (0.0004, .percent, "0.04%"),
    ])
  func notations(value: Double, notation: Notation, expected: String) {
    #expect(Measure(value, notation).description == expected)
  }

  @Test("a round figure loses the zeros of its decimals and nothing else")
  func trimmed() {
    #expect(Measure(5, .duration).trimmed.description == "5 s")
    #expect(Measure(0.25, .duration).trimmed.description == "250 ms")
    #expect(Measure(1.5, .duration).trimmed.description == "1.5 s")
  }

  @Test("one thing is counted in the singular")
  func counted() {
    #expect(Text.counted(1, "request") == "1 request")
    #expect(Text.counted(1200, "request") == "1,200 requests")
    #expect(Text.round(0.08) == "0.08")
  }

  @Test("fixed decimals round halves away from zero and never print a minus zero")
  func fixed() {
    #expect(Text.fixed(2.5, 0) == "3")
    #expect(Text.fixed(-2.5, 0) == "−3")
    #expect(Text.fixed(-0.001, 2) == "0.00")
    #expect(Text.fixed(1_234_567.891, 2) == "1,234,567.89")
    #expect(Text.fixed(1e30, 2) == "1.00e30")
    #expect(Text.grouped(-1_234_567) == "−1,234,567")
    #expect(Text.grouped(UInt64.max) == "18,446,744,073,709,551,615")
  }

  @Test("the progress bar shows its share, the rate and the time left")
  func progress() {
    // Half done after 62 s: 62 s are left; 7,626,000 requests in 62 s are 123,000 a second.
    let line = ProgressLine(fraction: 0.5, done: 7_626_000, elapsed: 62)
    #expect(line.text(width: 60) == "[#############.............]  50%  123,000 req/s  1:02 left")
    #expect(line.text(width: 30) == " 50%  123,000 req/s  1:02 left")
    #expect(ProgressLine(fraction: nil, done: 1_000, elapsed: 4).text() == "1,000 req  250 req/s  0:04")
    #expect(
      ProgressLine(fraction: 1, done: 10, elapsed: 3723, unit: "case").text(width: 40).hasSuffix("0 case/s  1:02:03"))
    #expect(ProgressLine(fraction: 0, done: 0, elapsed: 0).text(width: 40) == "[.......................]   0%  0 req/s")
  }

  @Test("a logarithmic axis is labelled with round numbers inside its range")
  func ticks() {
    #expect(Ticks.logarithmic(from: 0.03, to: 3).map(JSONValue.number) == ["0.05", "0.1", "0.2", "0.5", "1", "2"])
    #expect(Ticks.logarithmic(from: 0.031, to: 0.049).map(JSONValue.number) == ["0.031", "0.049"])
    #expect(Ticks.logarithmicRange(around: [3, 40]) == 2...50)
    #expect(Ticks.logarithmicRange(around: [0, -1]) == nil)
    #expect(Ticks.clockStep(upTo: 3500) == 600)
  }

  @Test("of a text with colours only they reach a terminal")
  func colours() {
    let text = "a\u{1B}[1mb\u{1B}[0m\u{1B}]0;title\u{7}\u{1B}[2Jc\n"
    #expect(Text.printableWithColours(text) == "a\u{1B}[1mb\u{1B}[0m\\u001b]0;title\\u0007\\u001b[2Jc\n")
  }
}
