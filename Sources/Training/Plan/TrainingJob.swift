import Models
import Units

/// A model, a batch, a plan and a recipe: what a step is estimated of.
public struct TrainingJob: Sendable {
  public var architecture: Architecture
  public var sequenceLength: Int
  /// Sequences of one step.
  public var globalBatch: Int
  public var plan: TrainingPlan
  public var recipe: TrainingRecipe

  /// Checks that the parts fit each other; all that does not is thrown together.
  public init(
    _ architecture: Architecture, sequenceLength: Int, globalBatch: Int, plan: TrainingPlan, recipe: TrainingRecipe
  ) throws {
    self.architecture = architecture
    self.sequenceLength = sequenceLength
    self.globalBatch = globalBatch
    self.plan = plan
    self.recipe = recipe
    let problems = faults
    guard problems.isEmpty else { throw Problems(problems) }
  }

  /// Of parts that are known to fit.
  init(
    fitting architecture: Architecture, sequenceLength: Int, globalBatch: Int, plan: TrainingPlan,
    recipe: TrainingRecipe
  ) {
    self.architecture = architecture
    self.sequenceLength = sequenceLength
    self.globalBatch = globalBatch
    self.plan = plan
    self.recipe = recipe
  }

  public var microbatches: Int { max(1, globalBatch / max(1, plan.data * plan.microbatch)) }
  /// Tokens of a micro-batch on one context rank.
  var tokens: Double { Double(sequenceLength * plan.microbatch) / Double(plan.context) }
  /// Tokens on one rank where sequence parallelism divides them.
  var localTokens: Double { plan.sequenceParallel ? tokens / Double(plan.tensor) : tokens }
  public var tokensPerStep: Double { Double(globalBatch) * Double(sequenceLength) }

  var vocabulary: Double { Double(recipe.paddedVocabulary ?? architecture.vocabularySize) }
  var hidden: Double { Double(architecture.hiddenSize) }
}

extension TrainingJob {
  /// What does not fit, each with what would.
  var faults: [Problem] {
    var list: [Problem] = []
    func need(_ holds: Bool, _ field: String, _ fault: @autoclosure () -> String, _ wayOut: @autoclosure () -> String) {
      if !holds { list.append(Problem(field, fault(), wayOut: wayOut())) }
    }
    let parts = [
      plan.tensor, plan.context, plan.pipeline, plan.virtual, plan.data, plan.expert, plan.expertTensor,
      plan.microbatch, plan.replicas, sequenceLength, globalBatch,
    ]
    guard parts.allSatisfy({ $0 > 0 }) else {
      return [Problem("plan", "a size of the plan is below 1", wayOut: "give 1 or more of each")]
    }
    let heads = architecture.layers.map(\.attention.heads).filter { $0 > 0 }
    if let head = heads.first(where: { $0 % plan.tensor != 0 }) {
      need(
        false, "plan.tensor", "\(plan.tensor) does not divide \(head) attention heads",
        "use \(Self.divisor(of: head, near: plan.tensor))")
    }
    need(
      sequenceLength % plan.context == 0, "plan.context",
      "\(plan.context) does not divide \(sequenceLength) tokens of a sequence",
      "use \(Self.divisor(of: sequenceLength, near: plan.context))")
    let layers = architecture.layerCount
    need(
      plan.stages <= layers + 2, "plan.pipeline", "\(plan.stages) stages are more than \(layers) layers",
      "use \(max(1, Self.divisor(of: layers, near: plan.stages))) or fewer")
    if let chunks = plan.layersByChunk {
      need(
        chunks.count == plan.stages && chunks.reduce(0, +) == layers, "plan.layersByChunk",
        "\(chunks.reduce(0, +)) layers in \(chunks.count) chunks are not \(layers) in \(plan.stages)",
        "leave it out, or give one number for each stage")
    }
    need(
      plan.virtual == 1 || plan.pipeline > 1, "plan.virtual", "\(plan.virtual) virtual stages need a pipeline",
      "give two or more pipeline ranks, or leave them out")
    need(
      (plan.data * plan.context) % plan.replicas == 0, "plan.replicas",
      "\(plan.replicas) replicas do not divide \(plan.data * plan.context) data-parallel ranks",
      "use \(Self.divisor(of: plan.data * plan.context, near: plan.replicas))")
    need(
      recipe.offloadedLayers <= layers, "recipe.offloadedLayers",
      "\(recipe.offloadedLayers) layers are more than the \(layers) of \(architecture.name)", "give \(layers) or fewer")
    list += batchFaults
    if let mixture = architecture.mixture {
      let hosts = plan.data * plan.context * plan.tensor
      need(
        mixture.experts % plan.expert == 0, "plan.expert",
        "\(plan.expert) does not divide \(mixture.experts) experts",
        "use \(Self.divisor(of: mixture.experts, near: plan.expert))")
      need(
        hosts % (plan.expert * plan.expertTensor) == 0, "plan.expert",
        "EP \(plan.expert) × ETP \(plan.expertTensor) does not divide the \(hosts) ranks of a stage",
        "use \(Self.divisor(of: hosts, near: plan.expert * plan.expertTensor))")
    } else {
      need(plan.expert == 1, "plan.expert", "\(architecture.name) has no experts", "leave it out")
    }
    return list
  }

  private var batchFaults: [Problem] {
    let each = plan.data * plan.microbatch
    guard globalBatch % each == 0 else {
      let way = max(each, globalBatch / each * each)
      return [
        Problem(
          "globalBatch",
          "\(globalBatch) sequences are not a multiple of DP \(plan.data) × micro-batch \(plan.microbatch)",
          wayOut: "use \(way)")
      ]
    }
    guard plan.pipeline > 1 else { return [] }
    do {
      _ = try PipelineSchedule.check(
        plan.schedule, ranks: plan.pipeline, microbatches: globalBatch / each, virtual: plan.virtual)
      return []
    } catch let problem as Problem { return [problem] } catch { return [] }
  }

  /// The divisor of a number that is nearest to another.
  static func divisor(of number: Int, near wanted: Int) -> Int {
    var all = [1]
    var factor = 1
    while factor <= number / factor {
      if number % factor == 0 { all += [factor, number / factor] }
      factor += 1
    }
    return all.min { (abs($0 - wanted), $0) < (abs($1 - wanted), $1) } ?? 1
  }
}
