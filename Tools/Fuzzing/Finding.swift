import Foundation
import Units

/// What an input brought to light.
struct Finding: Error, Codable, CustomStringConvertible {
  /// trap, hang, memory, law, control, json, place, sentence, file or code.
  var kind: String
  var what: String
  var subject = ""
  var seed: UInt64 = 0
  var number = 0

  init(_ kind: String, _ what: String) {
    self.kind = kind
    self.what = what
  }

  var description: String { "\(kind) in \(subject) \(seed):\(number): \(what)" }
}

extension Finding {
  /// An error must be sentences, each with its place and without anything that steers a terminal.
  static func fault(of error: any Error) -> Finding? {
    let problems: [Problem]
    switch error {
    case let finding as Finding: return finding
    case let several as Problems: problems = several.list
    case let one as Problem: problems = [one]
    default: return Finding("sentence", "an error that is no sentence: \(type(of: error)) \(error)")
    }
    guard !problems.isEmpty else { return Finding("sentence", "an error without a word") }
    for problem in problems {
      if problem.place.isEmpty { return Finding("place", "an error without a place: \(problem)") }
      if problem.fault.isEmpty { return Finding("sentence", "an error without a fault: \(problem)") }
      let text = problem.description
      if text.contains("\n") { return Finding("sentence", "an error of several lines: \(text.prefix(300))") }
      if text.utf8.count > 6000 {
        return Finding("sentence", "an error of \(text.utf8.count) bytes: \(text.prefix(300))")
      }
    }
    return nil
  }
}
