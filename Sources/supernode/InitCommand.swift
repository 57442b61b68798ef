import ArgumentParser
import Formats
import Units

/// Writes what `simulate` would take, as a file to go on from.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Writes a scenario for a model and a system, with the defaults of simulate, to go on from.",
    discussion: """
      Examples:
        supernode init --model Llama-3.1-70B --system 'HGX H100' --request-rate 5
        supernode init --model ./config.json --system 'HGX H200' --engine sglang --output mine.yaml
        supernode init deepseek-r1-h20 --output mine.yaml
      """)

  @OptionGroup var scenario: ScenarioOptions
  @Option(
    name: [.customShort("o"), .long], help: "The file to write, which must not be there yet; - for standard output.")
  var output = "scenario.yaml"
  @Flag(help: "No remarks.") var quiet = false

  func run() throws {
    if output != "-", fileKind(at: output) != .missing {
      throw Problem(output, "is there already", wayOut: "give another name with --output, or remove it")
    }
    let catalog = try Catalog(checking: scenario.catalog)
    let node = try scenario.read(in: catalog) { if !quiet { Terminal.writeError("supernode: \($0)") } }
    let text = ScenarioText(node, isBeside: output == "-" || !output.contains("/")).text
    guard output != "-" else { return Terminal.write(text) }
    try OutputFile.write(text, to: output)
    if !quiet { Terminal.writeError("supernode: \(output) is written; try: supernode simulate \(output)") }
  }
}

/// A scenario as a file, with a word on each part.
struct ScenarioText {
  private let node: Node

  /// - Parameter isBeside: whether the file will lie in the working directory, from which its paths count.
  init(_ node: Node, isBeside: Bool) {
    self.node = isBeside ? node : (try? ScenarioPaths.absolute(node)) ?? node
  }

  /// Without fields that are null, which are as good as absent.
  private static func pruned(_ node: Node) -> Node {
    switch node.content {
    case .scalar: node
    case .sequence(let elements): Node(.sequence(elements.map(pruned)), at: node.place)
    case .mapping(let fields):
      Node(.mapping(fields.filter { !$0.value.isNull }.map { ($0.key, pruned($0.value)) }), at: node.place)
    }
  }

  private static let remarks = [
    "model": "A name of `supernode catalog list models`, or the path of a config.json.",
    "system": "`supernode catalog list systems`", "engine": "`supernode catalog list engines`",
    "precision": "Left out: as the model's files and the engine have it.",
    "pools": "What serves: chips of an instance; tensorParallel, dataParallel, expertParallel … divide them.",
    "prefill": "Instances that compute prompts.", "decode": "Instances that decode.",
    "objectives": "What a request must keep to count as good.",
    "workload": "Requests to generate, all at once without a requestRate; or trace: FILE.",
    "speculation": "Drafts: how many, and the chance that one is accepted.",
    "load": "Scales the rate to this share of what the deployment can do.", "seed": "Of every random stream.",
    "maxModelLength": "Prompt and answer of a request at most.",
  ]

  var text: String {
    var text = "# Every field: Documentation/Guides/Scenario.md, or `supernode schema scenario`.\n"
    for (key, value) in Self.pruned(node).fields {
      text += "\n"
      if let remark = Self.remarks[key] { text += "# \(remark)\n" }
      text += Node(.mapping([(key, value)]), at: node.place).yamlText
    }
    if node.field("objectives") == nil {
      text += "\n# objectives: { timeToFirstToken: 2 s, timePerOutputToken: 50 ms }\n"
    }
    return text
  }
}
