import Planning
import Reports

extension Comparison {
  /// What would have to be true for a system to do as well as the base, one input at a time, all else as it is.
  public struct Parity: Encodable, Sendable {
    public var system: String
    public var base: String
    public var factors: [Factor]

    public struct Factor: Encodable, Sendable {
      /// In which it would be as good.
      public var goal: PlanRequest.Goal
      public var input: PlanInput
      /// Of today's; nil where nothing between a sixteenth and sixteen times is enough.
      public var factor: Double?
    }

    /// By estimates of both systems' best plans: tokens for each chip, and what a token costs where both have prices.
    public init(of contender: Contender, _ planner: Planner, with base: Contender, _ basePlanner: Planner) {
      system = contender.system.name
      self.base = base.system.name
      let tokens = Self.factors([.memoryBandwidth, .compute, .memory], planner, as: basePlanner, .throughput)
      let isPriced = contender.system.price != nil && base.system.price != nil
      factors = tokens + (isPriced ? Self.factors([.price, .memoryBandwidth], planner, as: basePlanner, .cost) : [])
    }

    private static func factors(
      _ inputs: [PlanInput], _ planner: Planner, as base: Planner, _ goal: PlanRequest.Goal
    ) -> [Factor] {
      let (mine, theirs) = (planner.asked(for: goal), base.asked(for: goal))
      guard let wanted = theirs.plan().best.flatMap({ goal.value(of: $0.candidate) }) else { return [] }
      let answer = mine.plan()
      guard answer.best != nil else { return [] }
      return inputs.map { Factor(goal: goal, input: $0, factor: mine.factor(of: $0, for: answer, toReach: wanted)) }
    }

    /// One sentence for each goal.
    var sentences: [String] {
      PlanRequest.Goal.allCases.compactMap { goal in
        let mine = factors.filter { $0.goal == goal }
        guard !mine.isEmpty else { return nil }
        let found = mine.compactMap { entry in
          entry.factor.map { "\(Text.significant($0)) \u{00D7} its \(entry.input.words)" }
        }
        let lacking = mine.filter { $0.factor == nil }.map { "no \($0.input.words) up to 16 \u{00D7} is enough" }
        let what = goal == .cost ? "a token would cost as much" : "a chip would make as many tokens"
        return "\(system): \(what) as on \(base) with \((found + lacking).joined(separator: ", or "))."
      }
    }
  }
}
