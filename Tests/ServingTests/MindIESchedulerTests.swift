import Serving
import Simulation
import Testing

/// Rules of MindIE-LLM's scheduler in worlds whose every step takes one second.
/// Source: MindIE-LLM src/scheduler/scheduler.cpp, policy/fcfs_policy.cpp, policy/stage_policy, commit 8b4871ad31.
@Suite struct MindIESchedulerTests {
  private func pool(
    batch: Int = 50, tokens: Int = 8192, delay: Int = 0, share: Double = 0.05, requests: Int = 200,
    blocks: Int = 10_000,
    ranks: Int = 1
  ) -> EnginePool {
    EngineWorlds.pool(
      .mindIE(
        MindIEScheduler(
          maxPrefillBatch: batch, maxPrefillTokens: tokens, queueDelay: Int64(delay) * 1_000_000_000_000,
          freeShare: share)), budget: 8192, requests: requests, blocks: blocks, ranks: ranks, routing: .roundRobin)
  }

  /// scheduler.cpp: without chunked prefill a step is of one kind, prompts first by default.
  @Test("a step is either prompts or decode, prompts first") func separate() throws {
    // B comes at 1 s and C at 2 s: steps 2 and 3 are theirs, A decodes in steps 4 and 5.
    let sent = try EngineWorlds.tokens([(0, 2, 3), (1, 9, 1), (2, 9, 1)], [pool()])
    #expect(sent == [[1, 4, 5], [2], [3]])
  }

  /// scheduler.cpp, policy/: `maxQueueDelayMicroseconds` of the oldest waiting request.
  @Test("the oldest waiting request waits out the delay, and an idle engine looks again then") func delay() throws {
    // Delay 3 s. A, alone, goes at 3 s. B comes at 5 s and is ripe at 8 s: A decodes in between.
    let sent = try EngineWorlds.tokens([(0, 1, 9), (5, 1, 1)], [pool(delay: 3)])
    #expect(sent[0] == [4, 5, 6, 7, 8, 10, 11, 12, 13])
    #expect(sent[1] == [9])
  }

  /// scheduler.cpp, policy/: at least 5% of the blocks free.
  @Test("prompts wait while less than the share of the blocks is free") func freeShare() throws {
    // 20 blocks of 4, half to be free: A holds 11 until 4 s, so B waits although its block is there.
    let sent = try EngineWorlds.tokens([(0, 41, 4), (1, 1, 1)], [pool(share: 0.5, blocks: 20)])
    #expect(sent == [[1, 2, 3, 4], [5]])
  }

  /// scheduler.cpp, policy/: `maxPrefillBatchSize`, `maxPrefillTokens`; the first that does not fit ends the batch.
  @Test("a batch of prompts ends at its requests, or at its tokens, which the first may exceed") func limits() throws {
    let three: [EngineWorlds.Asked] = [(0, 9, 1), (0, 3, 1), (0, 3, 1)]
    #expect(try EngineWorlds.tokens(three, [pool(batch: 2)]) == [[1], [1], [2]])
    #expect(try EngineWorlds.tokens(three, [pool(tokens: 8)]) == [[1], [2], [2]])
    #expect(try EngineWorlds.tokens(three, [pool(tokens: 12)]) == [[1], [1], [2]])
  }

  /// scheduler.cpp, policy/: the victim is the last running; recomputed without swapping.
  @Test("out of blocks, the last running is preempted and goes first") func preemption() throws {
    let sent = try EngineWorlds.tokens([(0, 4, 3), (0, 4, 3), (1, 4, 1)], [pool(share: 0, requests: 2, blocks: 3)])
    // Step 2: A takes the third block and B goes. A ends with step 3; B (5 tokens) and C go in step 4.
    #expect(sent == [[1, 2, 3], [1, 4, 5], [4]])
  }

  /// scheduler.cpp: all ranks by majority of those with requests, ties to prefill.
  @Test("ranks decide together by majority, ties to prompts") func majority() throws {
    // Three ranks decode; D comes to rank 0 at 1 s and waits for the others' ends at 3 s (one to one is a tie).
    let three = try EngineWorlds.tokens(
      [(0, 1, 9), (0, 1, 3), (0, 1, 9), (1, 1, 1)], [pool(ranks: 3)])
    #expect(three[3] == [4])
    #expect(three[0] == [1, 2, 3, 5, 6, 7, 8, 9, 10])
    let two = try EngineWorlds.tokens([(0, 1, 4), (0, 1, 4), (1, 1, 1)], [pool(ranks: 2)])
    #expect(two == [[1, 3, 4, 5], [1, 3, 4, 5], [2]])
  }
}
