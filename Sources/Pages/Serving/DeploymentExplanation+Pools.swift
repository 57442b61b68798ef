import Costs
import Models
import Serving
import Units
import Workloads

extension Deployment {
  /// Reads the workload once, for its mean lengths.
  public func explained() throws -> DeploymentExplanation {
    let summary = try TraceSummary(of: makeSource())
    let count = ParameterCount(architecture)
    let lengths = DeploymentExplanation.Workload(
      promptTokens: max(1, summary.promptTokens.mean), outputTokens: max(1, summary.outputTokens.mean),
      maxConcurrency: scenario.workload.maxConcurrency)
    let told = pools.map { DeploymentExplanation.Pool($0, lengths) }
    let decoding = told.last?.steps.first { $0.kind == .decode }
    return DeploymentExplanation(
      model: architecture.name, system: systems.map(\.machine.system.name).joined(separator: " and "),
      parameters: count.total,
      activeParameters: count.activeWithoutEmbedding, workload: lengths, pools: told,
      validity: try validity(
        promptTokens: lengths.promptTokens, contextTokens: decoding.map { Double($0.contextTokens) },
        requestsPerRank: decoding.map { Double($0.requests) }))
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
    ranks = pool.ranks
    memory = DeploymentExplanation.Memory(pool, lengths)
    steps = []
    if pool.role != .prefill { steps.append(.decoding(on: pool, memory, lengths)) }
    if pool.role != .decode { steps.append(.prompts(on: pool, lengths)) }
  }
}

extension DeploymentExplanation.Memory {
  init(_ pool: DeployedPool, _ lengths: DeploymentExplanation.Workload) {
    let plan = pool.memory
    capacity = plan.capacity
    items = plan.items.map { Item(name: $0.name, size: $0.size) }
    keysAndValues = plan.keyValueMemoryOfDie
    kept = Bytes(max(0, (plan.capacity - plan.used - keysAndValues).value))
    bytesPerToken = plan.bytesPerToken
    tokens = pool.tokensPerRank
    // A prompt alone where the answer comes from elsewhere.
    let answer = pool.role == .prefill ? 0 : lengths.outputTokens
    // Engines that take memory as an answer grows hold half of it in the mean.
    let held = pool.settings?.reservesOutput == false ? answer / 2 : answer
    let mean = Int((lengths.promptTokens + held).rounded(.up))
    requests = plan.requests(of: mean) / pool.batchesInFlight
    besideTokens = plan.bytesPerToken * plan.tokensPerRequest(tokens: mean)
    maxRequests = pool.maxRequestsPerRank
  }
}

extension DeploymentExplanation.Step {
  static func decoding(
    on pool: DeployedPool, _ memory: DeploymentExplanation.Memory, _ lengths: DeploymentExplanation.Workload
  ) -> Self {
    let model = pool.model
    let ranks = pool.ranks * pool.instances
    let comes = lengths.maxConcurrency.map { ($0 - 1) / ranks + 1 } ?? .max
    let requests = max(1, min(memory.maxRequests, memory.requests, comes))
    let context = Int((lengths.promptTokens + lengths.outputTokens / 2).rounded())
    let queries = 1 + model.drafting.tokens
    let padded = pool.settings == nil ? (requests: requests, isCaptured: true) : model.padded(requests)
    let decode = StepWork.Decode(
      requests: Double(padded.requests), queries: queries,
      context: model.visible(context: Double(context * requests), over: Double(requests)))
    return Self(
      .decode, model.estimate(StepWork(decode: decode, isCaptured: padded.isCaptured)), requests: requests,
      newTokens: requests * queries, contextTokens: context, tokensPerRequest: model.tokensPerStep)
  }

  /// Whole prompts of mean length, or the first chunk of one.
  static func prompts(on pool: DeployedPool, _ lengths: DeploymentExplanation.Workload) -> Self {
    let model = pool.model
    let length = max(1, min(pool.maxTokensPerRank, Int(lengths.promptTokens.rounded())))
    let requests = max(1, pool.maxTokensPerRank / length)
    let pairs = Double(requests) * Double(length) * Double(length + 1) / 2
    let prompts = StepWork.Prefill(
      newTokens: Double(requests * length),
      pairs: model.pairs(
        pairs, newTokens: Double(requests * length), cachedTokens: 0, requests: Double(requests)),
      sampled: Double(requests))
    return Self(
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
