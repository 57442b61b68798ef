import Simulation
import Units

/// Consecutive steps of one instance with the same work: step i lasts `first + i · increment`.
public struct StepRecord: Sendable, Hashable {
  /// In the order of the configuration's engines; without engines 0 for prefill and 1 for decode.
  public var pool: Int
  /// Within its pool.
  public var instance: Int
  public var start: Instant
  public var first: Span
  public var increment: Span
  public var count: Int
  /// Requests that decode, over all ranks, and their context at the start.
  public var decoding: Int
  public var contextTokens: Int
  /// Prompts, or parts of them, with their tokens, the tokens before these, and the pairs of tokens that see each
  /// other.
  public var prompts: Int
  public var promptTokens: Int
  public var earlierTokens: Int
  public var attentionPairs: Int

  /// Start of the `index`-th step after the first; `count` gives the end.
  public func instant(_ index: Int) -> Instant {
    let triangle = Int64(index) * Int64(index - 1) / 2
    return start + Int64(index) * first + triangle * increment
  }
}

/// What holds from an instant on, over all instances.
public struct LevelRecord: Sendable, Hashable {
  public var instant: Instant
  public var waitingForPrefill: Int
  public var waitingForDecode: Int
  public var decoding: Int
  /// Blocks of keys and values that requests hold where they decode, and of prefixes in caches of their own.
  public var heldBlocks: Int
  public var prefixBlocks: Int
  public var power: Watts
}

extension ServingSystem {
  /// Gives the level observer what holds now, if it is not what it was given last.
  mutating func tellLevels() {
    let levels = recorder.timeline.levels
    if levels == recorder.toldLevels { return }
    recorder.toldLevels = levels
    recorder.observers.levels?(
      LevelRecord(
        instant: Instant(picoseconds: now), waitingForPrefill: levels.prefillQueue,
        waitingForDecode: levels.decodeQueue, decoding: levels.decodeBatch, heldBlocks: levels.heldBlocks,
        prefixBlocks: levels.prefixBlocks, power: Watts(Double(levels.milliwatts) * 1e-3)))
  }

  /// Gives the step observer the run of an engine's steps that ends now, before its sums move on.
  mutating func tellSteps(of index: Int) {
    let instance = engines[index]
    let run = instance.run
    let decoding = instance.ranks.indices.filter { instance.plan.decodes[$0] }
    let quanta = decoding.reduce(Int64(0)) { $0 + instance.ranks[$1].sums[0] }
    var record = StepRecord(
      pool: instance.pool, instance: instancesBefore(index), start: Instant(picoseconds: run.start),
      first: Span(picoseconds: run.first), increment: Span(picoseconds: run.increment), count: run.count,
      decoding: decoding.reduce(0) { $0 + instance.ranks[$1].decoding },
      contextTokens: Int(quanta / DecodeDurations.quantaPerToken), prompts: instance.plan.chunks.count, promptTokens: 0,
      earlierTokens: 0, attentionPairs: 0)
    for chunk in instance.plan.chunks {
      let new = Int(chunk.tokens), before = Int(chunk.before)
      record.promptTokens += new
      record.earlierTokens += before
      record.attentionPairs += new * before + new * (new + 1) / 2
    }
    recorder.observers.steps?(record)
  }

  /// An engine's place within its pool.
  private func instancesBefore(_ index: Int) -> Int {
    index - configuration.engines[..<engines[index].pool].reduce(0) { $0 + $1.instances }
  }

  /// Gives the step observer an iteration of a prefill instance that begins now.
  func tellIteration(of index: Int, _ work: PrefillDurations.Work, _ duration: Int64) {
    recorder.observers.steps?(
      StepRecord(
        pool: 0, instance: index, start: Instant(picoseconds: now), first: Span(picoseconds: duration),
        increment: .zero, count: 1, decoding: 0, contextTokens: 0, prompts: work.requests,
        promptTokens: work.newTokens, earlierTokens: work.cachedTokens, attentionPairs: work.attentionPairs))
  }

  /// Gives the step observer a run of decode steps that begins now.
  func tellDecodeRun(_ run: DecodeRun) {
    let quanta = decodes[run.instance].ranks.reduce(Int64(0)) { $0 + $1.context }
    recorder.observers.steps?(
      StepRecord(
        pool: 1, instance: run.instance, start: run.start, first: run.first, increment: run.increment,
        count: run.count, decoding: run.batch, contextTokens: Int(quanta / DecodeDurations.quantaPerToken),
        prompts: 0, promptTokens: 0, earlierTokens: 0, attentionPairs: 0))
  }
}
