import Serving
import Testing

/// Rules of TensorRT-LLM's in-flight batching in worlds whose every step takes one second.
/// Sources: cpp/tensorrt_llm/batch_manager/capacityScheduler.cpp, microBatchScheduler.cpp (02a10fe, 0a949d3);
/// tensorrt_llm/_torch/pyexecutor/py_executor.py, scheduler/adp_router.py (1.0 to 1.1, 02385f2).
@Suite struct TensorRTSchedulerTests {
  private func pool(
    _ scheduler: TensorRTScheduler = TensorRTScheduler(), budget: Int, requests: Int = 8, block: Int = 4,
    blocks: Int = 10_000, reserves: Bool = true, ranks: Int = 1, routing: EngineRouting = .leastRequests
  ) -> EnginePool {
    EngineWorlds.pool(
      .tensorRT(scheduler), budget: budget, requests: requests, block: block, blocks: blocks, reserves: reserves,
      ranks: ranks, routing: routing)
  }

  // MARK: Tokens of a step

  /// microBatchScheduler.cpp, setCtxRequestsChunkSize, first come first served.
  @Test("budget 12, unit 4, two decoding: a prompt of 20 takes 8, 8, 4") func chunks() throws {
    // A and B prefill in step 1; C's chunks of 10 left are rounded down to 8, and the rest of 4 goes whole.
    let sent = try EngineWorlds.tokens(
      [(0, 2, 6), (0, 2, 6), (1, 20, 2)], [pool(TensorRTScheduler(isChunked: true), budget: 12)])
    #expect(sent == [[1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], [4, 5]])
  }

  /// microBatchScheduler.cpp: without chunking a prompt needs its whole length in the rest of the budget.
  @Test(
    "unchunked, a prompt of 10 goes beside two that decode, one of 11 waits for an end", arguments: [(10, 2), (11, 5)])
  func whole(prompt: Int, first: Int) throws {
    // A ends with step 4.
    let sent = try EngineWorlds.tokens([(0, 2, 4), (0, 2, 9), (1, prompt, 1)], [pool(budget: 12)])
    #expect(sent[2] == [first])
  }

  /// capacityScheduler.cpp, microBatchScheduler.cpp: the first that fails ends the list.
  @Test("the first prompt that does not fit ends the list") func noOvertaking() throws {
    let sent = try EngineWorlds.tokens([(0, 2, 4), (0, 2, 9), (1, 11, 1), (1, 1, 1)], [pool(budget: 12)])
    #expect(sent[2...] == [[5], [6]])
  }

  // MARK: Capacity

  /// capacityScheduler.cpp, GuaranteedNoEvictScheduler: blocks for prompt and output.
  @Test("100 blocks of 32: two requests of 1,000 + 1,000 run one after the other") func guaranteed() throws {
    // Each takes ⌈2,000/32⌉ = 63 blocks.
    let asked: [EngineWorlds.Asked] = [(0, 1000, 1000), (0, 1000, 1000)]
    let sent = try EngineWorlds.tokens(asked, [pool(budget: 8192, block: 32, blocks: 100)])
    #expect(sent[0] == Array(1...1000) && sent[1] == Array(1001...2000))
    // 126 blocks hold both.
    let both = try EngineWorlds.tokens(asked, [pool(budget: 8192, block: 32, blocks: 126)])
    #expect(both[1] == Array(1...1000))
  }

  /// capacityScheduler.cpp, MaxUtilizationScheduler: the last started is paused, and computed again.
  @Test("where memory grows, the last started is paused and goes first later") func maximumUtilization() throws {
    // 3 blocks of 4: step 2 needs a second block for both; B is paused; A ends with step 3; B computes 5 tokens.
    let sent = try EngineWorlds.tokens(
      [(0, 4, 3), (0, 4, 3), (1, 4, 1)], [pool(budget: 64, requests: 2, blocks: 3, reserves: false)])
    #expect(sent == [[1, 2, 3], [1, 4, 5], [4]])
  }

  // MARK: Waiting on purpose

  /// py_executor.py, _waiting_requests(): at most `batch_wait_timeout_iters` steps while fewer tokens are scheduled
  /// than `batch_wait_max_tokens_ratio` of the budget, and only beside generation.
  @Test("prompts are held for three steps, or until half of the step's tokens are wanted") func waits() throws {
    let waiting = pool(TensorRTScheduler(waitSteps: 3, waitShare: 0.5), budget: 20)
    // B comes at 1 s: held in steps 2, 3, 4.
    #expect(try EngineWorlds.tokens([(0, 2, 9), (1, 4, 1)], [waiting])[1] == [5])
    // With C at 3 s 1 + 4 + 5 = 10 tokens are wanted.
    #expect(try EngineWorlds.tokens([(0, 2, 9), (1, 4, 1), (3, 5, 1)], [waiting])[1...] == [[4], [4]])
    // Nothing decodes: nothing is held.
    #expect(try EngineWorlds.tokens([(0, 2, 1), (1, 4, 1)], [waiting])[1] == [2])
  }

  // MARK: Attention data parallelism

  /// adp_router.py: new requests go to the rank with the fewest tokens.
  @Test("ranks with 100, 80, 60, 60 tokens: 50 goes to the third, 20 to the fourth") func router() throws {
    let four = pool(budget: 1000, ranks: 4, routing: .leastTokens)
    let records = try EngineWorlds.run(
      [(0, 100, 9), (0, 80, 9), (0, 60, 9), (0, 60, 9), (1, 50, 1), (1, 20, 1)], [four]
    ).records
    #expect(records.map(\.rank) == [0, 1, 2, 3, 2, 3])
  }

  /// py_executor.py, _balance_adp_requests(): until all ranks have a prompt, less than `timeout_iters` steps, and then
  /// `batching_wait_iters` more while all generate.
  @Test("prompts wait for all ranks, no longer than the timeout, and then to gather") func balance() throws {
    let two = pool(
      TensorRTScheduler(balance: TensorRTScheduler.Balance(timeoutSteps: 4, batchingSteps: 2)), budget: 100, ranks: 2,
      routing: .roundRobin)
    // Both ranks decode from step 2 on. C (rank 0) comes at 1 s, alone: held in steps 2, 3, 4.
    #expect(try EngineWorlds.tokens([(0, 1, 20), (0, 1, 20), (1, 1, 1)], [two])[2] == [5])
    // D (rank 1) comes at 2 s: C is held in step 2 for the other rank, both in steps 3 and 4 to gather.
    let both = try EngineWorlds.tokens([(0, 1, 20), (0, 1, 20), (1, 1, 1), (2, 1, 1)], [two])
    #expect(both[2...] == [[5], [5]])
    // Where a rank does not decode nothing is held.
    #expect(try EngineWorlds.tokens([(0, 1, 20), (0, 1, 1), (1, 1, 1)], [two])[2] == [2])
  }
}
