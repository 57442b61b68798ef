import Hardware
import Serving
import Simulation
import Testing
import Units

/// From a pool that computes prompts to one that decodes, in worlds whose every step takes one second.
/// Sources: vLLM 0.11 to 0.33 (NIXL connector), SGLang 0.5.9 (disaggregation/prefill.py, decode.py).
@Suite struct DisaggregationTests {
  /// A token's keys and values take a tenth of a second on each link.
  private let transfer = ServingConfiguration.Transfer(
    bytesPerToken: 1, latency: .zero, egress: BytesPerSecond(10), ingress: BytesPerSecond(10))

  private func pools(
    prefillBlocks: Int = 1000, decodeBlocks: Int = 1000, seats: Int = 8, firstToken: Engine.FirstToken = .prefill,
    kept: Int = 0,
    reserves: Bool = false
  ) -> [EnginePool] {
    var decode = EngineWorlds.pool(
      .sgLang(), budget: 64, requests: seats, blocks: decodeBlocks, reserves: reserves, role: .decode)
    decode.firstToken = firstToken
    decode.keptTokens = kept
    return [EngineWorlds.pool(.sgLang(), budget: 64, blocks: prefillBlocks, role: .prefill), decode]
  }

  /// decode.py: the request joins the running batch when its keys and values have come.
  @Test("prompt, transfer and decode follow each other") func sequence() throws {
    // 20 tokens: prompt in step 1, transfer of 2 s, decode from 3 s on.
    let sent = try EngineWorlds.run([(0, 20, 3)], pools(), transfer: transfer).tokens
    #expect(sent == [[1, 4, 5]])
  }

  /// vLLM's NIXL connector: the decode side computes the last prompt token and samples the first token seen.
  @Test("where the decode side sends the first token, the prefill side's is thrown away") func firstToken() throws {
    let sent = try EngineWorlds.run([(0, 20, 3), (0, 10, 1)], pools(firstToken: .decode), transfer: transfer).tokens
    // The second leaves by the same link, until 4 s; the first's decode steps run from 3 s to 6 s.
    #expect(sent == [[4, 5, 6], [5]])
  }

  /// decode.py: the prefill side's token is streamed as the request joins the running batch.
  @Test("where the first token is sent on receipt, it waits for the transfer and needs no step") func onReceipt() throws
  {
    let asked: [EngineWorlds.Asked] = [(0, 20, 3), (0, 10, 1), (0, 10, 2)]
    let sent = try EngineWorlds.run(asked, pools(firstToken: .received), transfer: transfer).tokens
    // Transfers end at 3, 4 and 5 s, decode steps at 4 and 5 s; the second leaves with its only token.
    #expect(sent == [[3, 4, 5], [4], [5, 6]])
    // One seat: the second's place is free as it leaves, with nothing decoding.
    #expect(
      try EngineWorlds.run(asked, pools(seats: 1, firstToken: .received), transfer: transfer).tokens[2] == [7, 8])
  }

  /// prefill.py: blocks are freed when the transfer has ended.
  @Test("a prompt's blocks stay at the prefill side until its transfer has ended") func heldBlocks() throws {
    // 6 blocks of 4: A holds 5 until 3 s; B needs 2.
    let sent = try EngineWorlds.run([(0, 20, 2), (1, 8, 2)], pools(prefillBlocks: 6), transfer: transfer).tokens
    #expect(sent[1][0] == 4)
  }

  /// decode.py, DecodePreallocQueue: first in first out, by blocks and seats.
  @Test("the decode side takes a request in when it has a seat and blocks, and the transfer begins then") func seats()
    throws
  {
    // One seat: A decodes from 3 s to 5 s; B's transfer of 1 s follows, and it decodes from 6 s on.
    let asked: [EngineWorlds.Asked] = [(0, 20, 3), (0, 10, 2)]
    #expect(try EngineWorlds.run(asked, pools(seats: 1), transfer: transfer).tokens == [[1, 4, 5], [1, 7]])
    // The same by blocks: the prompts need 5 + 3 of 7.
    #expect(try EngineWorlds.run(asked, pools(decodeBlocks: 7), transfer: transfer).tokens == [[1, 4, 5], [1, 7]])
  }

  /// decode.py: `num_reserved_decode_tokens` for each request that runs.
  @Test("tokens are kept free for each running request") func kept() throws {
    let asked: [EngineWorlds.Asked] = [(0, 20, 3), (0, 10, 2)]
    // 12 blocks hold both (5 and 3); with 20 tokens kept for A, B needs 3 + 5 beside A's 5.
    #expect(try EngineWorlds.run(asked, pools(decodeBlocks: 12), transfer: transfer).tokens[1] == [1, 5])
    #expect(try EngineWorlds.run(asked, pools(decodeBlocks: 12, kept: 20), transfer: transfer).tokens[1] == [1, 7])
  }

  /// Our own rule: both engines would hold such a request for ever, or abort it.
  @Test("what the decode side can never hold is refused at arrival") func refused() throws {
    let records = try EngineWorlds.run([(0, 20, 30), (0, 20, 3)], pools(decodeBlocks: 8), transfer: transfer).records
    #expect(records.map(\.outcome) == [.contextTooLong, .completed])
  }

  /// Requests go to the decode instance with the fewest requests.
  @Test("requests go to the decode instance with the fewest requests") func instances() throws {
    var both = pools()
    both[1].instances = 2
    let records = try EngineWorlds.run([(0, 4, 9), (0, 4, 9), (0, 4, 9)], both, transfer: transfer).records
    #expect(records.map(\.decodeInstance) == [1, 2, 1])
  }
}
