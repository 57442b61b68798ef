/// One fault in what the user gave us: where it is, what is wrong, and the way out.
///
/// Printed as one sentence:
/// `deployment.yaml:7: decode.tensorParallel: 48 does not divide 128 attention heads; use 32 or 64`.
public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
  /// A file with its line, a field's path, or both; empty where the whole command is meant.
  public var place: String
  public var fault: String
  public var wayOut: String

  public init(_ place: String, _ fault: String, wayOut: String = "") {
    self.place = place
    self.fault = fault
    self.wayOut = wayOut
  }

  /// On one line; what a file quotes at length is cut.
  public var description: String {
    let fault = Self.line(fault, most: 1000), wayOut = Self.line(wayOut, most: 3000),
      place = Self.line(place, most: 500)
    let sentence = wayOut.isEmpty ? fault : "\(fault); \(wayOut)"
    return place.isEmpty ? sentence : "\(place): \(sentence)"
  }

  /// Without its middle where it is longer.
  private static func line(_ text: String, most: Int) -> String {
    guard text.utf8.count > most || text.contains(where: \.isNewline) else { return text }
    let line = String(text.map { $0.isNewline ? " " : $0 })
    return line.count > most ? "\(line.prefix(most * 3 / 4)) … \(line.suffix(most / 4 - 3))" : line
  }
}

/// Gives a problem without a place the field that led to it.
public func placed<T>(_ field: String, _ body: () throws -> T) throws -> T {
  do { return try body() } catch let problem as Problem where problem.place.isEmpty {
    throw Problem(field, problem.fault, wayOut: problem.wayOut)
  }
}

/// All the faults found, in the order of the file.
public struct Problems: Error, Hashable, Sendable, CustomStringConvertible {
  public var list: [Problem]
  public init(_ list: [Problem]) { self.list = list }
  public var description: String { list.map(\.description).joined(separator: "\n") }

  /// The nearest of `candidates` to a mistyped `word`, if one is near enough to be meant: one that has the word in it
  /// (`fp4` in `mxfp4`), or one with few other letters, with or without its first word (`H1000` is `NVIDIA H100`).
  public static func nearest(to word: String, among candidates: [String]) -> String? {
    // The work grows with the product of the lengths; no name is that long.
    guard word.utf8.count <= 100 else { return nil }
    let candidates = candidates.filter { $0.utf8.count <= 100 }
    let wanted = word.lowercased()
    let longer = candidates.filter { wanted.count >= 3 && $0.count <= wanted.count * 2 + 2 && $0 != word }
      .filter { $0.lowercased().contains(wanted) }
    if let shortest = longer.min(by: { ($0.count, $0) < ($1.count, $1) }) { return shortest }
    let scored = candidates.map { candidate in
      let whole = candidate.lowercased()
      let ending = whole.firstIndex(of: " ").map { String(whole[whole.index(after: $0)...]) }
      return (candidate, ([whole, ending].compactMap { $0 }.map { editDistance(wanted, $0) }).min() ?? .max)
    }
    guard let best = scored.min(by: { ($0.1, $0.0) < ($1.1, $1.0) }) else { return nil }
    return best.1 <= max(1, word.count / 3) && best.1 < word.count ? best.0 : nil
  }

  /// Letters to insert, remove, replace or swap with their neighbour.
  private static func editDistance(_ left: String, _ right: String) -> Int {
    let left = Array(left), right = Array(right)
    var rows = [Array(0...right.count)]
    for i in left.indices {
      var row = [i + 1]
      for j in right.indices {
        var least = min(rows[i][j + 1], row[j]) + 1
        least = min(least, rows[i][j] + (left[i] == right[j] ? 0 : 1))
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] { least = min(least, rows[i - 1][j - 1] + 1) }
        row.append(least)
      }
      rows.append(row)
    }
    return rows[left.count][right.count]
  }
}
