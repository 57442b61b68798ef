import Formats
import Hardware
import Simulation
import Units

/// Engines' constants found again on the runs whose role is `calibrate` and whose prompts and answers are together, by
/// moving one after the other.
///
/// The loss is the mean over groups (engine, machine, model; weighted by the root of their runs) of |ln error| of TPOT,
/// at most 0.35, and 0.35 times that of TTFT, at most 0.5: few rows that no constant can explain move nothing.
public struct RunFit: Sendable {
  public struct Value: Sendable, Hashable {
    public var constant: RunConstant
    /// nil where all engines share the value.
    public var engine: String?
    public var before: Double
    public var after: Double
    /// Values that lose less than 0.5% more than the best one, the others staying.
    public var low: Double
    public var high: Double
  }

  public var values: [Value] = []
  public var lossBefore: Double
  public var lossAfter: Double
  public var runs: Int

  /// Factors by which a constant is moved, round by round: small ones, since constants trade against each other and the
  /// first that is moved far would leave the others to make up for it.
  private static let rounds = [[0.8, 1.25], [0.9, 1.11], [0.95, 1.05]]
  /// A run that is missed by more, as a logarithm, is missed for a reason that no constant of an engine describes.
  private static let mostOfTPOT = 0.35
  private static let mostOfTTFT = 0.5

  public init(catalog: Catalog, every: Int = 1, workers: Int) throws {
    guard let path = catalog.resourcePath("catalog/published/serving-runs-gpu.csv") else {
      throw Problem("catalog/published", "the program's data is not beside it", wayOut: "install it anew")
    }
    // Where prefill and decode are apart, routers and the balance between workers move times as much as any constant.
    let all = try ServingRun.read(path: path).filter { $0.role == .calibrate && $0.mode == .aggregated }
    let mine = stride(from: 0, to: all.count, by: every).map { all[$0] }
    var predictor = try RunPredictor(catalog: catalog, for: mine)
    runs = mine.count
    var best = Self.loss(mine, predictor, workers)
    lossBefore = best
    for slot in Self.slots(predictor, mine) { values.append(slot) }
    for factors in Self.rounds {
      for index in values.indices {
        let start = values[index].after
        values[index].low = start
        values[index].high = start
        var tried: [(value: Double, loss: Double)] = [(start, best)]
        let range = values[index].constant.range
        for factor in factors {
          let value = max(range.lowerBound, min(range.upperBound, start * factor))
          if tried.contains(where: { $0.value == value }) { continue }
          tried.append((value, Self.loss(mine, Self.with(value, values[index], predictor), workers)))
        }
        guard let top = tried.min(by: { ($0.loss, $0.value) < ($1.loss, $1.value) }) else { continue }
        best = top.loss
        values[index].after = top.value
        let good = tried.filter { $0.loss <= best * 1.005 }.map(\.value)
        values[index].low = good.min() ?? top.value
        values[index].high = good.max() ?? top.value
        predictor = Self.with(top.value, values[index], predictor)
      }
    }
    lossAfter = best
  }

  /// Every constant, once for all engines, or once for each that has runs.
  private static func slots(_ predictor: RunPredictor, _ runs: [ServingRun]) -> [Value] {
    let names = predictor.engines.keys.sorted()
    let together = Set(runs.compactMap { try? predictor.engine(of: $0).name })
    return RunConstant.allCases.flatMap { constant -> [Value] in
      let own = names.compactMap { name in
        predictor.engines[name].flatMap(constant.value(in:)).map { (name, $0) }
      }
      guard let first = own.first else { return [] }
      func value(_ engine: String?, _ number: Double) -> Value {
        Value(constant: constant, engine: engine, before: number, after: number, low: number, high: number)
      }
      guard constant.isOfOneEngine else { return [value(nil, first.1)] }
      return own.filter { together.contains($0.0) }.map { value($0.0, $0.1) }
    }
  }

  private static func with(_ number: Double, _ slot: Value, _ predictor: RunPredictor) -> RunPredictor {
    var predictor = predictor
    for name in predictor.engines.keys where slot.engine == nil || slot.engine == name {
      guard var engine = predictor.engines[name] else { continue }
      slot.constant.set(number, in: &engine)
      predictor.engines[name] = engine
    }
    return predictor
  }

  private static func loss(_ runs: [ServingRun], _ predictor: RunPredictor, _ workers: Int) -> Double {
    let losses = concurrentMap(runs, workers: workers) { run in loss(run, predictor.predict(run)) }
    var groups: [String: (sum: Double, runs: Double)] = [:]
    var order: [String] = []
    for (run, loss) in zip(runs, losses) {
      guard let loss else { continue }
      let group = "\(run.engine) \(run.system) \(run.model)"
      if groups[group] == nil { order.append(group) }
      groups[group, default: (0, 0)].sum += loss
      groups[group, default: (0, 0)].runs += 1
    }
    var total = (loss: 0.0, weight: 0.0)
    for name in order {
      guard let group = groups[name] else { continue }
      let weight = group.runs.squareRoot()
      total.loss += group.sum / group.runs * weight
      total.weight += weight
    }
    return total.weight > 0 ? total.loss / total.weight : .infinity
  }

  private static func loss(_ run: ServingRun, _ prediction: RunPrediction) -> Double? {
    guard case .times(let first, let each, _) = prediction, let tpot = run.timePerOutputToken?.value else { return nil }
    var loss = min(mostOfTPOT, abs(logRatio(each, tpot)))
    if let first, let ttft = run.timeToFirstToken?.value, run.isComplete {
      loss += 0.35 * min(mostOfTTFT, abs(logRatio(first, ttft)))
    }
    return loss
  }

  private static func logRatio(_ one: Seconds, _ other: Seconds) -> Double { logarithm(one / other) }
}
