import Formats
import Testing
import Units

@Suite struct CSVTests {
  @Test("a table has named cells and lines")
  func table() throws {
    let table = try CSVTable("# note\na, b ,c\r\n1,\"x, \"\"y\"\"\nz\",\n\n 2 , 3,4", file: "t.csv")
    #expect(table.header == ["a", "b", "c"])
    #expect(table.rows.map(\.line) == [3, 6])
    #expect(table.rows[0]["b"] == "x, \"y\"\nz")
    #expect(table.rows[0]["c"] == nil)
    #expect(try table.rows[1].number("a") == 2)
    #expect(message { _ = try table.rows[0].text("c") } == "t.csv:3: c: is empty; fill it")
    #expect(
      message { _ = try table.rows[0].text("d") } == "t.csv:3: d: there is no such column; the columns are a, b, c")
    #expect(message { _ = try table.rows[0].number("b") }.contains("is not a number"))
  }

  @Test("ragged rows are all named; a quote must close")
  func ragged() {
    #expect(
      message { _ = try CSVTable("a,b\n1\n1,2\n1,2,3\n", file: "t.csv") }
        == """
        t.csv:2: has 1 fields where the header has 2; add or remove commas, or quote a field that has one
        t.csv:4: has 3 fields where the header has 2; add or remove commas, or quote a field that has one
        """)
    #expect(message { _ = try CSVTable("a\n\"x\n", file: "t.csv") } == "t.csv:2: a quote is not closed; close it")
    #expect(message { _ = try CSVTable("a,a\n", file: "t.csv") }.contains("the column 'a' is named twice"))
    #expect(message { _ = try CSVTable("", file: "t.csv") }.contains("there is nothing in it"))
  }

  @Test("text that was written is read back")
  func roundTrip() throws {
    let cells = ["plain", "a,b", "\"q\"", "two\nlines", " edge ", "#x", ""]
    var text = CSVText(header: cells.indices.map { "c\($0)" })
    text.append(cells)
    #expect(try CSVTable(text.text, file: "t.csv").rows[0].cells == cells)
    #expect([1, 0.1, 1e300, .nan].map(CSVText.number) == ["1", "0.1", "1e+300", ""])
  }
}

private struct Report: Encodable {
  var time: Seconds
  var bad: Double
  var nested: [String: [Int]]
  var list: [Inner]
  var none: Int?
  var input: Node
  struct Inner: Encodable { var z: Bool, a: String }
}

@Suite struct JSONTextTests {
  @Test("fields are sorted, numbers short, what is not finite is null")
  func encoding() throws {
    let input = try Node.parse("{ b: 1.50, a: \"1\" }", file: "f")
    let report = Report(
      time: .seconds(0.1), bad: .infinity, nested: ["y": [1, 2], "x": []], list: [.init(z: true, a: "é\"\n")],
      none: nil, input: input)
    #expect(
      try JSONText.encode(report, pretty: false)
        == #"{"bad":null,"input":{"b":1.5,"a":"1"},"list":[{"a":"é\"\n","z":true}],"#
        + #""nested":{"x":[],"y":[1,2]},"time":0.1}"#
    )
    #expect(
      try JSONText.encode(report.list + report.list)
        == """
        [
          {
            "a": "é\\"\\n",
            "z": true
          },
          {
            "a": "é\\"\\n",
            "z": true
          }
        ]

        """)
    #expect(try JSONText.encode([1, 2]) == "[1, 2]\n")
    #expect(try JSONText.encode(report.list[0], pretty: false, sorted: false) == #"{"z":true,"a":"é\"\n"}"#)
  }

  @Test("what is written is read back as the same value")
  func roundTrip() throws {
    for number in [0.1, 1e-300, 123_456_789.125, -0.0, 4e15, 1 / 3.0] {
      let text = try JSONText.encode([number])
      #expect(try Node.parse(text, file: "f").decode([Double].self) == [number])
    }
  }
}

@Suite struct OutputFileTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test("a file appears with its content, its folders are made")
  func writing() throws {
    let path = "\(folder.path)/new/deep/out.txt"
    try OutputFile.write("one\n", to: path)
    try OutputFile.write("two\n", to: path)
    #expect(try Node.read(path: path).text == "two")
    #expect(try folder.names() == ["new"])
  }

  @Test("what is not committed leaves nothing, nor harms what was there")
  func discarding() throws {
    let path = try folder.write("old", to: "out.txt")
    let file = try OutputFile(path: path)
    for _ in 0..<10_000 { try file.append("1234567890") }
    #expect(try Node.read(path: path).text == "old")
    #expect(try folder.names().count == 2)
    file.discard()
    #expect(try folder.names() == ["out.txt"])
    #expect(throws: Problem.self) {
      let file = try OutputFile(path: path)
      try file.append("x")
      throw Problem("", "stopped")
    }
    #expect(try folder.names() == ["out.txt"])
  }

  @Test("a place that cannot be written is refused before any work")
  func refusing() throws {
    let path = try folder.write("x", to: "file")
    #expect(
      message { _ = try OutputFile(path: "\(path)/out.txt") }
        == "\(path)/out.txt: cannot be written: not a directory; choose another place or change its permissions")
    #expect(
      message { _ = try OutputFile(path: "\(path)/sub/out.txt") }.contains("its folder cannot be made: not a directory")
    )
    #expect(message { _ = try OutputFile(path: folder.path) }.contains("is a folder; name a file in it"))
    #expect(
      message { try OutputFile.write("x", to: "/proc/out.txt") }.contains("cannot be written"))
  }
}
