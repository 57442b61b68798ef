import Formats
import Foundation
import Testing

/// Files and results against the schemas that the program prints, by Python's jsonschema where it is installed.
@Suite struct SchemaTests {
  /// Reads JSON lines of {schema, name, value}; prints a line for each fault.
  private static let checker = """
    import json, sys
    from jsonschema import Draft202012Validator
    known = {}
    for line in open(sys.argv[1]):
        case = json.loads(line)
        key = case["subject"]
        if key not in known:
            schema = json.load(open(f"{sys.argv[2]}/{key}.json"))
            Draft202012Validator.check_schema(schema)
            known[key] = Draft202012Validator(schema)
        for error in known[key].iter_errors(case["value"]):
            print(f"{case['name']}: {error.json_path}: {error.message[:200]}")
    """

  struct Case: Encodable {
    var subject: String
    var name: String
    var value: Node
  }

  /// The faults that an independent validator finds; nil where there is none on this machine.
  private func faults(_ cases: [Case]) throws -> String? {
    let scratch = try Scratch()
    for subject in Set(cases.map(\.subject)) {
      _ = try scratch.write(BuiltProgram.run(["schema", subject]).output, to: "\(subject).json")
    }
    let lines = try cases.map { try JSONText.encode($0, pretty: false) }.joined(separator: "\n")
    let file = try scratch.write(lines, to: "cases.jsonl")
    let script = try scratch.write(Self.checker, to: "check.py")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", script, file, scratch.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return process.terminationStatus == 0 ? output : nil
  }

  private static let hasValidator: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", "import jsonschema"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  private func files(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(BuiltProgram.root)/\(folder)").sorted()
      .filter { $0.hasSuffix(".yaml") }.map { "\(BuiltProgram.root)/\(folder)/\($0)" }
  }

  private let catalog = "Sources/Formats/Resources/catalog"

  @Test("every example and every file of the catalog fits its schema", .enabled(if: hasValidator))
  func everyFile() throws {
    var cases: [Case] = []
    let folders = [
      ("scenario", "Examples"), ("supply-scenario", "Examples/supply"), ("chip", "\(catalog)/chips"),
      ("system", "\(catalog)/systems"), ("engine", "\(catalog)/engines"), ("calibration", "\(catalog)/calibrations"),
    ]
    for (subject, folder) in folders {
      for path in try files(folder) {
        let value = try Node.read(path: path)
        // Fleets are `train`'s.
        let own = value.field("fleets") == nil ? subject : "fleets"
        cases.append(Case(subject: own, name: path, value: value))
      }
    }
    // As entries, with what they are based on.
    let entries = Catalog(builtIn: "\(BuiltProgram.root)/\(catalog)")
    for name in entries.names("engines") {
      cases.append(Case(subject: "engine", name: name, value: try entries.node("engines", name)))
    }
    let base = "\(BuiltProgram.root)/\(catalog)/supply/base.yaml"
    cases.append(Case(subject: "supply-scenario", name: base, value: try Node.read(path: base)))
    let models = "\(BuiltProgram.root)/\(catalog)/models"
    for model in try FileManager.default.contentsOfDirectory(atPath: models).sorted() {
      let path = "\(models)/\(model)/config.json"
      guard FileManager.default.fileExists(atPath: path) else { continue }
      cases.append(Case(subject: "model", name: path, value: try Node.read(path: path)))
    }
    #expect(cases.count > 60)
    #expect(try faults(cases) == "")
  }

  @Test("a file with a wrong field, a wrong word or a number without its unit does not", .enabled(if: hasValidator))
  func wrongFiles() throws {
    let path = "\(BuiltProgram.root)/Examples/\(ExampleTests.examples[0]).yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let changes = [
      ("system:", "sistem:"), ("weights: int8", "weights: int9"), ("scope: pool", "scope: 3"),
      ("timePerOutputToken: 50 ms", "timePerOutputToken: 50"),
    ]
    for (old, new) in changes where text.contains(old) {
      let wrong = try Node.parse(text.replacingOccurrences(of: old, with: new), file: "wrong")
      let found = try faults([Case(subject: "scenario", name: "wrong", value: wrong)])
      #expect(found?.isEmpty == false, "\(new) passes")
    }
    #expect(changes.filter { text.contains($0.0) }.count > 1)
  }

  @Test("results fit their schemas, which require what is always there", .enabled(if: hasValidator))
  func results() throws {
    let example = "Examples/\(ExampleTests.examples[0]).yaml"
    let verbs = [
      ("simulate", ["simulate", example, "--num-prompts", "300"]),
      ("validate", ["validate", "--draws", "40", "--every", "400"]),
      ("ablation", ["validate", "--without", "frontEnd", "--every", "400"]),
      ("supply", ["supply", "Examples/supply/base.yaml", "--draws", "64"]),
    ]
    let small = ["--model", "Llama-3.1-8B", "--system", "HGX H100", "--chips", "8", "--isl", "512", "--osl", "32"]
    let scratch = try Scratch()
    let rates = try scratch.write("2\n4\n", to: "rates.csv")
    let planning = [
      (
        "plan",
        ["plan"] + small + [
          "--engine", "vLLM", "--division", "together", "--simulate", "1", "--sensitivity", "--region", "China",
          "--day",
          rates, "--goodput", "tpot:20", "--exchange-rate", "7.15 of 2025",
        ]
      ), ("plan", ["plan"] + small + ["--simulate", "0", "--goodput", "tpot:1"]),
      (
        "compare",
        ["compare", "--system", "HGX H20", "--simulate", "0"] + small.filter { $0 != "--chips" && $0 != "8" }
          + ["--chips", "8,8"]
      ),
    ]
    var cases: [Case] = []
    for (subject, arguments) in verbs + planning {
      let result = try Node.parse(BuiltProgram.run(arguments + ["--format", "json"]).output, file: "result")
      cases.append(Case(subject: subject, name: subject, value: result))
      let schema = try Node.parse(BuiltProgram.run(["schema", subject]).output, file: "schema")
      #expect(unknown(in: result, under: schema, root: schema, at: subject) == [])
    }
    for name in ExampleTests.examples {
      let arguments = ["simulate", "Examples/\(name).yaml", "--explain", "--format", "json"]
      let result = try Node.parse(BuiltProgram.run(arguments).output, file: "explanation")
      cases.append(Case(subject: "explain", name: name, value: result))
    }
    #expect(try faults(cases) == "")
  }

  /// Fields of a result that its schema does not have; schemas of results leave room for more.
  private func unknown(in node: Node, under schema: Node, root: Node, at path: String) -> [String] {
    if let name = schema.field("$ref")?.text?.split(separator: "/").last {
      guard let target = root.field("$defs")?.field(String(name)) else { return ["\(path): the schema has no \(name)"] }
      return unknown(in: node, under: target, root: root, at: path)
    }
    if let element = schema.field("items") {
      return node.elements.enumerated().flatMap { unknown(in: $1, under: element, root: root, at: "\(path)[\($0)]") }
    }
    guard let properties = schema.field("properties") else { return [] }
    return node.fields.flatMap { key, value -> [String] in
      properties.field(key).map { unknown(in: value, under: $0, root: root, at: "\(path).\(key)") }
        ?? ["\(path).\(key) is unknown"]
    }
  }
}
