import Hardware
import Units

/// Of an engine's rules what every step asks, as numbers alone: sources and notes stay with the engine's file.
struct KernelCounts: Sendable {
  let attention: Int
  let latentAttention: Int
  let headNorms: Int
  let feedForward: Int
  let mixture: Int
  let normBytes: Double
  let rotaryBytes: Double
  let quantiseBytes: Double
  let activationBytes: Double
  let gatherBytes: Double
  let latentNormBytes: Double
  let mixtureMoves: Double
  let mixtureOrdering: Seconds
  let promptKeys: Double
  /// The largest sum that a norm is fused with.
  let fusedUpTo: Bytes?
  /// From how many queries on latent attention expands keys and values.
  let expandsFrom: Double
  /// Whether the engine's steps are told apart, with a rule for tokens to their experts.
  let isStepped: Bool
  let exchange: Exchange?

  struct Exchange: Sendable {
    let shared: Engine.ExpertExchange
    let split: Engine.ExpertExchange
    let prompts: Engine.ExpertExchange?
    let gatherFormat: NumberFormat
  }

  init(_ engine: Engine) {
    let (rules, execution) = (engine.kernels, engine.execution)
    attention = rules.attention.value
    latentAttention = rules.latentAttention.value
    headNorms = rules.headNorms?.value ?? 0
    feedForward = rules.feedForward.value
    mixture = rules.mixture.value
    normBytes = rules.normBytes.value
    rotaryBytes = rules.rotaryBytes.value
    quantiseBytes = rules.quantiseBytes.value
    activationBytes = rules.activationBytes.value
    gatherBytes = rules.gatherBytes?.value ?? 0
    latentNormBytes = rules.latentNormBytes.value
    mixtureMoves = rules.mixtureMoves
    mixtureOrdering = rules.mixtureOrdering
    promptKeys = rules.promptKeys
    fusedUpTo = execution?.collectives.fusedUpTo?.value
    expandsFrom = Double(execution?.expandsFrom.value ?? 0)
    isStepped = execution != nil
    exchange = execution.map { execution in
      Exchange(
        shared: execution.exchange.shared, split: execution.exchange.split, prompts: execution.exchange.prompts,
        gatherFormat: execution.exchange.gatherFormat)
    }
  }
}
