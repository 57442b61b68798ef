import Formats
import Units

/// What a file describes and later checks may find at fault.
protocol HasPlace {
  var place: Place { get set }
}

extension Place {
  /// Of what no file describes.
  static let nowhere = Place(file: "", line: 0)
}

/// Decodes a value and tells it where it stands.
struct Placed<Value: Decodable & HasPlace>: Decodable {
  var value: Value

  init(from decoder: any Decoder) throws {
    guard let node = try? Node(from: decoder), !node.fields.isEmpty else {
      value = try Value(from: decoder)
      return
    }
    value = try node.decode()
    value.place = node.place
  }
}

extension Problem {
  init(_ place: Place, _ fault: String, wayOut: String) { self.init(place.description, fault, wayOut: wayOut) }
}

/// The way out for a name that is not there: the nearest, the few that there are, or where all are listed.
func alternatives(to name: String, among names: [String], listedBy list: String = "list") -> String {
  if let near = Problems.nearest(to: name, among: names) { return "did you mean '\(near)'?" }
  if names.isEmpty { return "remove it" }
  return names.count <= 12
    ? "use one of \(names.joined(separator: ", "))" : "see `supernode supply --why \(list)` for all \(names.count)"
}
