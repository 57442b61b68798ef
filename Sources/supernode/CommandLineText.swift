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
      let words = PastedProgram.options(of: arguments.dropFirst())
      arguments = try [first] + PastedOptions(Self.joined(words)).arguments
    } else {
      try Self.checkVerbs(arguments)
      arguments = Self.joined(arguments[...]).map(Self.dashed)
    }
  }

  /// `--rate -5` as `--rate=-5`: a negative number is a value, which the option itself refuses, and no option.
  private static func joined(_ words: ArraySlice<String>) -> ArraySlice<String> {
    func isNumber(_ word: String) -> Bool {
      word.split(separator: ",").first.map { word.hasPrefix("-") && Double($0) != nil } ?? false
    }
    return words.reduce(into: []) { list, word in
      if isNumber(word), let last = list.last, last.hasPrefix("-"), last.count > 1, last != "--", !isNumber(last),
        !last.contains("=")
      {
        list[list.endIndex - 1] += "=\(word)"
      } else {
        list.append(word)
      }
    }
  }

  /// `--a_b=c` as `--a-b=c`, as vLLM takes both.
  private static func dashed(_ argument: String) -> String {
    guard argument.hasPrefix("--") else { return argument }
    let end = argument.firstIndex(of: "=") ?? argument.endIndex
    return String(argument[..<end].map { $0 == "_" ? "-" : $0 }) + argument[end...]
  }

  // MARK: Verbs

  private static let verbs = [
    "simulate", "plan", "train", "compare", "init", "validate", "calibrate", "supply", "catalog", "trace", "schema",
    "help", "manual",
  ]
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
      if ["vllm", "bench", "serve", "sglang", "python3", "python", "trtllm-serve", "docker", "mpirun"].contains(first) {
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
