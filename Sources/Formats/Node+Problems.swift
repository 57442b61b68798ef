import Units

extension Node {
  /// Runs `body`, and puts the file and line before those of its problems whose place is a field of this document.
  public func locating<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch let problem as Problem {
      throw located(problem)
    } catch let problems as Problems {
      throw Problems(problems.list.map(located))
    }
  }

  /// For an absent field the mapping that should hold it is taken, and of several fields the first.
  private func located(_ problem: Problem) -> Problem {
    var path = problem.place.prefix { $0 != "," }
    while !path.isEmpty {
      if let node = self[String(path)] {
        let place = Place(file: node.place.file, line: node.place.line, path: problem.place)
        return Problem(place.description, problem.fault, wayOut: problem.wayOut)
      }
      guard let dot = path.lastIndex(of: ".") else { break }
      path = path[..<dot]
    }
    return problem
  }
}
