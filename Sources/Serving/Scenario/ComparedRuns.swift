import Formats
import Units

/// Published runs of an engine on a chip that the models were held against, and how far they were off.
public struct ComparedRuns: Decodable, Sendable {
  public var group: Group
  public var runs: Int
  /// Medians of absolute errors, as shares.
  public var timePerOutputToken: Double
  public var timeToFirstToken: Double?

  public struct Group: Hashable, Sendable {
    public var engine: String
    public var chip: String
    /// Whether all layers of the model are dense.
    public var dense: Bool
    /// Whether prefill and decode have instances of their own.
    public var apart: Bool
    public init(engine: String, chip: String, dense: Bool, apart: Bool) {
      self.engine = engine
      self.chip = chip
      self.dense = dense
      self.apart = apart
    }
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case engine, chip, dense, apart, runs, timePerOutputToken, timeToFirstToken
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    group = Group(
      engine: try fields.decode(String.self, forKey: .engine), chip: try fields.decode(String.self, forKey: .chip),
      dense: try fields.decode(Bool.self, forKey: .dense), apart: try fields.decode(Bool.self, forKey: .apart))
    runs = try fields.decode(Int.self, forKey: .runs)
    timePerOutputToken = try fields.decode(Double.self, forKey: .timePerOutputToken)
    timeToFirstToken = try fields.decodeIfPresent(Double.self, forKey: .timeToFirstToken)
  }

  /// All of the catalog; none where its file is not beside the program.
  public static func read(_ catalog: Catalog) throws -> [ComparedRuns] {
    guard let path = catalog.resourcePath("catalog/published/compared.yaml") else { return [] }
    return try Node.read(path: path).decode([ComparedRuns].self)
  }
}

extension Deployment {
  /// How far the answer was held against measurements of the same engine on the same chip; nil for engines whose own
  /// file says it.
  func comparison() throws -> String? {
    guard machine.engine.scheduling != nil else { return nil }
    let dense = architecture.mixture == nil
    let wanted = ComparedRuns.Group(
      engine: decodePool.engine.name, chip: machine.chip.name, dense: dense,
      apart: pools.count > 1 && promptPool.role == .prefill)
    let models = dense ? "dense models" : "mixtures of experts"
    let what = "\(wanted.engine) on \(wanted.chip) with \(models)\(wanted.apart ? ", prefill and decode apart" : "")"
    guard let found = try ComparedRuns.read(catalog).first(where: { $0.group == wanted }) else {
      return
        "No published run of \(what) was compared with these models: times are predictions that nothing has tested."
    }
    func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }
    let first = found.timeToFirstToken.map { " and of the time to the first token \(percent($0))" } ?? ""
    let runs = found.runs == 1 ? "1 published run" : "\(found.runs) published runs"
    return "Held against \(runs) of \(what): the median error of the time per output token was "
      + "\(percent(found.timePerOutputToken))\(first)."
  }
}
