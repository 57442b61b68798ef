import Formats
import Units

extension Uncertainty {
  /// The numbers that a file gave, from the lowest to the highest; empty where they are no values of the quantity.
  var given: [Double] {
    switch self {
    case .point(let value): [value]
    case .interval(let low, let high), .uniform(let low, let high): [low, high]
    case .quantiles(let low, let mid, let high): [low, mid, high]
    case .triangular(let low, let mode, let high), .pert(let low, let mode, let high): [low, mode, high]
    case .normal(let mean, _): [mean]
    case .lognormal(let median, _): [median]
    case .beta: []
    case .empirical(let values): values
    }
  }

  /// What is wrong with it as an amount that lies within `bounds`; nil if nothing is.
  func fault(within bounds: ClosedRange<Double>) -> (fault: String, wayOut: String)? {
    if let low = given.min(), low < bounds.lowerBound {
      return ("\(text) is negative", "give an amount from 0 on")
    }
    if let high = given.max(), high > bounds.upperBound {
      return ("\(text) is above \(CSVText.number(bounds.upperBound))", "give a share from 0 to 1")
    }
    return nil
  }
}

extension Parameter {
  static let grades = ["A", "B", "C", "D", "M"]

  /// Words of which units are made, as in `chips/month` or `USD bn/year`.
  static let unitWords = [
    "wafers", "dies", "stacks", "packages", "chips", "units", "systems", "plants", "910C", "H100e", "tokens", "USD",
    "CNY", "bn", "mn", "GB", "TB", "TB/s", "TFLOPS", "PFLOPS", "W", "kW", "MW", "GW", "kWh", "J", "mm2", "s", "day",
    "month", "months", "year", "years", "date", "factor", "fraction", "ratio", "number", "of", "bill", "token", "chip",
    "TOPS", "PFLOP", "TFLOP", "x", "bits", "HiBL", "1",
  ]

  /// What is wrong with its numbers: what a run must refuse.
  func faults(schools groups: [SupplyWorld.School]) -> [Problem] {
    var found: [Problem] = []
    func check(_ value: Uncertainty, _ what: String) {
      guard let (fault, wayOut) = value.fault(within: bounds) else { return }
      found.append(Problem(place, "\(what)\(fault)", wayOut: wayOut))
    }
    check(value, "")
    for before in earlier ?? [] { check(before.value, "what was held on \(before.asOf): ") }
    if let factor, !(-1...1).contains(factor.loading) {
      let loading = CSVText.number(factor.loading)
      found.append(Problem(place, "a correlation of \(loading) cannot be", wayOut: "give a loading from -1 to 1"))
    }
    guard let schools else { return found }
    guard let group = groups.first(where: { $0.group == schools.group }) else {
      let names = groups.map(\.group)
      let wayOut = names.isEmpty ? "add it to the world's schools" : alternatives(to: schools.group, among: names)
      return found + [Problem(place, "there is no group of schools '\(schools.group)'", wayOut: wayOut)]
    }
    let members = group.weights.list.map(\.name)
    for (member, value) in schools.values.list {
      if !members.contains(member) {
        found.append(
          Problem(
            place, "the schools '\(schools.group)' have no member '\(member)'",
            wayOut: alternatives(to: member, among: members)))
      }
      check(value, "by \(member): ")
    }
    return found
  }

  /// What is wrong with how it is told: what `catalog lint` refuses beside its numbers.
  var descriptionFaults: [Problem] {
    var found: [Problem] = []
    func add(_ fault: String, _ wayOut: String) { found.append(Problem(place, fault, wayOut: wayOut)) }
    if isBlank(source) { add("it has no source", "say where the number is from, or that it is ours (grade D)") }
    if !Self.grades.contains(grade) {
      add("'\(grade)' is not a grade", "use one of \(Self.grades.joined(separator: ", "))")
    }
    let words = unit.split { $0 == " " || $0 == "/" }.map(String.init)
    if isBlank(unit) { add("it has no unit", "give one, such as chips/month or fraction") }
    if let odd = words.first(where: { !Self.unitWords.contains($0) }) {
      let near = Problems.nearest(to: odd, among: Self.unitWords).map { "did you mean '\($0)'?" }
      add("'\(odd)' in '\(unit)' is not a unit", near ?? "write such as chips/month, USD bn or fraction")
    }
    for before in earlier ?? [] {
      guard let asOf else {
        add("it has earlier values and no date of its own", "add asOf: when the present value became known")
        break
      }
      if before.asOf >= asOf {
        add("what was held earlier is of \(before.asOf), not before \(asOf)", "put them in order")
      }
    }
    return found
  }
}

/// Nothing, or nothing but blanks.
func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }
