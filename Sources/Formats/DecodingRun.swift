import Units

/// One pass of a `Decodable` type over a `Node`: strict, or collecting every fault by going on with stand-ins.
final class DecodingRun {
  let userInfo: [CodingUserInfoKey: any Sendable]
  let collecting: Bool
  private(set) var problems: [(line: Int, problem: Problem)] = []
  private var seen: Set<Problem> = []
  /// Numbers that stand without a source where they may.
  var withoutSource: [Place] = []
  /// How many values were replaced by stand-ins so far.
  var standIns = 0

  init(userInfo: [CodingUserInfoKey: any Sendable], collecting: Bool) {
    self.userInfo = userInfo
    self.collecting = collecting
  }

  var allowsUnknownKeys: Bool { userInfo[.allowUnknownKeys] as? Bool ?? false }

  /// Thrown where the fault is in `problems` already.
  struct Recorded: Error {}

  func value<T: Decodable>(_ type: T.Type, of node: Node, at path: [any CodingKey]) throws -> T {
    let decoder = NodeDecoder(node: node, codingPath: path, run: self, ledger: KeyLedger())
    let standInsBefore = standIns
    do {
      let value = try T(from: decoder)
      decoder.reportKeys()
      return value
    } catch {
      if collecting { decoder.reportKeys() }
      // A check that fails after a stand-in took part says nothing about the user's file.
      if standIns > standInsBefore { throw Recorded() }
      throw explained(error, of: type, at: node, depth: path.count)
    }
  }

  /// In a strict pass throws what failed; in a collecting one records it and goes on with a stand-in if there is one.
  func recovering<T: Decodable>(_ type: T.Type, _ body: () throws -> T) throws -> T {
    do { return try body() } catch {
      guard collecting else { throw error }
      record(error)
      standIns += 1
      guard let standIn = standIn(for: type) else { throw Recorded() }
      return standIn
    }
  }

  func record(_ error: any Error) {
    switch error {
    case is Recorded: break
    case let located as Located: located.list.forEach { add($0, line: located.line) }
    case let problem as Problem: add(problem, line: 0)
    case let several as Problems: several.list.forEach { add($0, line: 0) }
    default: add(Problem("", "\(error)"), line: 0)
    }
  }

  func add(_ problem: Problem, line: Int) {
    if seen.insert(problem).inserted { problems.append((line, problem)) }
  }

  /// In the order of lines; those of one line in the order found.
  func sortedProblems() -> [Problem] {
    problems.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(\.element.problem)
  }
}

/// Problems with the line they sort by.
struct Located: Error {
  var line: Int
  var list: [Problem]
  init(_ problem: Problem, line: Int) {
    list = [problem]
    self.line = line
  }
  init(_ list: [Problem], line: Int) {
    self.list = list
    self.line = line
  }
}

extension Node {
  func located(_ fault: String, wayOut: String = "") -> Located {
    Located(problem(fault, wayOut: wayOut), line: place.line)
  }
}

extension DecodingRun {
  /// Any error of a type's `init(from:)` as problems that name this value's place.
  func explained(_ error: any Error, of type: Any.Type, at node: Node, depth: Int) -> any Error {
    switch error {
    case is Recorded, is Located: return error
    case let problem as Problem: return Located(placed(problem, at: node), line: node.place.line)
    case let several as Problems: return Located(several.list.map { placed($0, at: node) }, line: node.place.line)
    case let unit as UnitProblem: return node.located(unit.fault, wayOut: unit.wayOut)
    case let error as DecodingError: return explained(error, of: type, at: node, depth: depth)
    default: return node.located("\(error)")
    }
  }

  private func placed(_ problem: Problem, at node: Node) -> Problem {
    problem.place.isEmpty ? node.problem(problem.fault, wayOut: problem.wayOut) : problem
  }

  private func explained(_ error: DecodingError, of type: Any.Type, at node: Node, depth: Int) -> any Error {
    let context: DecodingError.Context
    switch error {
    case .dataCorrupted(let given), .keyNotFound(_, let given), .typeMismatch(_, let given),
      .valueNotFound(_, let given):
      context = given
    @unknown default: return node.located("\(error)")
    }
    var target = node
    for key in context.codingPath.dropFirst(depth) {
      guard let child = target.child(key.intValue.map { .element($0) } ?? .field(key.stringValue)) else { break }
      target = child
    }
    if let unit = context.underlyingError as? UnitProblem { return target.located(unit.fault, wayOut: unit.wayOut) }
    if let text = target.text, let choices = choices(of: type), !choices.contains(text) {
      return target.located(
        "'\(text)' is not one of \(choices.joined(separator: ", "))", wayOut: suggestion(text, choices))
    }
    return target.located(context.debugDescription)
  }
}

/// The way out for a word that is none of `choices`.
func suggestion(_ word: String, _ choices: [String]) -> String {
  if let near = Problems.nearest(to: word, among: choices) { return "did you mean '\(near)'?" }
  return choices.isEmpty ? "" : "use one of them"
}

/// The raw values of an enum of text cases.
func choices(of type: Any.Type) -> [String]? {
  func list<C: CaseIterable>(_ type: C.Type) -> [String] {
    C.allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
  }
  guard let type = type as? any CaseIterable.Type else { return nil }
  let names = list(type)
  return names.isEmpty ? nil : names
}
