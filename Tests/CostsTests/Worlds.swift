import Costs
import Formats
import Hardware
import Units
import Models

/// The catalog of this checkout, wherever the tests run from.
let catalog: Catalog = {
  let tests = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  return Catalog(builtIn: "/\(tests)/Sources/Formats/Resources/catalog")
}()

/// DeepSeek-R1 by hand, so that these tests need no config reader.
let deepSeek = Architecture(
  name: "DeepSeek-R1", architectureClass: "DeepseekV3ForCausalLM", hiddenSize: 7168, vocabularySize: 129_280,
  tiedEmbeddings: false, maximumPositions: 163_840,
  layers: [
    LayerGroup(count: 3, attention: .latent(latent), feedForward: .dense(intermediateSize: 18432)),
    LayerGroup(count: 58, attention: .latent(latent), feedForward: .mixture(mixture)),
  ], multiTokenPredictionLayers: 1)
private let latent = LatentAttention(
  heads: 128, queryRank: 1536, keyValueRank: 512, nopeDimension: 128, ropeDimension: 64, valueDimension: 128)
private let mixture = MixtureOfExperts(
  experts: 256, expertsPerToken: 8, intermediateSize: 2048, sharedExperts: 1, sharedIntermediateSize: 2048,
  routingGroups: 8, keptGroups: 4, hasRouterBias: true)

func stepModel(
  _ phase: Phase, chips: Int, engine: String = "CloudMatrix-Infer", system: String = "CloudMatrix 384",
  microbatching: Bool? = nil, drafts: Int = 0, acceptance: Double = 0.7, skew: Double? = nil,
  tensorParallel: Int? = nil, architecture: Architecture = deepSeek, precision: Precision = Precision(weights: .int8),
  cachePlane: String? = nil,
  exchanges: Bool = true, failures: [Fabric.Failure] = []
) throws -> StepModel {
  var system = try catalog.system(system)
  if !exchanges { for index in system.planes.indices { system.planes[index].expertParallel = nil } }
  let machine = Machine(system: system, chip: try catalog.chip(system.chip), engine: try catalog.engine(engine))
  let plan = try ParallelPlan.instance(
    phase, chips: chips, of: architecture, on: machine, tensorParallel: tensorParallel,
    redundantExperts: ["CloudMatrix-Infer", "DeepEP two-batch"].contains(engine) ? 32 : 0)
  return try StepModel(
    architecture: architecture, machine: machine, plan: plan, precision: precision,
    drafting: Drafting(tokens: drafts, acceptance: [acceptance]), microbatching: microbatching, expertSkew: skew,
    cachePlane: cachePlane, failures: failures, place: phase.rawValue)
}

/// Milliseconds per output token of CloudMatrix-Infer's decode instance.
func timePerOutputToken(perChip: Int, context: Double, drafts: Int = 1, microbatching: Bool? = nil) throws -> Double {
  let model = try stepModel(.decode, chips: 160, microbatching: microbatching, drafts: drafts)
  let requests = perChip / 2
  let time = model.decodeTime(requestsPerRank: requests, contextTokensPerRank: context * Double(requests))
  return time.milliseconds / model.tokensPerStep
}

/// Seconds of a prefill step of 16,384 prompt tokens per chip, a share of each prompt cached.
func prefillSeconds(reuse: Double, prompt: Double = 4096, model: StepModel) -> Double {
  let tokens = 16384.0 * Double(model.chips)
  let requests = tokens / prompt
  let new = prompt * (1 - reuse)
  let pairs = requests * new * (prompt * reuse + (new + 1) / 2)
  return model.prefillTime(
    newTokens: requests * new, attentionPairs: pairs, cachedTokens: tokens * reuse, requests: Int(requests)
  ).value
}
