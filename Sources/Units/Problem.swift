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

  public var description: String {
    let sentence = wayOut.isEmpty ? fault : "\(fault); \(wayOut)"
    return place.isEmpty ? sentence : "\(place): \(sentence)"
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

  /// The nearest of `candidates` to a mistyped `word`, if one is near enough to be meant.
  public static func nearest(to word: String, among candidates: [String]) -> String? {
    let scored = candidates.map { ($0, editDistance(word.lowercased(), $0.lowercased())) }
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
