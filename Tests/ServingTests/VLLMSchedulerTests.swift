import Serving
import Testing

/// Rules of vLLM's V1 scheduler in worlds whose every step takes one second.
@Suite struct VLLMSchedulerTests {
  /// Source: vllm/v1/core/sched/scheduler.py, running requests first, then the budget's rest to a prompt in chunks.
  @Test("decode takes its tokens first and the rest of the budget goes to the prompt, step by step") func chunks()
    throws
  {
    // A and B prefill in step 1 (2 tokens each); C comes at 1 s: 6, 6, 6, 2 tokens in steps 2 to 5.
    let sent = try EngineWorlds.tokens(
      [(0, 2, 7), (0, 2, 7), (1, 20, 2)], [EngineWorlds.pool(.vLLM(), budget: 8, requests: 8)])
    #expect(sent[0] == [1, 2, 3, 4, 5, 6, 7])
    #expect(sent[1] == [1, 2, 3, 4, 5, 6, 7])
    #expect(sent[2] == [5, 6])
  }

  @Test("two prompts share a step: 5 and 3, then 1 and 7, 1 and 7, 1 and 3") func twoPrompts() throws {
    let sent = try EngineWorlds.tokens(
      [(0, 5, 4), (0, 20, 1)], [EngineWorlds.pool(.vLLM(), budget: 8, requests: 8)])
    #expect(sent == [[1, 2, 3, 4], [4]])
  }
}
