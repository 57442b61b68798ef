import Models
import Training
import Units

extension TrainingRow {
  /// The row's figure as a step says it, in the row's unit; nil where the model has no such figure.
  func value(of step: TrainingStep, _ facts: TrainingFacts, _ platform: TrainingPlatform) -> Double? {
    let perChip = step.tokensPerSecondAndRank
    switch metric {
    case "iteration time": return step.time.value
    case "tokens/s per GPU": return perChip
    case "samples/s per GPU": return perChip / Double(step.job.sequenceLength)
    case "peak memory":
      let counted = facts.memory.first { source.contains($0.words) }?.counts ?? .device
      return peak(step.memory, counted, platform).value / (unit == "GiB" ? 1_073_741_824 : 1e9)
    case "pipeline bubble ratio": return step.pipeline.map { $0.bubble * 100 }
    case "activation memory relative to TP without recompute": return relativeActivations(step.job)
    default: break
    }
    let flops = ModelFLOPs(step.job).perToken(convention).value * perChip
    if metric.hasPrefix("aggregate") { return flops * Double(chips) / 1e15 }
    if metric.hasPrefix("MFU") || metric.hasPrefix("HFU") {
      // Where a report names no peak, the chip's.
      return flops / (ratedPeak ?? step.peak.value) * 100
    }
    return metric.contains("TFLOP/s") ? flops / 1e12 : nil
  }

  /// Of the fullest rank, in what the source counts.
  private func peak(
    _ memory: TrainingMemory, _ counted: TrainingFacts.MemoryMeasure.Counted, _ platform: TrainingPlatform
  ) -> Bytes {
    guard let stage = memory.largest else { return .zero }
    switch counted {
    case .device: return stage.total
    case .reserved: return stage.total - platform.memory.fixed.value - platform.memory.buffers.value
    case .allocated: return stage.total - stage.overhead
    }
  }

  /// The peak that a share is of: `MFU (of 989 TFLOP/s)`.
  private var ratedPeak: Double? {
    guard let of = metric.firstRange(of: "(of ") else { return nil }
    return Double(metric[of.upperBound...].prefix { $0.isNumber || $0 == "." }).map { $0 * 1e12 }
  }

  /// How the row counts operations.
  var convention: ModelFLOPs.Convention {
    var convention = ModelFLOPs.Convention()
    let text = cells["flops_convention"]
    convention.countsWholeSquare = text.hasPrefix("full")
    convention.countsEmbedding = text.contains("with_embedding")
    convention.countsPrediction = !text.contains("without_mtp")
    convention.leavesOutFrozen = text.contains("without_frozen")
    convention.countsTwoOfThree = text.contains("expert_mlp_2_of_3")
    convention.isHybrid = text.contains("hybrid_formula")
    if text.contains("with_recompute") {
      convention.recompute = .blocks
      if text.contains("(4/3") { convention.recompute = .everything }
      if text.contains("selective counted") { convention.recompute = .attention }
    }
    return convention
  }

  /// Of a job's layer, against the same with its tensor group alone and nothing computed again, in percent.
  private func relativeActivations(_ job: TrainingJob) -> Double? {
    guard let group = job.architecture.layers.first else { return nil }
    var plain = job
    plain.plan.sequenceParallel = false
    plain.recipe.recompute = .none
    return ActivationMemory(job: job).bytes(of: group) / ActivationMemory(job: plain).bytes(of: group) * 100
  }
}
