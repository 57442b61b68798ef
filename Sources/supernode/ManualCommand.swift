import ArgumentParser
import Formats

/// The manual page, made of the help texts; `./install` puts it beside the program.
struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual", abstract: "Prints the manual page, for man.", shouldDisplay: false)

  func run() throws {
    let info = try Node.parse(Supernode._dumpHelp(), file: "help")
    guard let command = info.field("command") else { return }
    Terminal.write(ManualPage(command, version: Supernode.version).text)
  }
}

/// roff of what ArgumentParser tells of a command and its verbs.
struct ManualPage {
  private(set) var text = ""

  init(_ command: Node, version: String) {
    line(".TH SUPERNODE 1 \"\" \"supernode \(version)\" \"User commands\"")
    section("NAME", "supernode \\- \(Self.escaped(command.words("abstract")))")
    section("SYNOPSIS", ".B supernode\n.I verb\n[options]")
    section("DESCRIPTION", Self.block(command.words("discussion")))
    for verb in command.list("subcommands") where verb.words("shouldDisplay") != "false" { add(verb, after: "") }
    section(
      "EXIT STATUS",
      Self.block("0 success; 1 a fault in the input, or a broken budget; 2 a fault in the command; 130 interrupted."))
    section(
      "ENVIRONMENT",
      Self.block("NO_COLOR: no colour on a terminal.\nCOLUMNS: the width of tables, where it is not the terminal's."))
    section(
      "FILES",
      Self.block(
        "PREFIX/share/supernode: the catalog, the examples and the schemas.\n"
          + "The guides are in Documentation/Guides of the repository."))
  }

  private mutating func add(_ command: Node, after path: String) {
    let name = path + command.words("commandName")
    guard command.words("commandName") != "help" else { return }
    line(".SH \(Self.escaped(name.uppercased()))")
    line(Self.block(command.words("abstract")))
    let arguments = command.list("arguments").filter { $0.words("shouldDisplay") != "false" }
    line(".PP\n.B supernode \(Self.escaped(name))\n[options]")
    for argument in arguments {
      let names = Self.names(of: argument)
      guard names != "--help", names != "--version" else { continue }
      line(".TP\n.B \(Self.escaped(names))")
      let initial = argument.words("defaultValue")
      line(Self.block(argument.words("abstract") + (initial.isEmpty ? "" : " (default: \(initial))")))
    }
    let discussion = command.words("discussion")
    if !discussion.isEmpty { line(".PP\n.nf\n\(Self.block(discussion))\n.fi") }
    for inner in command.list("subcommands") { add(inner, after: name + " ") }
  }

  private static func names(of argument: Node) -> String {
    let value = argument.words("valueName")
    guard argument.words("kind") != "positional" else { return "<\(value)>" }
    let names = argument.list("names").map { name in
      (name.words("kind") == "long" ? "--" : "-") + name.words("name")
    }
    return names.joined(separator: ", ") + (argument.words("kind") == "option" ? " <\(value)>" : "")
  }

  private mutating func section(_ title: String, _ body: String) {
    line(".SH \(title)")
    line(body)
  }

  private mutating func line(_ text: String) { self.text += text + "\n" }

  /// Text in which no line is a request.
  private static func block(_ text: String) -> String {
    let lines = escaped(text).split(separator: "\n", omittingEmptySubsequences: false)
    return lines.map { $0.hasPrefix(".") || $0.hasPrefix("'") ? "\\&\($0)" : String($0) }.joined(separator: "\n")
  }

  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "\\": escaped += "\\e"
      case "-": escaped += "\\-"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}

extension Node {
  fileprivate func words(_ name: String) -> String { field(name)?.text ?? "" }
  fileprivate func list(_ name: String) -> [Node] { field(name)?.elements ?? [] }
}
