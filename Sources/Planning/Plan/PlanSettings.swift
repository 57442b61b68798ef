import Costs
import Hardware
import Models
import Serving

/// Settings of an engine that a plan chooses beside the layout of an instance.
public struct PlanSettings: Codable, Sendable, Hashable {
  /// New tokens of prompts in a step of a rank; nil: the engine's own.
  public var chunkTokens: Int?
  /// Drafted for each request in a step; 0 drafts nothing.
  public var draftTokens: Int
  /// Of a die's memory, what the engine may use; nil: the engine's own.
  public var memoryShare: Double?

  public init(chunkTokens: Int? = nil, draftTokens: Int = 0, memoryShare: Double? = nil) {
    self.chunkTokens = chunkTokens
    self.draftTokens = draftTokens
    self.memoryShare = memoryShare
  }

  /// As the engine's scheduler takes them.
  func options(_ engine: Engine, maxRequests: Int? = nil) -> SchedulingOptions {
    guard let chunkTokens else { return SchedulingOptions(maxRequests: maxRequests) }
    // SGLang cuts prompts by a limit of their own.
    guard engine.scheduling?.scheduler == .sgLang else {
      return SchedulingOptions(maxRequests: maxRequests, maxBatchedTokens: chunkTokens)
    }
    return SchedulingOptions(maxRequests: maxRequests, chunkTokens: chunkTokens)
  }
}

/// Settings that are tried, each with each.
struct PlanChoices: Sendable {
  var chunkTokens: [Int?] = [nil]
  var draftTokens = [0]
  /// The chance that a draft is accepted.
  var acceptance: Double?
  var memoryShares: [Double?] = [nil]

  /// New tokens of prompts in a step that are tried beside the engine's own number.
  static let usualChunks = [1024, 2048, 4096, 8192, 16_384]
  /// Draft tokens that are tried where a model has prediction layers.
  static let usualDrafts = [0, 1, 2, 3]

  /// The engine's own settings, and no drafts.
  init() {}

  /// Those of a request for one engine and model.
  init(_ request: PlanRequest, _ engine: Engine, _ architecture: Architecture) {
    // MindIE's limit is of whole prompts, and engines without a scheduler of steps plan them otherwise.
    let isCut = engine.scheduling.map { $0.scheduler != .mindIE } ?? false
    let asked = request.chunkTokens.map { $0.isEmpty ? [nil] : $0.map(Optional.some) }
    chunkTokens = isCut ? asked ?? [nil] + Self.usualChunks.map(Optional.some) : [nil]
    draftTokens = request.draftTokens ?? (architecture.multiTokenPredictionLayers > 0 ? Self.usualDrafts : [0])
    acceptance = request.acceptance
    memoryShares = engine.execution != nil && !request.memoryShares.isEmpty ? request.memoryShares : [nil]
  }

  /// For instances of a role: pools of prompts draft nothing, pools that decode cut none.
  func settings(_ role: EnginePool.Role) -> [PlanSettings] {
    let drafts = role == .prefill ? [0] : draftTokens
    let chunks = role == .decode ? [nil] : chunkTokens
    return drafts.flatMap { draft in
      memoryShares.flatMap { share in
        chunks.map { PlanSettings(chunkTokens: $0, draftTokens: draft, memoryShare: share) }
      }
    }
  }
}
