import Formats
import Serving
import Testing
import Units

@Suite struct ResultRoundTripTests {
  @Test("a result that is read again and written again is the same bytes") func report() throws {
    let text = try JSONText.encode(SampleReport.dayTime)
    let read = try Node.parse(text, file: "result").decode(ServingReport.self, userInfo: [.bareQuantities: true])
    #expect(try JSONText.encode(read) == text)
  }

  @Test("a number without its unit is refused where no result is read") func file() throws {
    let node = try Node.parse("3", file: "x")
    #expect(throws: Problems.self) { try node.decode(Seconds.self) }
    #expect(try node.decode(Seconds.self, userInfo: [.bareQuantities: true]) == Seconds(3))
  }
}
