import Formats
import Simulation
import Units

/// A world with its numbers, events and claims: the base, or a few lines over it.
public struct SupplyScenario: Sendable {
  public var name: String
  public var title: String
  public var world: SupplyWorld
  public var parameters: [Parameter]
  public var events: [PolicyEvent]
  public var claims: [SupplyClaim]
  /// Events left out, by id or group, with what the file says of it.
  public var without: [String]
  /// Worlds to set beside this one.
  public var worlds: [World] = []
  public var schools: [(group: String, member: String)]
  /// Models and lengths of requests that the chips serve, where the scenario has its own; read by Planning.
  public var mix: Node?
  /// What others say of its quantities; shown beside the draws, and no input of theirs.
  public var checks: [SupplyCheck] = []
  /// SHA-256 of all that went in.
  public var inputHash: String
  var texts: [String]

  /// The same draws without some events, by a name.
  public struct World: Decodable, Sendable {
    public var name: String
    /// Events or groups of events left out.
    public var without: [String]
  }

  /// What stands in a scenario's file.
  package struct File: Decodable {
    var name: String
    var title: String?
    /// The scenario that this one changes; `base` where absent.
    var base: String?
    /// Plants, memories, chips and buyers, for a scenario without a base.
    var world: ReadLater<SupplyWorld>?
    /// Parameters replaced, by name.
    var values: NamedValues<Uncertainty>?
    /// Fields of the world replaced, by path.
    var set: NamedValues<Node>?
    /// Events or groups of events left out.
    var without: [String]?
    /// Worlds that `--four-runs` sets beside it, in place of the base's.
    var worlds: [World]?
    /// One school for each group, instead of one drawn.
    var schools: NamedValues<String>?
    /// Added, or in place of those of the same name.
    var parameters: [Placed<Parameter>]?
    /// Added, or in place of those of the same id.
    var events: [Placed<PolicyEvent>]?
    /// Added, or in place of those of the same id.
    var claims: [Placed<SupplyClaim>]?
    /// A serving mix in place of the catalog's.
    var mix: Node?

    /// Whether it changes nothing of its base's world.
    var isSame: Bool {
      values == nil && set == nil && without == nil && schools == nil && parameters == nil && events == nil
        && mix == nil
    }
  }

  private struct Lists: Decodable {
    var parameters: [Placed<Parameter>]?
    var events: [Placed<PolicyEvent>]?
    var claims: [Placed<SupplyClaim>]?
  }

  /// A built-in scenario by name, or a file by path.
  public init(_ name: String, catalog: Catalog) throws {
    try self.init(catalog.node("supply", name), catalog: catalog, over: [])
  }

  /// A scenario as a value, over the base that it names.
  public init(_ node: Node, catalog: Catalog) throws { try self.init(node, catalog: catalog, over: []) }

  /// `chain` has the files that led here, each over the next.
  private init(_ node: Node, catalog: Catalog, over chain: [String]) throws {
    let chain = chain + [absolutePath(node.place.file) ?? node.place.file]
    let file = try node.decode(File.self)
    if let world = file.world?.node {
      self = try Self.root(file, world, catalog)
    } else {
      let base = try Self.base(file.base ?? "base", of: node, catalog)
      let next = absolutePath(base.place.file) ?? base.place.file
      if chain.contains(next) || chain.count > 16 {
        let circle = (chain.suffix(8) + [next]).joined(separator: " → ")
        throw (node.field("base") ?? node).problem(
          "its bases lead round in a circle: \(circle)", wayOut: "let one of them have 'world' and no 'base'")
      }
      self = try SupplyScenario(base, catalog: catalog, over: chain)
      let under = self
      bases = file.isSame ? under.bases : [under]
    }
    name = file.name
    title = file.title ?? file.name
    texts.append(node.canonicalText)
    try apply(file, node)
    inputHash = contentHash(texts.joined(separator: "\n").utf8)
  }

  private static func base(_ name: String, of node: Node, _ catalog: Catalog) throws -> Node {
    // A path counts from the scenario's folder, or else from the working directory.
    if name.contains("/") || name.hasSuffix(".yaml") {
      let folder = node.place.file.lastIndex(of: "/").map { String(node.place.file[...$0]) } ?? ""
      let places = name.hasPrefix("/") ? [name] : [folder + name, name]
      if let path = places.first(where: { fileKind(at: $0) == .file }) { return try Node.read(path: path) }
      let first = folder.isEmpty ? "" : "\(folder) nor in "
      throw (node.field("base") ?? node).problem(
        "there is no '\(name)' in \(first)the working directory",
        wayOut: "check the path, which counts from the scenario")
    }
    do { return try catalog.node("supply", name) } catch let problem as Problem where problem.place.isEmpty {
      throw (node.field("base") ?? node).problem(problem.fault, wayOut: problem.wayOut)
    }
  }

  private static func root(_ file: File, _ world: Node, _ catalog: Catalog) throws -> SupplyScenario {
    let lists = try ["parameters", "tokens", "events", "claims"].map { try catalog.node("supply", $0) }
    let decoded = try lists.map { try $0.decode(Lists.self) }
    struct Checks: Decodable { var checks: [SupplyCheck] }
    let hasChecks = catalog.names("supply").contains("checks")
    let checks = hasChecks ? try catalog.node("supply", "checks").decode(Checks.self).checks : []
    var scenario = SupplyScenario(
      name: file.name, title: file.title ?? file.name, world: try world.decode(), worldNode: world, checks: checks,
      parameters: try decoded.reduce([]) { try merged($1.parameters ?? [], into: $0, \.name, "parameter") },
      events: try merged(decoded.flatMap { $0.events ?? [] }, into: [], \.id, "event"),
      claims: try merged(decoded.flatMap { $0.claims ?? [] }, into: [], \.id, "claim"),
      texts: lists.map(\.canonicalText))
    scenario.isChanged = file.name != "base"
    return scenario
  }

  private init(
    name: String, title: String, world: SupplyWorld, worldNode: Node, checks: [SupplyCheck], parameters: [Parameter],
    events: [PolicyEvent], claims: [SupplyClaim], texts: [String]
  ) {
    self.name = name
    self.title = title
    self.world = world
    self.worldNode = worldNode
    self.checks = checks
    self.parameters = parameters
    self.events = events
    self.claims = claims
    self.texts = texts
    without = []
    schools = []
    inputHash = ""
  }

  var worldNode: Node
  /// What this one is laid over, before its own lines; empty for a whole world.
  var bases: [SupplyScenario] = []
  /// Scenarios to be set beside this one with the same draws.
  public var compared: [SupplyScenario] = []
  var scalesShares = false
  /// Whether a number or a part is another than in the base's file.
  var isChanged = false
  /// Whether its world is one that somebody supposed, rather than the base's.
  var isSupposed: Bool { isChanged || !bases.isEmpty || !without.isEmpty || !schools.isEmpty }

  private mutating func apply(_ file: File, _ node: Node) throws {
    let before = horizon
    for (path, value) in file.set?.list ?? [] { try set(path, to: value) }
    if horizon != before { leaveOutWhatLiesOutside() }
    parameters = try Self.merged(file.parameters ?? [], into: parameters, \.name, "parameter")
    for (name, value) in file.values?.list ?? [] {
      try replace(name, by: value, place: node.field("values")?.field(name)?.place)
    }
    events = try Self.merged(file.events ?? [], into: events, \.id, "event")
    claims = try Self.merged(file.claims ?? [], into: claims, \.id, "claim")
    for (name, place) in zip(file.without ?? [], node.field("without")?.elements.map(\.place) ?? []) {
      try check(without: name, at: place)
    }
    mix = file.mix ?? mix
    without += file.without ?? []
    worlds = file.worlds ?? worlds
    for (group, member) in file.schools?.list ?? [] {
      try check(school: group, member, at: node.field("schools")?.field(group)?.place ?? node.place)
    }
    schools += (file.schools?.list ?? []).map { ($0.name, $0.value) }
  }

  var horizon: Horizon { Horizon(firstYear: world.firstYear, lastYear: world.lastYear) }

  /// A run made shorter has no answer to its base's claims on later years, nor its later events.
  private mutating func leaveOutWhatLiesOutside() {
    let horizon = horizon
    claims.removeAll { claim in
      [claim.definition.over, claim.definition.byOver].compactMap(\.self).contains { !$0.isWithin(horizon) }
    }
    events.removeAll { horizon.offset(of: $0.date) >= Double(horizon.count) }
  }

  /// What a file lists beside what was there; one of a name that was there takes its place.
  static func merged<Value: HasPlace>(
    _ given: [Placed<Value>], into old: [Value], _ name: KeyPath<Value, String>, _ kind: String
  ) throws -> [Value] {
    var list = old
    var index = Dictionary(old.enumerated().map { ($1[keyPath: name], $0) }) { first, _ in first }
    var seen: Set<String> = []
    for value in given.map(\.value) {
      let key = value[keyPath: name]
      guard seen.insert(key).inserted else {
        throw Problem(value.place, "there are two of the \(kind) '\(key)'", wayOut: "rename or remove one")
      }
      if let place = index[key] {
        list[place] = value
      } else {
        index[key] = list.count
        list.append(value)
      }
    }
    return list
  }

  /// Puts another value in place of a parameter's, whatever its sources held.
  public mutating func replace(_ name: String, by value: Uncertainty, place: Place? = nil) throws {
    let place = place ?? Place(file: "--set", line: 0, path: name)
    guard let index = parameters.firstIndex(where: { $0.name == name }) else {
      throw Problem(
        place, "there is no parameter '\(name)'", wayOut: alternatives(to: name, among: parameters.map(\.name)))
    }
    parameters[index].value = value
    parameters[index].schools = nil
    isChanged = true
    parameters[index].asOf = nil
    parameters[index].earlier = nil
    let instead = Parameter.replacedSource
    if !parameters[index].source.hasPrefix(instead) { parameters[index].source = instead + parameters[index].source }
    parameters[index].place = place
  }

  private func check(without name: String, at place: Place) throws {
    let known = events.map(\.id) + events.compactMap(\.group)
    guard !known.contains(name) else { return }
    let acting = events.filter { $0.information != true }.map(\.id)
    let near = Problems.nearest(to: name, among: known).map { "did you mean '\($0)'?" }
    throw Problem(
      place, "there is no event '\(name)'", wayOut: near ?? alternatives(to: name, among: acting, listedBy: "events"))
  }

  func check(school group: String, _ member: String, at place: Place) throws {
    guard let school = world.schools.first(where: { $0.group == group }) else {
      throw Problem(
        place, "there is no group of schools '\(group)'",
        wayOut: alternatives(to: group, among: world.schools.map(\.group)))
    }
    let members = school.weights.list.map(\.name)
    guard members.contains(member) else {
      throw Problem(
        place, "the schools '\(group)' have no member '\(member)'", wayOut: alternatives(to: member, among: members))
    }
  }

  /// The events that are left when those named, by id or group, are taken out and `asOf` forgets the later ones.
  func events(without names: [String], asOf: CalendarDay?) throws -> [PolicyEvent] {
    for name in names { try check(without: name, at: Place(file: "--without", line: 0)) }
    return events.filter { event in
      !names.contains(event.id) && !(event.group.map(names.contains) ?? false)
        && (asOf.map { event.date <= $0 } ?? true)
    }
  }

  func compiled(_ question: SupplyQuestion, without more: [String] = []) throws -> CompiledWorld {
    var builder = WorldBuilder(
      world, node: worldNode, parameters: parameters,
      settings: .init(
        asOf: question.asOf, schools: schools + question.schools, scalesShares: scalesShares,
        knownTo: question.asOf ?? knownTo, unseen: question.unseen),
      seed: Seed(question.seed))
    var compiled = try builder.build(events: events(without: without + more, asOf: question.asOf))
    compiled.watch = question.watch
    return compiled
  }
}

extension SupplyScenario {
  /// Its base, unless it adds nothing to it, and what is compared.
  private func others(_ question: SupplyQuestion) -> [SupplyScenario] { (question.besideBase ? bases : []) + compared }

  /// Whether it has what the article is about: the chips, plants and years of the base.
  public var tellsArticle: Bool {
    world.firstYear <= 2024 && world.lastYear >= 2028 && world.imports.contains { $0.name == "H20" }
      && world.fabs.contains { $0.name == "Huawei-3" }
  }

  func isAlone(_ question: SupplyQuestion) -> Bool { others(question).isEmpty }

  /// Worlds of its base and of what it is compared with, of the same quantities, by their names.
  func beside(_ question: SupplyQuestion, _ world: CompiledWorld) throws -> [(name: String, world: CompiledWorld)] {
    return try others(question).map { other in
      let compiled = try other.compiled(question)
      guard compiled.series == world.series, compiled.horizon == world.horizon else {
        throw Problem(
          name, "'\(other.name)' has other parts or other years, so that it cannot be set beside it",
          wayOut: "leave out --compare, or add --alone")
      }
      return (other.title, compiled)
    }
  }

  /// A chance a year in words: `35%`.
  func chance(of risk: PolicyRisk) -> String {
    let value =
      switch risk.perYear.form {
      case .inline(let uncertainty): uncertainty
      case .named(let name): parameters.last { $0.name == name }?.value ?? .point(0)
      }
    return "\(Int((QuantileFunction(value)(0.5) * 100).rounded()))%"
  }

  /// The last day on which something happened that is known; what a scenario supposes over its base is left out,
  /// whoever acts in it.
  var knownTo: CalendarDay? { bases.first?.knownTo ?? events.filter { $0.actor != "scenario" }.map(\.date).max() }
}

/// What is asked of a scenario.
public struct SupplyQuestion: Sendable {
  public var draws: Int
  public var seed: UInt64
  /// Worlds to set beside the scenario, each by the events that it lacks.
  public var without: [[String]]
  public var asOf: CalendarDay?
  public var schools: [(group: String, member: String)]
  public var workers: Int
  /// The claim or measure whose tornado is drawn; none where absent.
  public var sensitivity: String?
  /// Draws of each run of the sensitivity study.
  public var sensitivityDraws: Int
  /// Numbers held as one would without some published rows, by name.
  var unseen: [String: Uncertainty] = [:]
  /// Whether each claim tells how much of it is judgement.
  public var judges = false
  /// Whether its base stands beside a scenario.
  public var besideBase = false
  /// Who is told how far the draws are, and may end them.
  public var watch: RunWatch?

  public init(
    draws: Int = 10_000, seed: UInt64 = 1, without: [[String]] = [], asOf: CalendarDay? = nil,
    schools: [(group: String, member: String)] = [], workers: Int = 1, sensitivity: String? = nil,
    sensitivityDraws: Int = 2048
  ) {
    self.draws = draws
    self.seed = seed
    self.without = without
    self.asOf = asOf
    self.schools = schools
    self.workers = workers
    self.sensitivity = sensitivity
    self.sensitivityDraws = sensitivityDraws
  }
}
