import Costs
import Hardware
import Serving
import Simulation
import Units

/// One kind of instance that a plan may use: how it is divided, its memory, and what batches of it come to.
///
/// Times of steps and memory are those that a simulation of the same deployment uses. Left out: how long keys and
/// values travel, requests of unlike lengths, and what a scheduler does where memory is full.
///
/// A reference: a step's model is large, and candidates share it.
final class InstanceModel: Sendable {
  let pool: DeployedPool
  let settings: PlanSettings
  let lengths: PlanRequest.Lengths
  /// Of a prompt, tokens that are found in the cache of prefixes, in whole blocks, and those that are computed.
  let found, new: Double
  /// Requests of a rank that memory holds for their whole length.
  let mostInMemory: Int
  /// New tokens of prompts that a step of a rank takes.
  let promptBudget: Double
  let frontEnd: Seconds
  /// Whether running requests decode in steps with prompts.
  private let mixes: Bool
  /// Of the requests, those that must keep every objective.
  private let share: Double

  var model: StepModel { pool.model }
  var chips: Int { pool.chips }
  var ranks: Int { pool.model.ranks }

  /// Whole prompts that a step of a rank takes, at least one.
  var mostPrompts: Int { max(1, min(mostInMemory, Int(promptBudget / new))) }

  /// The largest batch of a rank that is tried.
  static let largestBatch = 1024

  init(
    _ pool: DeployedPool, settings: PlanSettings = PlanSettings(), lengths: PlanRequest.Lengths, promptBudget: Double,
    share: Double, mostDecoding: Int? = nil
  ) {
    self.share = share
    self.pool = pool
    self.settings = settings
    self.lengths = lengths
    self.promptBudget = promptBudget
    var found = 0.0
    if let shared = lengths.sharedPrefix, let own = pool.settings, own.keepsPrefixes {
      let block = Double(own.blockTokens)
      found = min((shared / block).rounded(.down) * block, lengths.prompt - 1)
    }
    (self.found, new) = (max(0, found), lengths.prompt - max(0, found))
    // The shared part is kept once.
    let own = lengths.whole - self.found
    let inMemory = max(0, pool.memory.requests(of: own) - Int((self.found / own).rounded(.up)))
    mostInMemory = min(inMemory, mostDecoding ?? inMemory)
    let rules = pool.engine.scheduling
    switch rules?.scheduler {
    case .vLLM, .tensorRT, .ascend: mixes = true
    case .sgLang: mixes = rules?.mixed?.value == true
    case .mindIE, nil: mixes = false
    }
    let front = pool.engine.execution?.frontEnd
    frontEnd =
      (front?.constant.value ?? .zero) + (front?.perPromptToken.value ?? .zero) * lengths.prompt
  }

  // MARK: prompts and answers on the same chips

  /// A closed loop that keeps so many requests decoding on each rank; nil where prompts fill more than every step.
  func together(_ requests: Int) -> InstanceEstimate? {
    let running = Double(requests)
    let decode = decodeWork(requests)
    let alone = model.seconds(decode).value
    let prompts = chunks(at: running * model.tokensPerStep / lengths.decoded)
    guard prompts.mean <= prompts.most else { return nil }
    let arriving = PromptsOfStep(mean: prompts.mean, ranks: ranks, most: Int(prompts.most.rounded(.up)))
    let held = min(prompts.most, arriving.fullest)
    let total = prompts.mean * prompts.tokens * Double(ranks) / max(arriving.chance, 1e-12)
    var work = promptWork(chunks: held, of: prompts.tokens, total: max(total, held * prompts.tokens))
    var full: Double
    if mixes {
      work.decode = decode.decode
      work.instanceTokens = (work.instanceTokens ?? 0) + running * Double(1 + model.drafting.tokens) * Double(ranks)
      full = model.seconds(work).value
    } else {
      full = alone + model.seconds(work).value
    }
    full = max(full, alone)
    let chance = arriving.chance
    let step = (1 - chance) * alone + chance * full
    // What is left of the step under way as a request comes, its own steps, and waiting where prompts fill the steps.
    let left = ((1 - chance) * alone * alone + chance * full * full) / (2 * step)
    let filled = min(0.95, prompts.mean / prompts.most)
    let own = full * max(1, new / prompts.tokens) + full * filled / (2 * (1 - filled))
    // The chance to come into a step with prompts, of which any part may be left.
    let busy = chance * full / step
    let rest = max(1 - share, 1e-3)
    let longest = busy > rest ? full * (1 - rest / busy) : alone
    return InstanceEstimate(
      requestsPerRank: requests,
      requestsPerSecond: Double(ranks) * running * model.tokensPerStep / lengths.decoded / step,
      timeToFirstToken: frontEnd + Seconds(left + own), lateFirstToken: frontEnd + Seconds(longest + own),
      timePerOutputToken: Seconds(step / model.tokensPerStep), step: Seconds(step), limit: .size)
  }

  /// Chunks of prompts that come to a rank in each of its steps where it takes so many prompts, the new tokens of one,
  /// and how many a step takes.
  private func chunks(at prompts: Double) -> (mean: Double, tokens: Double, most: Double) {
    let tokens = min(new, promptBudget)
    let most = max(1, promptBudget / tokens)
    return (prompts * new / tokens, tokens, most)
  }

  // MARK: one of both

  /// A step in which every request of the batch decodes, prompts being computed elsewhere.
  func answers(_ requests: Int) -> InstanceEstimate {
    let running = Double(requests)
    let step = model.seconds(decodeWork(requests))
    return InstanceEstimate(
      requestsPerRank: requests,
      requestsPerSecond: Double(ranks) * running * model.tokensPerStep / (lengths.decoded * step.value),
      timeToFirstToken: .zero, lateFirstToken: .zero, timePerOutputToken: step / model.tokensPerStep, step: step,
      limit: .size)
  }

  /// Prompts alone, so many in a step of each rank, one step after the other.
  func prompts(_ requests: Int) -> InstanceEstimate {
    let count = Double(requests)
    let tokens = min(new, max(1, promptBudget / count))
    let steps = new / tokens
    let own = model.seconds(promptWork(chunks: count, of: tokens, total: count * tokens * Double(ranks))) * steps
    return InstanceEstimate(
      requestsPerRank: requests, requestsPerSecond: Double(ranks) * count / own.value,
      timeToFirstToken: frontEnd + own, lateFirstToken: frontEnd + own, timePerOutputToken: .zero, step: own / steps,
      limit: .stepTokens)
  }

  // MARK: steps

  private func decodeWork(_ requests: Int) -> StepWork {
    pool.decodeWork(requests: requests, context: lengths.context)
  }

  /// - Parameters:
  ///   - chunks: on the fullest rank, each of so many tokens.
  ///   - total: new tokens of all ranks.
  func promptWork(chunks: Double, of tokens: Double, total: Double) -> StepWork {
    // Of a prompt in several chunks the later ones see the earlier: the mean chunk.
    let before = found + (new - tokens) / 2
    let pairs = (found + (new + 1) / 2) * tokens * chunks
    let sampled = max(1, chunks * tokens / new)
    let prompts = StepWork.Prefill(
      newTokens: chunks * tokens, cachedTokens: before * chunks,
      pairs: model.pairs(pairs, newTokens: chunks * tokens, cachedTokens: before * chunks, requests: max(1, chunks)),
      sampled: sampled)
    return StepWork(prefill: [prompts], instanceTokens: total, isCaptured: false)
  }
}

extension InstanceModel {
  /// What a token of each phase of a pool takes: power of the phase's steps, times its part of the time, over tokens.
  func energy(_ pool: PlanCandidate.Pool, _ power: PowerModel, spares: Int) -> [PlanCandidate.PhaseEnergy] {
    let working = max(1, pool.instances - spares)
    let rate = min(pool.requestsPerSecond / Double(working), pool.estimate.requestsPerSecond)
    guard rate > 0 else { return [] }
    let tokens = min(new, promptBudget)
    func phase(_ phase: Phase, _ work: StepWork, _ watts: Watts, share: Double) -> PlanCandidate.PhaseEnergy {
      let step = model.estimate(work)
      let each = phase == .prefill ? lengths.prompt : lengths.output
      return PlanCandidate.PhaseEnergy(
        phase: phase, joulesPerToken: Joules(watts.value * share / (rate * each)), boundBy: step.boundBy,
        basis: step.basis)
    }
    func draw(_ work: StepWork) -> Watts {
      power.watts(chips: chips, during: model.estimate(work), batches: model.plan.pipeline)
    }
    switch pool.role {
    case .decode: return [phase(.decode, decodeWork(pool.estimate.requestsPerRank), watts(pool, power), share: 1)]
    case .prefill:
      let count = Double(pool.estimate.requestsPerRank)
      let work = promptWork(chunks: count, of: tokens, total: count * tokens * Double(ranks))
      return [phase(.prefill, work, watts(pool, power), share: 1)]
    case .colocated:
      let decode = decodeWork(pool.estimate.requestsPerRank)
      let prompts = promptWork(chunks: max(1, promptBudget / tokens), of: tokens, total: promptBudget)
      let share = lengths.output <= 1 ? 1 : max(0, 1 - model.seconds(decode).value / pool.estimate.step.value)
      let both = [
        phase(.prefill, prompts, draw(prompts), share: share), phase(.decode, decode, draw(decode), share: 1 - share),
      ]
      return both.filter { $0.joulesPerToken > .zero }
    }
  }

  /// Input power of one instance of a pool at its batch.
  func watts(_ pool: PlanCandidate.Pool, _ power: PowerModel) -> Watts {
    let running = Double(pool.estimate.requestsPerRank)
    func watts(_ work: StepWork) -> Watts {
      power.watts(chips: chips, during: model.estimate(work), batches: model.plan.pipeline)
    }
    let tokens = min(new, promptBudget)
    let idle = power.watts(chips: chips, computeUtilisation: 0, memoryUtilisation: 0)
    switch pool.role {
    case .decode: return watts(decodeWork(pool.estimate.requestsPerRank))
    case .prefill:
      let count = running
      let busy = watts(promptWork(chunks: count, of: tokens, total: count * tokens * Double(ranks)))
      let load = min(1, pool.requestsPerSecond / (pool.estimate.requestsPerSecond * Double(pool.instances)))
      return busy * load + idle * (1 - load)
    case .colocated:
      let decode = decodeWork(pool.estimate.requestsPerRank)
      let alone = model.seconds(decode).value
      // What is left of the mean step is prompts.
      let share = max(0, 1 - alone / pool.estimate.step.value)
      let prompt = watts(promptWork(chunks: max(1, promptBudget / tokens), of: tokens, total: promptBudget))
      return watts(decode) * (1 - share) + prompt * share
    }
  }
}
