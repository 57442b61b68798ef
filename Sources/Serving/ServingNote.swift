import Formats
import Hardware
import Units

/// What a reader must know of a run beside its figures; told in words by Pages.
public enum ServingNote: Codable, Sendable, Hashable {
  /// Arrivals that shared one tick of the trace's clock were spread over it.
  case spreadArrivals
  /// Arrivals come so many times as fast as in the trace.
  case rateScaled(Double)
  /// The trace's own rate was scaled so that the deployment, or its busier side, reaches a load.
  case loaded(LoadedRate)
  /// Latencies and rates are those of a stretch of the run, since the first arrival, and of the requests in it.
  case measured(from: Seconds, until: Seconds, requests: Int)
  /// Turns of conversations waited for the answer before them.
  case conversations
  /// Damaged lines passed over: how many, where the first is and what is wrong there.
  case skippedLines(count: Int, place: String, fault: String)
  /// What of the model's config is not modelled, a sentence each.
  case unmodelled(String)
  /// Drafts in each step, and the tokens that a step gives by the acceptance that the scenario says.
  case drafts(Int, tokensPerStep: Double)
  /// The same by an acceptance that is assumed, and between what it may be.
  case assumedDrafts(Int, tokensPerStep: Double, chance: Double, low: Double, high: Double)
  /// A rank's cache holds fewer tokens than the model's longest context: vLLM would not start.
  case cacheBelowModel(tokens: Int, length: Int)
  /// The longest request that was asked for has more tokens than the model has positions: engines refuse it.
  case lengthBeyondModel(length: Int, positions: Int, Engine.Scheduler?)
  /// Tokens in a block of the cache that the engine does not take.
  case blockSize(Int, Engine.Scheduler)
  /// The format that was asked for is not that of the model's files, which engines refuse; methods by their names.
  case otherFormat(asked: String, files: String)
  /// The format of the model's files is not read, a sentence: their weights count as 16 bits.
  case unreadFormat(String)
  /// Weights in a format that the chip has no products of.
  case widened(chip: String)
  /// The engine runs on chips of other makers alone.
  case otherMaker(engine: String, chip: String, makers: [String])
  /// Options that a real engine would feel, and that are not modelled.
  case leftOut([String])
  /// The engine's constants were corrected on results of one cluster.
  case calibrated(Engine.OwnResults)
  /// The chip cannot be bought: it is announced, or a rumour.
  case unsold(chip: String, Chip.Status)

  public struct LoadedRate: Codable, Sendable, Hashable {
    /// Requests per second of the trace, and the factor.
    public var own: Double
    public var factor: Double
    /// Share that was asked for.
    public var load: Double
    /// Requests per second that the deployment can take; equal where prefill and decode share instances.
    public var prefillCapacity: Double
    public var decodeCapacity: Double
    public var isShared: Bool
  }
}

/// The JSON result has a note's sentence in its place.
extension ServingNote: HasSchema {
  public static var isTransparent: Bool { true }
  public static func schema(in builder: SchemaBuilder) -> SchemaValue { .type("string") }
}
