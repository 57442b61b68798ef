import Simulation
import Workloads

/// Requests of one size in Poisson arrivals; the first half of a prompt's blocks is shared by its family.
struct SyntheticRequests: RequestSource {
  let count: Int
  let rate: Double
  let prompt: Int32
  let output: Int32
  let blocks: Int
  let families: UInt64
  let tokensPerBlock = 512
  private var made = 0
  private var clock = 0.0
  private var gaps = Seed(1).stream("arrivals")
  private let choices = Seed(1).stream("families")

  init(count: Int, rate: Double, prompt: Int32, output: Int32, blocks: Int, families: UInt64) {
    self.count = count
    self.rate = rate
    self.prompt = prompt
    self.output = output
    self.blocks = blocks
    self.families = families
  }

  mutating func read(into batch: inout RequestBatch) -> Bool {
    batch.removeAll()
    for _ in 0..<min(1024, count - made) {
      clock += Distribution.exponential(mean: 1 / rate).sample(&gaps)
      batch.arrivals.append(Instant(picoseconds: Int64(clock * 1e12)))
      batch.promptTokens.append(prompt)
      batch.outputTokens.append(output)
      let family = choices.number(UInt64(made)) % families
      for block in 0..<blocks {
        let isShared = block < blocks / 2
        batch.blockHashes.append((isShared ? family << 8 : (UInt64(made) + families) << 8) + UInt64(block))
      }
      batch.blockEnds.append(Int32(batch.blockHashes.count))
      made += 1
    }
    return batch.count > 0
  }
}
