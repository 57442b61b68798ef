import Costs
import Models
import Serving
import Units
import Workloads

/// What `simulate --explain` says of a deployment before anything is simulated.
///
/// The steps are those of a request of the workload's mean lengths, in the middle of its answer, at the largest batch
/// that fits. Ignored: how lengths scatter, and waiting.
public struct DeploymentExplanation: Codable, Sendable {
  public var model: String
  public var system: String
  /// All but those of multi-token prediction.
  public var parameters: Int
  /// Parameters that work on one token, without the input embedding.
  public var activeParameters: Int
  public var workload: Workload
  /// In the order in which a request passes them.
  public var pools: [Pool]

  /// Means over the requests.
  public struct Workload: Codable, Sendable {
    public var promptTokens, outputTokens: Double
  }

  /// Instances of one kind.
  public struct Pool: Codable, Sendable {
    public var name: String
    /// What its instances do.
    public var role: EnginePool.Role
    public var engine: String
    public var chip: String
    /// Instances of the pool.
    public var instances: Int
    /// Packages in an instance.
    public var chips: Int
    /// How the dies of an instance divide the model.
    public var plan: ParallelPlan
    /// Groups of dies with requests of their own, in an instance.
    public var ranks: Int
    public var memory: Memory
    /// A step for each thing that its instances do.
    public var steps: [Step]
  }

  /// Of one die, and what that leaves to requests on a rank.
  public struct Memory: Codable, Sendable {
    /// Of a die.
    public var capacity: Bytes
    /// What fills it before any request.
    public var items: [Item]
    /// What the engine leaves to keys and values of a die.
    public var keysAndValues: Bytes
    /// Kept free by the engine's rule.
    public var kept: Bytes
    /// Of keys and values that a token of context takes on a rank.
    public var bytesPerToken: Bytes
    /// Tokens of context that fit on a rank.
    public var tokens: Int
    /// Requests of mean length that fit on a rank.
    public var requests: Int
    /// Requests that the engine lets decode on a rank at once; 0 where only prompts are computed.
    public var maxRequests: Int

    /// Something that lies in a die's memory.
    public struct Item: Codable, Sendable {
      public var name: String
      public var size: Bytes
    }
  }

  /// A step of an instance, told for one rank.
  public struct Step: Codable, Sendable {
    /// What the step computes.
    public var kind: Kind
    public enum Kind: String, Codable, Sendable, CaseIterable { case decode, prompts }
    /// Requests on the rank.
    public var requests: Int
    /// Tokens that pass through the layers.
    public var newTokens: Int
    /// Of each request: before the step where it decodes, after it where it is a prompt.
    public var contextTokens: Int
    /// From this step to the next.
    public var time: Seconds
    /// Tokens that a request gains in the step, drafts that are accepted among them; 0 of prompts.
    public var tokensPerRequest: Double
    /// What takes most of it.
    public var boundBy: Bound
    /// The weakest of its operators'.
    public var basis: Basis
    /// Of the operators' time, by what it rests on.
    public var shares: [Share]
    /// 2 where two halves of the batch overlap.
    public var microbatches: Int
    /// Shares of the step in which matrix cores, and memory, are busy.
    public var computeUtilisation, memoryUtilisation: Double
    /// Longest first.
    public var operators: [Operator]
    /// Where the step lies outside what its engine was validated against.
    public var notes: [String]
  }

  /// How much of a step's time rests on one basis.
  public struct Share: Codable, Sendable {
    public var basis: Basis
    /// 0 to 1.
    public var share: Double
  }

  /// One operator, summed over layers and passes.
  public struct Operator: Codable, Sendable {
    public var name: String
    /// Its class.
    public var kind: OperatorKind
    /// The half of a layer that it belongs to.
    public var stream: Stream
    public enum Stream: String, Codable, Sendable, CaseIterable { case attention, experts }
    public var time: Seconds
    /// Of the sum of the operators' times, those that overlap included; 0 to 1.
    public var share: Double
    /// What limits it; waiting is its own limit.
    public var boundBy: Limit
    public enum Limit: String, Codable, Sendable, CaseIterable {
      case compute, memory, vector, network, latency, host, wait
    }
    /// What its time rests on.
    public var basis: Basis
    /// Work.
    public var flops: FLOPs
    /// Moved to and from memory.
    public var bytes: Bytes
    /// Sent over the fabric.
    public var sent: Bytes
  }
}

extension Deployment {
  /// Reads the workload once, for its mean lengths.
  public func explained() throws -> DeploymentExplanation {
    let summary = try TraceSummary(of: makeSource())
    let count = ParameterCount(architecture)
    let lengths = DeploymentExplanation.Workload(
      promptTokens: max(1, summary.promptTokens.mean), outputTokens: max(1, summary.outputTokens.mean))
    return DeploymentExplanation(
      model: architecture.name, system: machine.system.name, parameters: count.total,
      activeParameters: count.activeWithoutEmbedding, workload: lengths,
      pools: pools.map { DeploymentExplanation.Pool($0, lengths) })
  }
}

extension DeploymentExplanation.Pool {
  init(_ pool: DeployedPool, _ lengths: DeploymentExplanation.Workload) {
    let model = pool.model
    name = pool.name
    role = pool.role
    engine = pool.engine.name
    chip = model.chip.name
    instances = pool.instances
    chips = pool.chips
    plan = model.plan
    ranks = model.ranks
    memory = DeploymentExplanation.Memory(pool, lengths)
    steps = []
    if pool.role != .prefill { steps.append(DeploymentExplanation.Step(decodingOn: pool, memory, lengths)) }
    if pool.role != .decode { steps.append(DeploymentExplanation.Step(promptsOn: pool, lengths)) }
  }
}

extension DeploymentExplanation.Memory {
  init(_ pool: DeployedPool, _ lengths: DeploymentExplanation.Workload) {
    let plan = pool.memory
    let dies = Double(max(1, pool.model.keyValueShards))
    capacity = plan.capacity
    items = plan.items.map { Item(name: $0.name, size: $0.size) }
    keysAndValues = plan.keyValueMemory / dies
    kept = Bytes(max(0, (plan.capacity - plan.used - keysAndValues).value))
    bytesPerToken = plan.bytesPerToken
    tokens = plan.keyValueTokensPerRank
    // A prompt alone where the answer comes from elsewhere.
    let answer = pool.role == .prefill ? 0 : lengths.outputTokens
    requests = plan.requests(of: Int((lengths.promptTokens + answer).rounded(.up)))
    maxRequests = pool.maxRequestsPerRank
  }
}

extension DeploymentExplanation.Step {
  init(
    decodingOn pool: DeployedPool, _ memory: DeploymentExplanation.Memory, _ lengths: DeploymentExplanation.Workload
  ) {
    let model = pool.model
    requests = max(1, min(memory.maxRequests, memory.requests))
    contextTokens = Int((lengths.promptTokens + lengths.outputTokens / 2).rounded())
    newTokens = requests * (1 + model.drafting.tokens)
    let padded = pool.settings == nil ? (requests: requests, isCaptured: true) : model.padded(requests)
    let decode = StepWork.Decode(
      requests: Double(padded.requests), queries: 1 + model.drafting.tokens,
      context: model.visible(context: Double(contextTokens), requests: requests))
    self.init(
      .decode, model.estimate(StepWork(decode: decode, isCaptured: padded.isCaptured)), requests: requests,
      newTokens: newTokens, contextTokens: contextTokens, tokensPerRequest: model.tokensPerStep)
  }

  /// Whole prompts of mean length, or the first chunk of one.
  init(promptsOn pool: DeployedPool, _ lengths: DeploymentExplanation.Workload) {
    let model = pool.model
    let length = max(1, min(pool.maxTokensPerRank, Int(lengths.promptTokens.rounded())))
    requests = max(1, pool.maxTokensPerRank / length)
    let pairs = Double(requests) * Double(length) * Double(length + 1) / 2
    let prompts = StepWork.Prefill(
      newTokens: Double(requests * length), pairs: [Double](repeating: pairs, count: max(1, model.contextKinds)),
      sampled: Double(requests))
    self.init(
      .prompts, model.estimate(StepWork(prefill: [prompts], isCaptured: false)), requests: requests,
      newTokens: requests * length, contextTokens: length, tokensPerRequest: 0)
  }

  private init(
    _ kind: Kind, _ step: StepEstimate, requests: Int, newTokens: Int, contextTokens: Int, tokensPerRequest: Double
  ) {
    self.kind = kind
    self.requests = requests
    self.newTokens = newTokens
    self.contextTokens = contextTokens
    self.tokensPerRequest = tokensPerRequest
    time = step.time
    boundBy = step.boundBy
    basis = step.basis
    shares = step.shares.map { .init(basis: $0.basis, share: $0.share) }
    microbatches = step.microbatches
    computeUtilisation = step.computeUtilisation
    memoryUtilisation = step.memoryUtilisation
    operators = step.operators.sorted { ($0.time, $1.name) > ($1.time, $0.name) }
      .map(DeploymentExplanation.Operator.init)
    notes = step.notes
  }
}

extension DeploymentExplanation.Operator {
  init(_ row: OperatorCost) {
    name = row.name
    kind = row.kind
    stream = row.stream == 0 ? .attention : .experts
    time = row.time
    share = row.share
    boundBy = row.kind == .wait ? .wait : Limit(row.boundBy)
    basis = row.basis
    flops = row.flops
    bytes = row.bytes
    sent = row.messages
  }
}

extension DeploymentExplanation.Operator.Limit {
  init(_ bound: Bound) {
    switch bound {
    case .compute: self = .compute
    case .memory: self = .memory
    case .vector: self = .vector
    case .network: self = .network
    case .latency: self = .latency
    case .host: self = .host
    }
  }
}
