import Models
import Units

/// Bytes that a rank sends, by kind of traffic: closed forms of Documentation/Models/Training.md, section 4.
public struct TrainingTraffic: Sendable {
  let job: TrainingJob
  public init(_ job: TrainingJob) { self.job = job }

  private var largest: RankParameters {
    let layout = StageLayout(of: job)
    let bytes = LayerBytes(job)
    let tiesHere = job.architecture.tiedEmbeddings && job.plan.pipeline == 1
    let ranks = layout.chunksOfRank.map { chunks in
      chunks.reduce(RankParameters(dense: 0, experts: 0)) {
        $0 + bytes.parameters(of: layout.kinds[layout.kindOf[$1]], tiesHere: tiesHere)
      }
    }
    return ranks.max { $0.total < $1.total } ?? RankParameters(dense: 0, experts: 0)
  }

  private func others(_ ranks: Int) -> Double { Double(ranks - 1) / Double(ranks) }

  /// Forward of one layer in a tensor group with sequence parallelism: two gathers and two scatters of 2 s b h.
  public var tensorForwardPerLayer: Bytes {
    Bytes(4 * others(job.plan.tensor) * 2 * job.tokens * job.hidden)
  }

  /// One micro-batch of FSDP: gathers in forward and backward and one scatter, each of the rank's weights in 16 bits.
  public var shardedPerMicrobatch: Bytes {
    let held = largest
    let passes = job.plan.keepsGathered ? 2.0 : 3.0
    return Bytes(passes * 2 * held.total * others(job.plan.denseReplicas / job.plan.replicas))
  }

  /// Hidden values to the next stage, one micro-batch and chunk.
  public var pipelineSend: Bytes { Bytes(2 * job.localTokens * job.hidden) }

  /// A rank's tokens to so many places, each once, at this many bytes a value.
  public func dispatch(places: Double, bytesPerValue: Double) -> Bytes {
    Bytes(job.tokens / Double(job.plan.tensor) * places * job.hidden * bytesPerValue)
  }

  /// Gradients of a step between replicas (ZeRO-1 and 2).
  public var gradientsPerStep: Bytes {
    let held = largest
    let dense = held.dense * others(job.plan.denseReplicas)
    return Bytes(job.recipe.state.gradients * (dense + held.experts * others(job.plan.expertReplicas)))
  }
}
