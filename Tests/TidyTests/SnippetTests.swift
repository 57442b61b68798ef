import Testing

/// Each rule is shown a file that breaks it, so that a rule that no longer finds anything fails.
@Suite struct SnippetTests {
  private func file(_ text: String, at path: String = "Sources/Serving/Snippet.swift") -> [Repository.File] {
    [
      Repository.File(
        path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false), text: text)
    ]
  }

  @Test("good lines pass; a long line, a blank at the end, a tab and a missing line end do not") func lines() {
    #expect(TidyTests.lines(in: file("let a = 1\n")).isEmpty)
    for bad in [String(repeating: "a", count: 121) + "\n", "let a = 1 \n", "\tlet a = 1\n", "let a = 1", "a\n\n"] {
      #expect(TidyTests.lines(in: file(bad)).count == 1)
    }
  }

  @Test("a file of 401 lines and a function of 61 are too long") func lengths() {
    #expect(TidyTests.fileLengths(in: file(String(repeating: "// a\n", count: 400))).isEmpty)
    #expect(TidyTests.fileLengths(in: file(String(repeating: "// a\n", count: 401))).count == 1)
    func function(_ lines: Int) -> String {
      "func f() {\n" + String(repeating: "  work()\n", count: lines - 2) + "}\n"
    }
    #expect(TidyTests.functionLengths(in: file(function(60))).isEmpty)
    #expect(TidyTests.functionLengths(in: file(function(61))).count == 1)
  }

  @Test("words for work undone, paths of a machine and a test without a sentence are found") func words() {
    #expect(TidyTests.words(in: file("let a = 1\n")).isEmpty)
    #expect(TidyTests.words(in: file("// TO" + "DO: more\n")).count == 1)
    #expect(TidyTests.words(in: file("let a = try" + "! read()\n")).count == 1)
    #expect(TidyTests.paths(in: file("read(\"/ho" + "me/me/file\")\n")).count == 1)
    #expect(TidyTests.testNames(in: file("@Test func a() {\n", at: "Tests/ATests/A.swift")).count == 1)
    #expect(TidyTests.testNames(in: file("@Test(\"a is b\") func a() {\n", at: "Tests/ATests/A.swift")).isEmpty)
  }

  @Test("an import of a higher floor or a neighbour, and a package in the wrong room are found") func imports() {
    #expect(FloorTests.imports(in: file("import Costs\nimport Units\n")).isEmpty)
    for bad in ["import Pages\n", "public import Planning\n", "import Yams\n", "import Foundation\n"] {
      #expect(FloorTests.imports(in: file(bad)).count == 1)
    }
    #expect(FloorTests.imports(in: file("import Hardware\n", at: "Sources/Models/A.swift")).count == 1)
    #expect(FloorTests.imports(in: file("import Units\n", at: "Sources/Attic/A.swift")) == ["Attic has no floor"])
  }

  @Test("a type named as a module or as nothing, and printing below the command line are found") func names() {
    #expect(FloorTests.names(in: file("struct Pool {}\n")).isEmpty)
    #expect(FloorTests.names(in: file("struct Serving {}\n")).count == 1)
    #expect(FloorTests.names(in: file("enum RankUtilities {}\n")).count == 1)
    #expect(FloorTests.names(in: file("struct A {}\n", at: "Sources/Serving/Helpers.swift")).count == 1)
    #expect(FloorTests.printing(in: file("  print(a)\n")).count == 1)
    #expect(FloorTests.printing(in: file("  print(a)\n", at: "Sources/supernode/A.swift")).isEmpty)
  }

  @Test("a clock, a system generator and the order of a dictionary are found") func determinism() {
    #expect(FloorTests.determinism(in: file("let a = seed.stream()\n")).isEmpty)
    for bad in ["let a = Date()\n", "let a = list.shuffled()\n", "let a = list.randomElement()\n"] {
      #expect(FloorTests.determinism(in: file(bad)).count == 1)
    }
    let table = "let costs: [String: Int] = [:]\n"
    #expect(FloorTests.determinism(in: file(table + "for (name, cost) in costs {\n")).count == 1)
    #expect(FloorTests.determinism(in: file(table + "let all = costs.values.map { $0 }\n")).count == 1)
    #expect(FloorTests.determinism(in: file(table + "let all = costs.values.sorted()\n")).isEmpty)
  }
}
