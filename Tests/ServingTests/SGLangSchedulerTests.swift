import Serving
import Simulation
import Testing
import Units

/// Rules of SGLang's scheduler in worlds whose every step takes one second.
/// Sources: sglang/srt/managers/scheduler.py, schedule_policy.py and schedule_batch.py, release 0.5.9.
@Suite struct SGLangSchedulerTests {
  private func pool(
    _ scheduler: SGLangScheduler, requests: Int = 16, block: Int = 1, blocks: Int = 20_000, lag: Int = 0,
    interval: Int = 1, unit: Int = 0, named: Bool = false
  ) -> EnginePool {
    EngineWorlds.pool(
      .sgLang(scheduler), budget: 1024, requests: requests, block: block, blocks: blocks, lag: lag, interval: interval,
      unit: unit, named: named)
  }

  // MARK: Prompts first

  /// scheduler.py, get_next_batch_to_run(): a new prefill batch, else decode.
  @Test("a prompt in three chunks holds up decode for three steps") func prefillFirst() throws {
    // A and B prefill in step 1, C (20) comes at 1 s: 8, 8, 4 in steps 2 to 4; all decode in step 5.
    let sent = try EngineWorlds.tokens(
      [(0, 2, 3), (0, 2, 3), (1, 20, 2)], [pool(SGLangScheduler(chunkedPrefillSize: 8))])
    #expect(sent == [[1, 5, 6], [1, 5, 6], [4, 5]])
  }

  /// schedule_policy.py, PrefillAdder: a prompt that does not fit in the rest of the chunk is cut.
  @Test("prompts of 5 and 20 with a chunk of 8 take 5 + 3, 8, 8, 1") func chunks() throws {
    let sent = try EngineWorlds.tokens([(0, 5, 2), (0, 20, 2)], [pool(SGLangScheduler(chunkedPrefillSize: 8))])
    #expect(sent == [[1, 5], [4, 5]])
  }

  /// schedule_policy.py: `trunc_len = self.rem_chunk_tokens // self.page_size * self.page_size`.
  @Test("a prompt is cut to whole pages, and the one before it counts as whole pages") func pages() throws {
    // Page 4, chunk 8: 5 counts as 8, so 20 waits; then 8, 8, 4.
    let sent = try EngineWorlds.tokens(
      [(0, 5, 2), (0, 20, 2)], [pool(SGLangScheduler(chunkedPrefillSize: 8), block: 4)])
    #expect(sent == [[1, 5], [4, 5]])
    // 3 counts as 4: 20 takes 4, 8, 8.
    let other = try EngineWorlds.tokens(
      [(0, 3, 2), (0, 20, 2)], [pool(SGLangScheduler(chunkedPrefillSize: 8), block: 4)])
    #expect(other == [[1, 4], [3, 4]])
  }

  /// schedule_policy.py: nothing is added behind the chunked request.
  @Test("nothing joins a prompt that stays cut off") func alone() throws {
    // B (20) is cut in step 1 and takes 8, 8 in steps 2 and 3, 1 in step 4, with which C goes.
    let sent = try EngineWorlds.tokens(
      [(0, 5, 1), (0, 20, 1), (0, 3, 1)], [pool(SGLangScheduler(chunkedPrefillSize: 8))])
    #expect(sent == [[1], [4], [4]])
  }

  /// scheduler.py: `enable_mixed_chunk`, running requests take a token each of both limits.
  @Test("mixed, two that decode and a prompt of 20 take 2 + 6, 2 + 6, 2 + 6, 2 + 2") func mixed() throws {
    let sent = try EngineWorlds.tokens(
      [(0, 2, 6), (0, 2, 6), (1, 20, 2)], [pool(SGLangScheduler(chunkedPrefillSize: 8, mixesDecode: true))])
    #expect(sent == [[1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], [5, 6]])
  }

  /// schedule_policy.py: `if total_tokens >= self.rem_input_tokens and len(self.can_run_list) != 0`.
  @Test("a first prompt may exceed the limit of prefill tokens, a second may not reach it") func prefillLimit() throws {
    let scheduler = SGLangScheduler(chunkedPrefillSize: nil, maxPrefillTokens: 10)
    #expect(try EngineWorlds.tokens([(0, 25, 1), (0, 1, 1)], [pool(scheduler)]) == [[1], [2]])
    // 4 + 5 stay below 10; after 4, a prompt of 6 would reach it.
    #expect(try EngineWorlds.tokens([(0, 4, 1), (0, 5, 1)], [pool(scheduler)]) == [[1], [1]])
    #expect(try EngineWorlds.tokens([(0, 4, 1), (0, 6, 1)], [pool(scheduler)]) == [[1], [2]])
  }

  // MARK: Admission

  /// schedule_policy.py: `rem_total_tokens` = free − ratio · Σ min(max_new − generated, 4,096); strictly more is asked.
  @Test(
    "a prompt and its whole output must be less than what is free and not reserved",
    arguments: [
      (4000, 2), (4999, 2), (5000, 1001),
    ])
  func reserved(prompt: Int, first: Int) throws {
    // A and B hold 1,000 tokens of 11,400 and have 1,000 to say each: 10,400 − 0.7 · 2,000 = 9,000 for prompt + 4,000.
    let sent = try EngineWorlds.tokens(
      [(0, 500, 1001), (0, 500, 1001), (1, prompt, 4000)],
      [pool(SGLangScheduler(chunkedPrefillSize: nil, maxPrefillTokens: 16384), blocks: 11_400)])
    // Else the batch is full until A and B have ended: their 1,000 decode steps follow step 1.
    #expect(sent[2][0] == (first == 2 ? 2 : 1002))
  }

  /// schedule_policy.py, CLIP_MAX_NEW_TOKENS: 4,096 of an output count.
  @Test("no more than 4,096 tokens of an output count") func clip() throws {
    // Of 10,100 tokens B finds 10,000 − 0.7 · 4,096 = 7,132.8, more than 100 + 4,096; 0.7 · 9,899 would leave 3,070.7.
    let sent = try EngineWorlds.tokens(
      [(0, 100, 9900), (1, 100, 4096)], [pool(SGLangScheduler(), blocks: 10_100)])
    #expect(sent[1][0] == 2)
  }

  /// scheduler.py: `batch_is_full` until a request finishes or is retracted.
  @Test("a refusal fills the batch: what comes behind waits too, until a request ends") func full() throws {
    // 100 tokens: A holds 50 until 5 s; B (60) fails; C (1) would fit.
    let sent = try EngineWorlds.tokens(
      [(0, 50, 5), (1, 60, 1), (1, 1, 1)], [pool(SGLangScheduler(), blocks: 100)])
    #expect(sent == [[1, 2, 3, 4, 5], [6], [6]])
  }

  /// server_args.py: SGLANG_INIT_NEW_TOKEN_RATIO 0.7, minimum 0.14 of it, 600 decay steps.
  @Test("the ratio falls from 0.7 to 0.098 in 600 decode steps") func ratio() {
    let scheduler = SGLangScheduler()
    #expect(abs(scheduler.firstRatio - 0.7) < 1e-12 && abs(scheduler.lastRatio - 0.098) < 1e-12)
    #expect(abs(scheduler.ratioStep - 0.001003) < 1e-6)
    // With data-parallel attention conservativeness is multiplied by 0.3.
    #expect(abs(SGLangScheduler(conservativeness: 0.3).lastRatio - 0.0294) < 1e-12)
    #expect(SGLangScheduler(conservativeness: 2).firstRatio == 1)
  }

  // MARK: Retraction

  /// schedule_batch.py, retract_decode(): fewest output tokens first, then the longest prompt; to the queue's end.
  @Test("out of memory, the request with the fewest tokens is retracted and computed again") func retraction() throws {
    // 18 tokens. A and B (2 each) decode in steps 2 and 3 and hold 8; C (3) goes in step 4. Steps 5 and 6 fill 17; step
    // 7 needs 3 more: C, with 3 sent, goes, and is computed again (6 tokens) when A and B have ended.
    let sent = try EngineWorlds.tokens(
      [(0, 2, 6), (0, 2, 6), (3, 3, 6)], [pool(SGLangScheduler(conservativeness: 0.1), blocks: 18)])
    #expect(sent == [[1, 2, 3, 5, 6, 7], [1, 2, 3, 5, 6, 7], [4, 5, 6, 8, 9, 10]])
  }

  /// schedule_batch.py, retract_decode(): fewest tokens sent first, of these the longest prompt.
  @Test("of requests with as many tokens the one with the longest prompt is retracted") func longestPrompt() throws {
    // 13 tokens, of which step 5 fills 12; both have 4 sent; B's prompt is longer.
    let sent = try EngineWorlds.tokens(
      [(0, 2, 6), (1, 4, 6)], [pool(SGLangScheduler(conservativeness: 0.1), blocks: 13)])
    #expect(sent == [[1, 3, 4, 5, 6, 7], [2, 3, 4, 5, 8, 9]])
  }

  // MARK: Prefixes

  /// schedule_policy.py: `max_prefix_len = len(fill_ids) − 1`, rounded down to the page (radix_cache.py).
  @Test(
    "of a cached prompt of 64 a page of 1 computes one token, a page of 64 hits nothing",
    arguments: [(1, 63), (64, 0)])
  func prefixHit(page: Int, hit: Int) throws {
    let hashes = (1...64).map { UInt64($0) }
    let pool = pool(SGLangScheduler(), block: page, blocks: 20_000 / page, unit: page)
    let last: [UInt64] = page == 1 ? hashes : [64]
    let records = try EngineWorlds.run(
      [(0, 64, 1), (5, 64, 1)], [pool], hashes: [last, last], hashed: page
    ).records
    #expect(records.map(\.cachedTokens) == [0, hit])
  }

  /// schedule_policy.py: `lpm` sorts by the longest cached prefix, and falls back above 128 waiting requests.
  @Test("longest prefix first, but as they came where more than 128 wait", arguments: [2, 129])
  func longestPrefix(waiting: Int) throws {
    // A leaves the prefix 1; while B computes, others come; the last of them has the prefix.
    let scheduler = SGLangScheduler(policy: .longestPrefix, chunkedPrefillSize: nil, maxPrefillTokens: 6)
    var requests: [EngineWorlds.Asked] = [(0, 4, 1), (1, 5, 1)]
    var hashes: [[UInt64]] = [[1], [2]]
    for index in 0..<waiting {
      requests.append((1, 5, 1))
      hashes.append([index == waiting - 1 ? 1 : UInt64(100 + index)])
    }
    let sent = try EngineWorlds.tokens(
      requests, [pool(scheduler, requests: 200, block: 4, unit: 4)], hashes: hashes)
    // Of three that wait the last goes first. 130 and 129 go as they came, then 128 are sorted.
    #expect(sent[waiting + 1] == [waiting == 2 ? 2 : 4])
  }

  // MARK: What lags

  /// scheduler.py, event_loop_overlap(): a finished request takes part in one more decode step.
  @Test("with overlap a request that ended takes part in one more step") func surplus() throws {
    var one = pool(SGLangScheduler())
    one.durations = EngineDurations(
      kinds: 1, ranks: 1, requestLimit: 64, tokenLimit: 100, contextLimit: 1000,
      EngineDurations.Model(
        decode: { .seconds(Double($0)) }, shared: { _, _ in .seconds(1) }, core: { _, _, _ in .zero },
        chunk: { _, _, _ in .zero }))
    // A step of n requests takes n s: 1, then 2 with A and B, then B alone, or with A's surplus.
    #expect(try EngineWorlds.tokens([(0, 1, 2), (0, 1, 4)], [one]) == [[1, 3], [1, 3, 4, 5]])
    one.limits.hasSurplusStep = true
    #expect(try EngineWorlds.tokens([(0, 1, 2), (0, 1, 4)], [one]) == [[1, 3], [1, 3, 5, 6]])
  }

  /// scheduler.py: `scheduler_recv_interval`, counted in decode steps; at once after a prefill.
  @Test("an arrival is fetched at every fourth decode step, and at once after a step with prompts") func interval()
    throws
  {
    let four = pool(SGLangScheduler(), interval: 4)
    // Step 1 has A's prompt: fetched at 1 s, then at 5 s and 9 s. B comes at 6 s.
    #expect(try EngineWorlds.tokens([(0, 1, 20), (6, 1, 1)], [four])[1] == [10])
    #expect(try EngineWorlds.tokens([(0, 1, 20), (1, 1, 1)], [four])[1] == [2])
  }

  /// data_parallel_controller.py: round robin over the ranks.
  @Test("requests go round the ranks") func roundRobin() throws {
    let pool = EngineWorlds.pool(.sgLang(), budget: 64, ranks: 3, routing: .roundRobin)
    let records = try EngineWorlds.run([(0, 1, 1), (0, 1, 1), (0, 1, 1), (0, 1, 1)], [pool]).records
    #expect(records.map(\.rank) == [0, 1, 2, 0])
  }
}
