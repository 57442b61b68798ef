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
  public var schools: [(group: String, member: String)]
  /// Models and lengths of requests that the chips serve, where the scenario has its own; read by Planning.
  public var mix: Node?
  /// SHA-256 of all that went in.
  public var inputHash: String
  var texts: [String]

  /// What stands in a scenario's file.
  private struct File: Decodable {
    var name: String
    var title: String?
    var base: String?
    var world: Node?
    /// Parameters replaced, by name.
    var values: NamedValues<Uncertainty>?
    /// Fields of the world replaced, by path.
    var set: NamedValues<Node>?
    var without: [String]?
    var schools: NamedValues<String>?
    var parameters: [Parameter]?
    var events: [PolicyEvent]?
    var claims: [SupplyClaim]?
    /// A serving mix in place of the catalog's.
    var mix: Node?
  }

  private struct Lists: Decodable {
    var parameters: [Parameter]?
    var events: [PolicyEvent]?
    var claims: [SupplyClaim]?
  }

  /// A built-in scenario by name, or a file by path.
  public init(_ name: String, catalog: Catalog) throws {
    try self.init(catalog.node("supply", name), catalog: catalog, depth: 0)
  }

  /// A scenario as a value, over the base that it names.
  public init(_ node: Node, catalog: Catalog) throws { try self.init(node, catalog: catalog, depth: 0) }

  private init(_ node: Node, catalog: Catalog, depth: Int) throws {
    guard depth < 8 else {
      throw node.problem("its bases lead round in a circle", wayOut: "let one of them have 'world' and no 'base'")
    }
    let file = try node.decode(File.self)
    if let world = file.world {
      self = try Self.root(file, world, catalog)
    } else {
      self = try SupplyScenario(catalog.node("supply", file.base ?? "base"), catalog: catalog, depth: depth + 1)
    }
    name = file.name
    title = file.title ?? file.name
    texts.append(node.canonicalText)
    try apply(file, node)
    inputHash = contentHash(texts.joined(separator: "\n").utf8)
  }

  private static func root(_ file: File, _ world: Node, _ catalog: Catalog) throws -> SupplyScenario {
    let lists = try ["parameters", "tokens", "events", "claims"].map { try catalog.node("supply", $0) }
    let decoded = try lists.map { try $0.decode(Lists.self) }
    return SupplyScenario(
      name: file.name, title: file.title ?? file.name, world: try world.decode(), worldNode: world,
      parameters: decoded.flatMap { $0.parameters ?? [] }, events: decoded.flatMap { $0.events ?? [] },
      claims: decoded.flatMap { $0.claims ?? [] }, texts: lists.map(\.canonicalText))
  }

  private init(
    name: String, title: String, world: SupplyWorld, worldNode: Node, parameters: [Parameter], events: [PolicyEvent],
    claims: [SupplyClaim], texts: [String]
  ) {
    self.name = name
    self.title = title
    self.world = world
    self.worldNode = worldNode
    self.parameters = parameters
    self.events = events
    self.claims = claims
    self.texts = texts
    without = []
    schools = []
    inputHash = ""
  }

  private var worldNode: Node

  private mutating func apply(_ file: File, _ node: Node) throws {
    for (path, value) in file.set?.list ?? [] { try set(path, to: value) }
    parameters += file.parameters ?? []
    for (name, value) in file.values?.list ?? [] {
      try replace(name, by: value, place: node.field("values") ?? node)
    }
    events += file.events ?? []
    claims += file.claims ?? []
    mix = file.mix ?? mix
    without += file.without ?? []
    schools += (file.schools?.list ?? []).map { ($0.name, $0.value) }
  }

  /// Puts another value at a path of the world, such as `products[2].plan`.
  mutating func set(_ path: String, to value: Node) throws {
    worldNode = try worldNode.setting(path, to: value.jsonText())
    world = try worldNode.decode()
  }

  /// Puts another value in place of a parameter's, whatever its sources held.
  public mutating func replace(_ name: String, by value: Uncertainty, place: Node? = nil) throws {
    guard let index = parameters.firstIndex(where: { $0.name == name }) else {
      let names = parameters.map(\.name)
      let near = Problems.nearest(to: name, among: names).map { "did you mean '\($0)'?" }
      let problem = Problem(
        place?.place.description ?? "", "there is no parameter '\(name)'",
        wayOut: near ?? "see `supernode supply --why list`")
      throw problem
    }
    parameters[index].value = value
    parameters[index].schools = nil
    parameters[index].asOf = nil
    parameters[index].source = "\(Parameter.replacedSource)\(parameters[index].source)"
  }

  /// The events that are left when those named, by id or group, are taken out and `asOf` forgets the later ones.
  func events(without names: [String], asOf: CalendarDay?) throws -> [PolicyEvent] {
    let known = events.map(\.id) + events.compactMap(\.group)
    for name in names where !known.contains(name) {
      let near = Problems.nearest(to: name, among: known).map { "did you mean '\($0)'?" }
      let acting = events.filter { $0.information != true }.map(\.id)
      throw Problem(
        "--without", "there is no event '\(name)'", wayOut: near ?? "use one of \(acting.joined(separator: ", "))")
    }
    return events.filter { event in
      !names.contains(event.id) && !(event.group.map(names.contains) ?? false)
        && (asOf.map { event.date <= $0 } ?? true)
    }
  }

  func compiled(_ question: SupplyQuestion, without more: [String] = []) throws -> CompiledWorld {
    var builder = WorldBuilder(
      world, parameters: parameters,
      settings: .init(asOf: question.asOf, schools: schools + question.schools), seed: Seed(question.seed))
    return try builder.build(events: events(without: without + more, asOf: question.asOf))
  }
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
