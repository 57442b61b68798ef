import Units

/// One measured run of a serving engine under a closed loop, as a row of the columns of `serving-runs-gpu.csv`.
///
/// `concurrency` requests start together and each that ends is followed by another; times are means over all of them.
public struct ServingRun: Sendable {
  public var id: String
  /// As the file names it: `trtllm`, `vllm`, `sglang`.
  public var engine: String
  public var engineVersion: String
  public var model: String
  /// The file's name of the machine: `h100_sxm`, `gb200`.
  public var system: String
  public var precision: String
  /// Formats of the products of projections and of experts, where they are given apart from `precision`.
  public var productFormat: String?
  public var expertFormat: String?
  public var mode: Mode
  public var inputTokens: Int
  public var outputTokens: Int
  public var concurrency: Int
  /// One engine that does both phases; nil where prefill and decode are apart.
  public var engineShape: EngineShape?
  /// Workers of a deployment with prefill and decode apart; nil parts are not published.
  public var prefill: RunWorkers?
  public var decode: RunWorkers?
  /// Whether every worker count and shape is known, so that more than TPOT can be compared.
  public var isComplete: Bool
  public var timeToFirstToken: RunMeasurement?
  public var timePerOutputToken: RunMeasurement?
  /// Runs behind the row; it stands as their median.
  public var repeats: Int
  public var measuredOn: String
  public var flags: RunFlags
  /// What the flags rest on: `script@date`, `script@other-date`, `inferred`, `unknown`.
  public var flagsBasis: String
  public var reading: Reading
  public var role: Role
  /// `file:line`, for errors.
  public var place: String
  public var file: String
  /// Whether it came by `--rows`.
  public var isOwn = false

  public enum Mode: String, Sendable, CaseIterable {
    case aggregated = "agg"
    case disaggregated = "disagg"
  }

  /// How a row can be read; the first three are scored.
  public enum Reading: String, Sendable, CaseIterable {
    case asIs = "as-is"
    case columnsMultiplied = "columns-multiplied"
    case eager
    case speculationUnknown = "speculation-unknown"
    case inconsistent
    case disaggregatedAsAggregated = "disaggregated-as-agg"

    public var isScored: Bool {
      switch self {
      case .asIs, .columnsMultiplied, .eager: true
      case .speculationUnknown, .inconsistent, .disaggregatedAsAggregated: false
      }
    }
  }

  public enum Role: String, Sendable, CaseIterable { case calibrate, validate, shown }
}

/// A mean over a run's requests, with the range over its repeats.
public struct RunMeasurement: Sendable, Hashable {
  public var value: Seconds
  public var low: Seconds
  public var high: Seconds
}

/// How one engine is spread over chips.
public struct EngineShape: Sendable, Hashable {
  public var chips: Int
  /// Chips that share the heads of a request.
  public var tensor: Int
  /// Groups with requests of their own.
  public var attentionData: Int
  public var expertTensor: Int
  public var expert: Int
  public var pipeline: Int

  public init(
    chips: Int, tensor: Int, attentionData: Int = 1, expertTensor: Int = 1, expert: Int = 1, pipeline: Int = 1
  ) {
    self.chips = chips
    self.tensor = tensor
    self.attentionData = attentionData
    self.expertTensor = expertTensor
    self.expert = expert
    self.pipeline = pipeline
  }
}

/// Workers of one phase in a deployment with the phases apart.
public struct RunWorkers: Sendable, Hashable {
  /// Nil where the number of workers is not published.
  public var count: Int?
  public var shape: EngineShape
  /// Whether it is published; else every rank is taken to have requests and experts of its own.
  public var isShapeKnown: Bool

  public init(count: Int?, shape: EngineShape, isShapeKnown: Bool = true) {
    self.count = count
    self.shape = shape
    self.isShapeKnown = isShapeKnown
  }

  public var chips: Int? { count.map { $0 * shape.chips } }
}
