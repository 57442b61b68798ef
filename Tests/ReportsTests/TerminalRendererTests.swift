import Testing

@testable import Reports

@Suite struct TerminalRendererTests {
  let table = Table(
    "Rows", columns: ["Name", .number("Value"), "Note"], rows: [["long name", "1", "first"], ["n", "1,000"]])

  @Test("columns align: names flush left, figures flush right, no blanks at the end")
  func alignment() {
    let text = TerminalRenderer().render(table)
    #expect(text == "Name       Value  Note\nlong name      1  first\nn          1,000")
  }

  @Test("a column of words is wrapped on a narrow terminal, and nothing of it is lost")
  func narrow() {
    let wide = Table("", columns: ["A", .number("B")], rows: [[Table.Cell(String(repeating: "x", count: 60)), "12"]])
    let lines = TerminalRenderer(width: 40).render(wide).split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 40 })
    #expect(lines.count == 3 && lines[1].hasSuffix("x  12"))
    #expect(lines.joined().count { $0 == "x" } == 60)
    // Names before figures, and headings of figures on two lines.
    let table = Table(
      "", columns: ["", .number("median error"), "note"],
      rows: [["A name of words", "1.0%", "some words that are wrapped"], ["Time to first token", "2.0%", "b"]])
    let narrow = TerminalRenderer(width: 40).render(table).split(separator: "\n").map(String.init)
    #expect(
      narrow == [
        "                 median  note", "                  error", "A name of words    1.0%  some words that",
        "                         are wrapped", "TTFT               2.0%  b",
      ])
  }

  @Test("colour appears only where it is asked for and changes no column")
  func colour() {
    let toned = Table("", columns: ["A", "B"], rows: [[Table.Cell("x", tone: .bad), "y"]])
    #expect(!TerminalRenderer(usesColour: false).render(toned).contains("\u{1B}"))
    #expect(TerminalRenderer(usesColour: true).render(toned).contains("\u{1B}[31mx\u{1B}[0m  y"))
  }

  @Test("a document reads from its answer to its sources, within the terminal's width")
  func document() {
    let text = TerminalRenderer(width: 80).render(Samples.document)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(lines[0] == Samples.hostile)
    #expect(text.contains("TTFT, p99  750 ms  of 1 s"))
    #expect(text.contains("queue        30  ████████████████████████"))
    #expect(text.hasSuffix("seed 1\n"))
  }
}
