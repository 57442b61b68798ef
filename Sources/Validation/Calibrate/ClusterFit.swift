import Formats
import Hardware
import Serving
import Simulation
import Units
import Workloads

/// A few constants of one engine corrected by results of a cluster of one's own: `supernode calibrate --from`.
///
/// Each constant begins at the value of the engine's file, with the spread from one cluster to another of
/// `priors/engines-in-service.yaml` as its prior. Only those move of which the results say something, and at most
/// as many as there are results.
public struct ClusterFit: Codable, Sendable, Hashable {
  /// The engine of the catalog that was corrected.
  public var engine: String
  public var points: [Point]
  /// Constants that moved.
  public var moved: [Value]
  /// Constants of which the results say too little, as they are.
  public var kept: [RunConstant]
  /// Pairs of moved constants that the results tell only together.
  public var together: [Pair]
  /// Medians of absolute errors over the results.
  public var before: Errors
  public var after: Errors
  /// Each result predicted with constants found on the others; nil of one alone.
  public var leftOut: Errors

  /// One result.
  public struct Point: Codable, Sendable, Hashable {
    public var result: BenchmarkResult
    /// Seconds, by the engine's own constants.
    public var before: Times
    /// By the corrected ones.
    public var after: Times
    /// By those found without this result.
    public var leftOut: Times
  }

  /// Predicted means, in seconds; nil where nothing was served.
  public struct Times: Codable, Sendable, Hashable {
    public var timePerOutputToken: Double?
    public var timeToFirstToken: Double?
  }

  /// A constant that moved.
  public struct Value: Codable, Sendable, Hashable {
    public var constant: RunConstant
    public var unit: String
    /// The engine's value, and within what nine of ten clusters lie.
    public var prior: RunFit.Range
    /// What the results say, and between which values it lies with nine chances in ten.
    public var posterior: RunFit.Range
    /// Deviation of the posterior over that of the prior.
    public var left: Double
  }

  /// Two constants whose corrections trade against each other.
  public struct Pair: Codable, Sendable, Hashable {
    public var one: RunConstant
    public var other: RunConstant
    public var correlation: Double
  }

  /// Medians of absolute errors; nil where a metric was not measured.
  public struct Errors: Codable, Sendable, Hashable {
    public var timePerOutputToken: Double?
    public var timeToFirstToken: Double?
  }

  /// By how much the simulation's shape misses TPOT and TTFT of one cluster, as logarithms: our judgement, half of what
  /// repeats and neighbours of the published runs differ by for TPOT, all of it for TTFT.
  private static let scales = [0.03, 0.1]
  /// Every result counts, however far off the engine's own constants are.
  private static let tail = 20.0
  /// A constant whose deviation the results leave above this share of the prior's is not moved.
  private static let leastToldLeft = 0.8
  private static let rounds = 3

  /// - Parameter scenario: names the model, the system, the engine and its pools; its load gives way to the results'.
  public init(_ results: [BenchmarkResult], scenario: Node, catalog: Catalog, workers: Int) throws {
    let cluster = try Cluster(results, scenario: scenario, catalog: catalog)
    let priors = try EnginePriors.read(catalog)
    let all = RunConstant.allCases.filter { (($0.value(in: cluster.engine)) ?? 0) > 0 }
    func fit(_ constants: [RunConstant]) throws -> ConstantFit {
      ConstantFit(
        cases: results.map { result in
          ConstantFit.Case(
            measured: [result.timePerOutputToken, result.timeToFirstToken], touches: constants.map { _ in true })
        },
        priors: try constants.map { constant in
          try priors.prior(of: constant).ofCluster(around: constant.value(in: cluster.engine) ?? 1)
        }, scales: Self.scales, tail: Self.tail, workers: workers
      ) { row, values in cluster.times(row, constants, values) }
    }
    let whole = try fit(all)
    let start = whole.priors.map(\.mean)
    let first = whole.expansion(at: start)
    for row in results.indices where first.base[row].allSatisfy({ $0 == nil }) {
      throw Problem(results[row].place, try cluster.reason(row), wayOut: "correct the scenario, or leave it out")
    }
    let told = whole.solve(first, from: start)
    let order = all.indices.map { (index: $0, left: told.deviations[$0] / whole.priors[$0].deviation) }
      .filter { $0.left <= Self.leastToldLeft }.sorted { ($0.left, $0.index) < ($1.left, $1.index) }
    let chosen = order.prefix(max(1, results.count)).map(\.index).sorted()
    let constants = chosen.map { all[$0] }
    let small = try fit(constants)
    let (solution, expansion) = small.fit(from: small.priors.map(\.mean), rounds: Self.rounds)
    let after = small.expansion(at: solution.values, onlyTimes: true)
    let others = results.indices.map { small.solve(expansion, omitting: [$0], from: solution.values).values }
    let left = concurrentMap(Array(results.indices), workers: workers) {
      results.count > 1 ? cluster.times($0, constants, others[$0]) : [nil, nil]
    }
    engine = cluster.engine.name
    points = results.indices.map { row in
      Point(
        result: results[row], before: Times(first.base[row]), after: Times(after.base[row]), leftOut: Times(left[row]))
    }
    moved = constants.indices.map { index in
      let prior = small.priors[index]
      let posterior = ConstantPrior(
        mean: solution.values[index], deviation: solution.deviations[index], range: prior.range)
      return Value(
        constant: constants[index], unit: constants[index].unit, prior: RunFit.Range(prior),
        posterior: RunFit.Range(posterior), left: solution.deviations[index] / prior.deviation)
    }
    kept = all.indices.filter { !chosen.contains($0) }.map { all[$0] }
    together = constants.indices.flatMap { one in
      constants.indices.filter { $0 > one && abs(solution.correlations[one][$0]) > 0.7 }.map {
        Pair(one: constants[one], other: constants[$0], correlation: solution.correlations[one][$0])
      }
    }
    before = Errors(points, \.before)
    self.after = Errors(points, \.after)
    leftOut = Errors(points, \.leftOut)
  }
}

extension ClusterFit.Times {
  init(_ times: [Double?]) { self.init(timePerOutputToken: times[0], timeToFirstToken: times[1]) }
}

extension ClusterFit.Errors {
  init(_ points: [ClusterFit.Point], _ times: KeyPath<ClusterFit.Point, ClusterFit.Times>) {
    func median(
      _ predicted: KeyPath<ClusterFit.Times, Double?>, _ measured: KeyPath<BenchmarkResult, Double?>
    ) -> Double? {
      let errors = points.compactMap { point -> Double? in
        guard let time = point[keyPath: times][keyPath: predicted], let real = point.result[keyPath: measured] else {
          return nil
        }
        return abs(time / real - 1)
      }
      return quantile(errors.sorted(), 0.5)
    }
    self.init(
      timePerOutputToken: median(\.timePerOutputToken, \.timePerOutputToken),
      timeToFirstToken: median(\.timeToFirstToken, \.timeToFirstToken))
  }
}
