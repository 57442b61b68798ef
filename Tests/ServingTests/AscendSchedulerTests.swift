import Serving
import Testing

/// Rules of vLLM-Ascend's own scheduler in worlds whose every step takes one second.
/// Source: vllm_ascend/core/scheduler.py, tag v0.11.0.
@Suite struct AscendSchedulerTests {
  private func pool(budget: Int, blocks: Int = 10_000, freeShare: Double = 0.01) -> EnginePool {
    EngineWorlds.pool(.ascend(AscendScheduler(freeShare: freeShare)), budget: budget, requests: 8, blocks: blocks)
  }

  /// core/scheduler.py: whole prompts, those beyond the budget are skipped; decode where none could be scheduled.
  @Test("budget 8: prompts of 6, 5 and 2 beside one that decodes go as 6 + 2, then 5, then decode") func passedOver()
    throws
  {
    let sent = try EngineWorlds.tokens([(0, 1, 3), (1, 6, 1), (1, 5, 1), (1, 2, 1)], [pool(budget: 8)])
    #expect(sent == [[1, 4, 5], [2], [3], [2]])
  }

  /// core/scheduler.py: 1% of the blocks stay free as prompts are admitted.
  @Test("a prompt leaves the share of blocks free, but where nothing runs") func freeShare() throws {
    // 4 blocks of 4, of which 1 stays free: A holds 2 until 3 s, B needs 2, C needs 1 and goes past B.
    let sent = try EngineWorlds.tokens(
      [(0, 5, 3), (1, 8, 1), (1, 3, 1)], [pool(budget: 64, blocks: 4, freeShare: 0.25)])
    #expect(sent == [[1, 3, 4], [5], [2]])
    // Alone, a prompt may take all.
    #expect(try EngineWorlds.tokens([(0, 15, 1)], [pool(budget: 64, blocks: 4, freeShare: 0.25)]) == [[1]])
  }

  /// core/scheduler.py: no chunks, so that a prompt beyond the budget is never scheduled.
  @Test("a prompt longer than a step's tokens is refused") func tooLong() throws {
    let records = try EngineWorlds.run([(0, 9, 1), (0, 8, 1)], [pool(budget: 8)]).records
    #expect(records.map(\.outcome) == [.promptTooLong, .completed])
  }

  /// core/scheduler.py, decode as vLLM's: `self.running.pop()`, its tokens computed again.
  @Test("out of blocks, the request admitted last is preempted and computed again at once where it fits")
  func preemption()
    throws
  {
    // 3 blocks of 4. Step 2: A takes the third, B is preempted; A ends with step 3; B computes 5 tokens in step 4.
    let sent = try EngineWorlds.tokens([(0, 4, 3), (0, 4, 3)], [pool(budget: 64, blocks: 3)])
    #expect(sent == [[1, 2, 3], [1, 4, 5]])
  }
}
