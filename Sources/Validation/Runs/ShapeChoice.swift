import Units

/// At one speed, whether the shape that is predicted to serve most is the one that was measured to serve most.
///
/// Shapes of one model, machine, engine, format and lengths are the candidates, where three or more were measured: the
/// rule of `VALIDATION.md` for a plan against measurements.
public struct ShapeChoice: Sendable, Hashable {
  /// Model, machine, engine, format and lengths.
  public var candidates: String
  /// Shapes that were measured.
  public var shapes: Int
  /// Output tokens per second of one user.
  public var speed: Double
  /// The shape of highest predicted throughput at the predicted speed that is nearest, and the one measured best.
  public var chosen: String
  public var best: String
  /// Measured throughput of the chosen shape over that of the best, each at its measured speed that is nearest.
  public var share: Double

  /// Whether the choice costs no more than a twentieth of the throughput.
  public var isWithin: Bool { share >= 0.95 }
}

extension RunValidation {
  /// Three speeds of every case: the quartiles of the speeds that were measured.
  public var shapeChoices: [ShapeChoice] { ShapeChoice.all(published) }
}

extension ShapeChoice {
  fileprivate struct Point {
    var measuredSpeed: Double
    var measured: Double
    var predictedSpeed: Double
    var predicted: Double
  }

  fileprivate struct Shape {
    var name: String
    var points: [Point] = []

    func measured(near speed: Double) -> Double { nearest(speed, \.measuredSpeed)?.measured ?? 0 }
    func predicted(near speed: Double) -> Double { nearest(speed, \.predictedSpeed)?.predicted ?? 0 }

    private func nearest(_ speed: Double, _ axis: KeyPath<Point, Double>) -> Point? {
      points.min { abs($0[keyPath: axis] - speed) < abs($1[keyPath: axis] - speed) }
    }
  }

  static func all(_ outcomes: [RunOutcome]) -> [ShapeChoice] {
    let scored = outcomes.filter { $0.status == .scored }
    let each = Dictionary(
      scored.filter { $0.metric == .timePerOutputToken }.map { ($0.run.place, $0) },
      uniquingKeysWith: { first, _ in first })
    var order: [String] = []
    var cases: [String: [Shape]] = [:]
    for outcome in scored where outcome.metric == .throughput {
      guard let time = each[outcome.run.place], let predictedTime = time.predicted, let predicted = outcome.predicted
      else { continue }
      let point = Point(
        measuredSpeed: 1000 / time.published, measured: outcome.published, predictedSpeed: 1000 / predictedTime,
        predicted: predicted)
      let name = outcome.run.candidatesName
      if cases[name] == nil { order.append(name) }
      cases[name, default: []].add(point, to: outcome.run.shapeName)
    }
    return order.flatMap { choices($0, cases[$0] ?? []) }
  }

  private static func choices(_ name: String, _ shapes: [Shape]) -> [ShapeChoice] {
    guard shapes.count >= 3 else { return [] }
    let speeds = shapes.flatMap(\.points).map(\.measuredSpeed).sorted()
    return [0.25, 0.5, 0.75].compactMap { fraction in
      let speed = speeds[Int(fraction * Double(speeds.count - 1))]
      guard let chosen = shapes.max(by: { $0.predicted(near: speed) < $1.predicted(near: speed) }),
        let best = shapes.max(by: { $0.measured(near: speed) < $1.measured(near: speed) })
      else { return nil }
      return ShapeChoice(
        candidates: name, shapes: shapes.count, speed: speed, chosen: chosen.name, best: best.name,
        share: chosen.measured(near: speed) / best.measured(near: speed))
    }
  }
}

extension [ShapeChoice] {
  /// Cases within a twentieth of the best, of all.
  public var shareWithin: Double? { isEmpty ? nil : Double(count(where: \.isWithin)) / Double(count) }
}

extension Array where Element == ShapeChoice.Shape {
  fileprivate mutating func add(_ point: ShapeChoice.Point, to name: String) {
    if let index = firstIndex(where: { $0.name == name }) {
      self[index].points.append(point)
    } else {
      append(ShapeChoice.Shape(name: name, points: [point]))
    }
  }
}

extension ServingRun {
  /// What a planner is given: everything but the shape and the load.
  fileprivate var candidatesName: String {
    let format = [productFormat ?? precision, expertFormat ?? ""].filter { !$0.isEmpty }
    let formats = format.count == 2 && format[0] == format[1] ? format[0] : format.joined(separator: "/")
    return "\(modelName), \(system), \(engine), \(formats), \(inputTokens)+\(outputTokens)"
  }

  /// `TP8 EP8`, `2 × TP4 + 1 × TP8`, with its draft tokens.
  fileprivate var shapeName: String {
    let shape =
      engineShape.map(\.name)
      ?? [prefill, decode].compactMap { $0.map { "\($0.count ?? 0) × \($0.shape.name)" } }.joined(separator: " + ")
    return shape + ((flags.draftTokens ?? 0) > 0 ? " with drafts" : "")
  }
}

extension EngineShape {
  /// Parts above one: `TP4 DP2 EP8`.
  public var name: String {
    let parts = [
      ("TP", tensor), ("DP", attentionData), ("MoE-TP", expertTensor), ("EP", expert), ("PP", pipeline),
    ].filter { $0.1 > 1 }.map { "\($0.0)\($0.1)" }
    return parts.isEmpty ? "TP1" : parts.joined(separator: " ")
  }
}
