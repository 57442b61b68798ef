import Serving
import Testing

/// Rules of vLLM's V1 scheduler in worlds whose every step takes one second.
/// Sources: vllm/v1/core/sched/scheduler.py and vllm/v1/core/kv_cache_manager.py, releases 0.8.5 to 0.33.0.
@Suite struct VLLMSchedulerTests {
  // MARK: The budget

  /// scheduler.py, schedule(): running requests first, then the budget's rest to a prompt in chunks.
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

  /// scheduler.py, schedule(): waiting requests share what the budget leaves.
  @Test("two prompts share a step: 5 and 3, then 1 and 7, 1 and 7, 1 and 3") func twoPrompts() throws {
    let sent = try EngineWorlds.tokens(
      [(0, 5, 4), (0, 20, 1)], [EngineWorlds.pool(.vLLM(), budget: 8, requests: 8)])
    #expect(sent == [[1, 2, 3, 4], [4]])
  }

  /// scheduler.py: `if not chunked_prefill_enabled and num_new_tokens > token_budget: break`.
  @Test("a prompt that may not be cut waits for the whole budget, and those behind it too") func unchunked() throws {
    // A decodes until 3 s, so 7 of 8 tokens are left; B needs 8, and C behind it would fit.
    let sent = try EngineWorlds.tokens(
      [(0, 2, 3), (1, 8, 1), (1, 1, 1)],
      [EngineWorlds.pool(.vLLM(VLLMScheduler(isChunked: false)), budget: 8, requests: 8)])
    #expect(sent == [[1, 2, 3], [4], [5]])
  }

  /// scheduler.py: `long_prefill_token_threshold` caps every chunk.
  @Test("with a threshold of 3 a step is 1 + 3 + 3 of 8 tokens, one unused") func threshold() throws {
    // A decodes; C and D (20 each) take 3 a step from step 2 on: 7 steps each, both end in step 8.
    let sent = try EngineWorlds.tokens(
      [(0, 2, 9), (1, 20, 1), (1, 20, 1)],
      [EngineWorlds.pool(.vLLM(VLLMScheduler(chunkLimit: 3)), budget: 8, requests: 8)])
    #expect(sent == [Array(1...9), [8], [8]])
  }

  /// scheduler.py: `len(self.running) == self.max_num_running_reqs` stops admission.
  @Test("no more requests run than there are seats") func seats() throws {
    let sent = try EngineWorlds.tokens(
      [(0, 1, 2), (0, 1, 2), (0, 1, 2)], [EngineWorlds.pool(.vLLM(), budget: 8, requests: 2)])
    #expect(sent == [[1, 2], [1, 2], [3, 4]])
  }

  // MARK: Blocks

  /// scheduler.py: `if new_blocks is None: break`, in the loop over waiting requests.
  @Test("a waiting request that does not fit in blocks stops those behind it") func noOvertaking() throws {
    // Of 4 blocks of 4 A holds 2 until 3 s; B needs 3, C behind it 1.
    let sent = try EngineWorlds.tokens(
      [(0, 5, 3), (1, 12, 1), (1, 3, 1)], [EngineWorlds.pool(.vLLM(), budget: 64, requests: 8, blocks: 4)])
    #expect(sent == [[1, 2, 3], [4], [4]])
  }

  /// kv_cache_manager.py: `scheduler_reserve_full_isl` (from 0.19) asks for the whole prompt; before, for the chunk.
  @Test(
    "a prompt of 200 with 10 blocks of 16 free and a budget of 64 is admitted before 0.19 and waits from then on",
    arguments: [(false, 5), (true, 7)])
  func wholePrompt(reserves: Bool, first: Int) throws {
    // A holds 4 of 14 blocks until 3 s. Before: 63 + 63 + 64 + 10 from step 2 on; after: 64 + 64 + 64 + 8 from step 4.
    let sent = try EngineWorlds.tokens(
      [(0, 60, 3), (1, 200, 1)],
      [
        EngineWorlds.pool(
          .vLLM(VLLMScheduler(reservesWholePrompt: reserves)), budget: 64, requests: 8, block: 16, blocks: 14)
      ])
    #expect(sent == [[1, 2, 3], [first]])
  }

  /// scheduler.py: `watermark` (from 0.24), for waiting requests when something is scheduled already.
  @Test(
    "a watermark keeps blocks free beside running requests, and none where nothing runs",
    arguments: [(0, 2), (1, 4)])
  func watermark(kept: Int, first: Int) throws {
    // A holds 2 of 4 blocks until 3 s; B needs the 2 others.
    let sent = try EngineWorlds.tokens(
      [(0, 5, 3), (1, 8, 1)],
      [EngineWorlds.pool(.vLLM(VLLMScheduler(watermarkBlocks: kept)), budget: 64, requests: 8, blocks: 4)])
    #expect(sent == [[1, 2, 3], [first]])
  }

  // MARK: Preemption

  /// scheduler.py: `self.running.pop()`, to the head of the waiting queue, its tokens kept and computed again.
  @Test("out of blocks, the request admitted last is preempted and later computes its tokens again") func preemption()
    throws
  {
    // 3 blocks of 4, R1 and R2 hold a full one each. Step 2: R1 takes the third, R2 is preempted; R1 ends with step 3,
    // R2 computes 5 tokens in step 4.
    let sent = try EngineWorlds.tokens(
      [(0, 4, 3), (0, 4, 3)], [EngineWorlds.pool(.vLLM(), budget: 64, requests: 8, blocks: 3)])
    #expect(sent == [[1, 2, 3], [1, 4, 5]])
  }

  /// scheduler.py: `if not preempted_reqs:` guards the loop over waiting requests; a victim is prepended.
  @Test("nothing is admitted in a step that preempts, and the victim goes before those that wait") func victimFirst()
    throws
  {
    // R3 came at 1 s: when R2 is preempted in step 2 its seat is free, but no one is admitted; both fit at 3 s.
    let sent = try EngineWorlds.tokens(
      [(0, 4, 3), (0, 4, 3), (1, 3, 1)], [EngineWorlds.pool(.vLLM(), budget: 64, requests: 2, blocks: 3)])
    #expect(sent == [[1, 2, 3], [1, 4, 5], [4]])
  }

  /// scheduler.py, `SchedulingPolicy.PRIORITY`: the victim is the greatest (priority, arrival), the queue a heap.
  @Test("by priority the least urgent is preempted and the most urgent goes first") func priority() throws {
    let pool = EngineWorlds.pool(.vLLM(VLLMScheduler(order: .priority)), budget: 64, requests: 8, blocks: 3)
    // R1 (less urgent) was admitted first, R2's fifth token takes its block.
    let sent = try EngineWorlds.tokens([(0, 4, 3), (1, 4, 3)], [pool], priorities: [1, 0])
    // Step 2: R1 takes a second block and R2 the third; step 3: R2 needs one, R1 goes; step 5: R1 computes 6 tokens.
    #expect(sent == [[1, 2, 5], [2, 3, 4]])
    let one = EngineWorlds.pool(.vLLM(VLLMScheduler(order: .priority)), budget: 64, requests: 1)
    #expect(
      try EngineWorlds.tokens([(0, 1, 2), (1, 1, 1), (1, 1, 1)], [one], priorities: [0, 2, 1]) == [[1, 2], [4], [3]])
  }

  // MARK: Prefixes

  /// kv_cache_manager.py: `max_cache_hit_length = request.num_tokens - 1`, whole blocks.
  @Test("of a cached prompt of 64 in blocks of 16, 48 tokens hit; of one of 70, 64", arguments: [(64, 48), (70, 64)])
  func prefixHit(prompt: Int, hit: Int) throws {
    let pool = EngineWorlds.pool(.vLLM(), budget: 100, requests: 8, block: 16, unit: 16)
    let hashes: [UInt64] = [1, 2, 3, 4, 5]
    let records = try EngineWorlds.run(
      [(0, prompt, 1), (5, prompt, 1)], [pool], hashes: [hashes, hashes], hashed: 16
    ).records
    #expect(records.map(\.cachedTokens) == [0, hit])
  }

  /// kv_cache_manager.py, allocate_slots(): blocks are cached as they are scheduled.
  @Test(
    "a prompt admitted in the same step finds the blocks of the one before it", arguments: [(true, 16), (false, 0)])
  func sameStep(named: Bool, hit: Int) throws {
    let pool = EngineWorlds.pool(.vLLM(), budget: 100, requests: 8, block: 16, unit: 16, named: named)
    let records = try EngineWorlds.run(
      [(0, 20, 1), (0, 20, 1)], [pool], hashes: [[1, 2], [1, 3]], hashed: 16
    ).records
    #expect(records.map(\.cachedTokens) == [0, hit])
  }

  // MARK: What lags

  /// v1/engine/core.py, step_with_batch_queue(): step k + 1 is scheduled before step k's tokens are known (0.11.1).
  @Test("with asynchronous scheduling a seat is filled, and an arrival served, one step later", arguments: [0, 1])
  func lag(lag: Int) throws {
    let pool = EngineWorlds.pool(.vLLM(), budget: 8, requests: 2, lag: lag)
    #expect(try EngineWorlds.tokens([(0, 1, 9), (0, 1, 2), (0, 1, 1)], [pool])[2] == [3 + lag])
    #expect(try EngineWorlds.tokens([(0, 1, 9), (1, 1, 1)], [pool])[1] == [2 + lag])
  }

  /// v1/engine/core.py, _process_input_queue(): an idle engine blocks on its queue.
  @Test("an idle engine begins at once, whatever the lag") func idle() throws {
    let pool = EngineWorlds.pool(.vLLM(), budget: 8, requests: 2, lag: 1)
    #expect(try EngineWorlds.tokens([(0, 1, 1), (7, 1, 1)], [pool]) == [[1], [8]])
  }

  // MARK: Data parallel, speculation

  /// v1/engine/core_client.py, DPLBAsyncMPClient: the least of 4 · waiting + running, ties to the first.
  @Test("a request goes to the rank with the least of 4 waiting + running") func ranks() throws {
    let pool = EngineWorlds.pool(.vLLM(), budget: 8, requests: 2, ranks: 2)
    let records = try EngineWorlds.run(
      [(0, 1, 9), (0, 1, 9), (1, 1, 9), (2, 1, 9), (3, 1, 1)], [pool]
    ).records
    #expect(records.map(\.rank) == [0, 1, 0, 1, 0])
  }

  /// scheduler.py: a decode brings 1 + k tokens.
  @Test("four decodes with three drafts fill a budget of 16, and a prompt waits") func drafts() throws {
    // All drafts are accepted: 4 tokens a step, 9 = 1 + 4 + 4; P comes at 1 s and is served when they have gone.
    let pool = EngineWorlds.pool(
      .vLLM(), budget: 16, requests: 4, speculation: Speculation(draftTokens: 3, acceptance: 1))
    let asked: [EngineWorlds.Asked] = [(0, 2, 9), (0, 2, 9), (0, 2, 9), (0, 2, 9), (1, 16, 1)]
    #expect(
      try EngineWorlds.tokens(asked, [pool]) == [[Int]](repeating: [1, 2, 2, 2, 2, 3, 3, 3, 3], count: 4) + [[4]])
  }
}
