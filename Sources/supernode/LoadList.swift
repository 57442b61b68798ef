import ArgumentParser
import Pages

/// One load, or several with commas between them.
struct LoadList: ExpressibleByArgument {
  /// As given, trimmed.
  var values: [String]

  init?(argument: String) {
    values = argument.split(separator: ",", omittingEmptySubsequences: false).map {
      String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
    guard values.allSatisfy({ Double($0).map { $0 == $0 } ?? false }) else { return nil }
  }

  init(_ value: String) { values = [value] }

  /// Of a single load; the first of several.
  var text: String { values[0] }
}

extension ScenarioOptions {
  /// The option that has several loads; nil if each has one at most.
  func curve() throws -> (axis: LoadCurve.Axis, loads: [String])? {
    let lists: [(LoadCurve.Axis, String, [String]?)] = [
      (.requestRate, "--request-rate", workload.requestRate?.split(separator: ",").map(String.init)),
      (.rateScale, "--rate-scale", workload.rateScale?.values), (.load, "--load", load?.values),
      (.maxConcurrency, "--max-concurrency", workload.maxConcurrency?.values),
    ]
    let several = lists.filter { ($0.2?.count ?? 0) > 1 }
    guard let (axis, name, found) = several.first, let loads = found else { return nil }
    guard several.count == 1 else {
      throw ValidationError("\(name) and \(several[1].1) both have several values; a load curve varies one of them")
    }
    guard loads.count <= 200 else {
      throw ValidationError("\(name): \(loads.count) loads are too many; give up to 200")
    }
    for load in loads where !(Double(load).map { $0 > 0 && $0.isFinite } ?? false) {
      throw ValidationError("\(name): '\(load)' is no load above 0; write such as 1,2,5,10")
    }
    guard Set(loads.compactMap { Double($0) }).count == loads.count else {
      throw ValidationError("\(name): a load is given twice; give each once")
    }
    return (axis, loads)
  }

  /// These options with one load of a curve in place of all.
  func at(_ load: String, on axis: LoadCurve.Axis) -> ScenarioOptions {
    var copy = self
    switch axis {
    case .requestRate: copy.workload.requestRate = load
    case .rateScale: copy.workload.rateScale = LoadList(load)
    case .load: copy.load = LoadList(load)
    case .maxConcurrency: copy.workload.maxConcurrency = LoadList(load)
    }
    return copy
  }
}
