import ArgumentParser
import Units

/// A command that cannot be meant, with what could be.
struct Misuse: Error {
  var message: String
  /// How the verb is called; empty where the message says it.
  var usage = ""

  var text: String {
    "Error: \(message)" + (usage.isEmpty ? "" : "\nUsage: \(usage)\n  See the verb with --help for more information.")
  }
}

/// The words of the command, as people type and paste them, before they are parsed.
struct CommandLineText {
  private(set) var arguments: [String]

  init(_ given: some Collection<String>) throws {
    arguments = Array(given)
    guard let first = arguments.first else { return }
    if first == "-V" || first == "version" {
      arguments = ["--version"]
    } else if first == "simulate" || first == "init" {
      arguments = [first] + PastedOptions(Self.withoutPrograms(arguments.dropFirst())).arguments
    } else {
      try Self.checkVerbs(arguments)
      arguments = arguments.map(Self.dashed)
    }
  }

  /// Options may stand before the pasted command, and settings of the environment too.
  private static func withoutPrograms(_ words: ArraySlice<String>) -> ArraySlice<String> {
    let programs: Set = ["vllm", "trtllm-serve", "python", "python3"]
    for start in words.indices where programs.contains(words[start]) {
      let rest = withoutProgram(words[start...])
      guard rest != words[start...] else { continue }
      let before = words[..<start].filter { word in
        word.hasPrefix("-") || !word.contains("=") || word.first?.isUppercase != true
      }
      // An engine that was asked for before the command wins.
      let isNamed = before.contains { $0 == "--engine" || $0.hasPrefix("--engine=") }
      return (before + (isNamed && rest.first == "--backend" ? rest.dropFirst(2) : rest))[...]
    }
    return words
  }

  /// A command of an engine's own, pasted whole after `simulate`, as its options; a server's model has no option.
  private static func withoutProgram(_ words: ArraySlice<String>) -> ArraySlice<String> {
    func begins(_ beginning: [String]) -> Bool { words.starts(with: beginning) }
    func model(after count: Int, engine: String) -> ArraySlice<String> {
      let rest = words.dropFirst(count)
      let named = rest.first.map { !$0.hasPrefix("-") } ?? false
      let options = named ? ["--model"] + rest : Array(rest)
      if options.contains("--engine") { return options[...] }
      // On Ascend vLLM is its plugin, which --engine vllm would leave.
      return ([engine == "vllm" ? "--backend" : "--engine", engine] + options)[...]
    }
    if begins(["vllm", "bench", "serve"]) { return words.dropFirst(3) }
    if begins(["vllm", "serve"]) { return model(after: 2, engine: "vllm") }
    if begins(["trtllm-serve", "serve"]) { return model(after: 2, engine: "trtllm") }
    if begins(["trtllm-serve"]) { return model(after: 1, engine: "trtllm") }
    guard let python = words.first, ["python", "python3"].contains(python), words.dropFirst().first == "-m",
      let module = words.dropFirst(2).first
    else { return words }
    switch module {
    case "sglang.bench_serving": return words.dropFirst(3)
    case "sglang.launch_server": return model(after: 3, engine: "sglang")
    case "vllm.entrypoints.openai.api_server": return model(after: 3, engine: "vllm")
    default: return words
    }
  }

  /// `--a_b=c` as `--a-b=c`, as vLLM takes both.
  private static func dashed(_ argument: String) -> String {
    guard argument.hasPrefix("--") else { return argument }
    let end = argument.firstIndex(of: "=") ?? argument.endIndex
    return String(argument[..<end].map { $0 == "_" ? "-" : $0 }) + argument[end...]
  }

  // MARK: Verbs

  private static let verbs = ["simulate", "init", "validate", "supply", "catalog", "trace", "schema", "help", "manual"]
  private static let inner = [
    "catalog": names(of: CatalogCommand.configuration), "trace": names(of: TraceCommand.configuration),
  ]

  private static func names(of command: CommandConfiguration) -> [String] {
    command.subcommands.map { $0.configuration.commandName ?? "\($0)".lowercased() }
  }

  private static func checkVerbs(_ arguments: [String]) throws {
    let first = arguments[0]
    guard !first.hasPrefix("-") else { return }
    guard verbs.contains(first) else {
      if ["vllm", "bench", "serve", "sglang", "python3", "python", "trtllm-serve"].contains(first) {
        throw Misuse(
          message: "there is no verb '\(first)'; paste the whole command behind 'supernode simulate --system SYSTEM'")
      }
      throw Misuse(message: unknown("verb", first, among: verbs.filter { $0 != "manual" }))
    }
    guard let inner = inner[first], arguments.count > 1, !arguments[1].hasPrefix("-"), arguments[1] != "help" else {
      return
    }
    guard inner.contains(arguments[1]) else {
      throw Misuse(message: unknown("verb", "\(first) \(arguments[1])", among: inner.map { "\(first) \($0)" }))
    }
  }

  private static func unknown(_ what: String, _ word: String, among known: [String]) -> String {
    let near =
      Problems.nearest(to: word, among: known).map { "; did you mean '\($0)'? The verbs are " } ?? "; the verbs are "
    let list = known.joined(separator: ", ")
    return "there is no \(what) '\(word)'\(near)\(list)"
  }
}
