/// A pattern of modules that stay as they are: a name, `*` for anything, or `re:` and a regular expression.
struct ModulePattern {
  let text: String

  init(_ text: String) { self.text = text }

  /// Whether the pattern means one of these modules, whatever the model's outer parts are called.
  func matches(anyOf modules: [String]) -> Bool {
    modules.contains { module in Self.prefixes.contains { matches($0 + module) } }
  }

  private static let prefixes = ["model.", "model.language_model.", "language_model.model.", "backbone.", ""]

  /// The module itself, or one that it lies in.
  func matches(_ module: String) -> Bool {
    if text.hasPrefix("re:") {
      guard let expression = try? Regex(String(text.dropFirst(3))) else { return false }
      return (try? expression.prefixMatch(in: module)) != nil
    }
    if text.contains("*") { return matches(module[...], text[...]) }
    return module == text || module.hasPrefix(text + ".") || module.hasSuffix("." + text)
      || module.contains("." + text + ".")
  }

  /// Each `*` stands for any characters; the rest of the module's path may follow.
  private func matches(_ module: Substring, _ pattern: Substring) -> Bool {
    guard let first = pattern.first else { return module.isEmpty || module.first == "." }
    if first == "*" {
      var rest = module
      while true {
        if matches(rest, pattern.dropFirst()) { return true }
        guard !rest.isEmpty else { return false }
        rest = rest.dropFirst()
      }
    }
    return module.first == first && matches(module.dropFirst(), pattern.dropFirst())
  }
}
