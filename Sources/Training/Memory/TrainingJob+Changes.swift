import Units

extension TrainingJob {
  /// Single changes of the plan or recipe after which every stage fits, in words, smallest first.
  func changesThatFit(in capacity: Bytes, platform: TrainingPlatform) -> [String] {
    var found: [String] = []
    func attempt(_ words: String, _ change: (inout TrainingPlan, inout TrainingRecipe) -> Void) {
      var plan = plan, recipe = recipe
      change(&plan, &recipe)
      guard plan != self.plan || recipe != self.recipe,
        let other = try? TrainingJob(
          architecture, sequenceLength: sequenceLength, globalBatch: globalBatch, plan: plan, recipe: recipe)
      else { return }
      if TrainingMemory(of: other, capacity: capacity, platform: platform).fits { found.append(words) }
    }
    attempt("recompute attention and norms") { _, recipe in
      recipe.recompute = .selective([.coreAttention, .layerNorm])
    }
    attempt("a micro-batch of 1") { plan, _ in plan.microbatch = 1 }
    attempt("recompute every layer") { _, recipe in recipe.recompute = .full }
    attempt("shard gradients and weights too (FSDP)") { plan, _ in plan.sharding = .parameters }
    for factor in [2, 4, 8] {
      attempt("tensor parallel \(self.plan.tensor * factor), data parallel \(self.plan.data / factor)") { plan, _ in
        guard plan.data % factor == 0 else { return }
        plan.tensor *= factor
        plan.sequenceParallel = true
        plan.data /= factor
      }
      attempt("\(self.plan.pipeline * factor) pipeline stages, data parallel \(self.plan.data / factor)") { plan, _ in
        guard plan.data % factor == 0 else { return }
        plan.pipeline *= factor
        plan.data /= factor
      }
      attempt("\(self.plan.ranks * factor) ranks, data parallel \(self.plan.data * factor)") { plan, _ in
        plan.data *= factor
      }
    }
    return Array(found.prefix(4))
  }
}
