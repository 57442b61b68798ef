import Formats
import Models
import Testing
import Units

@Suite struct FamilyTests {
  @Test("parameters are those of an independent count, to the last one", arguments: Expected.all)
  func parameters(row: Expected) throws {
    let count = ParameterCount(try Architecture(named: row.model, in: Catalog()))
    #expect(count.total == row.total)
    #expect(count.activeWithoutEmbedding == row.active)
    #expect(count.activeWithEmbedding == row.withEmbedding)
    #expect(count.multiTokenPrediction.total == row.draft)
  }

  @Test("bytes of the cache are those of an independent count", arguments: Expected.all)
  func cache(row: Expected) throws {
    let model = try Architecture(named: row.model, in: Catalog())
    let footprint = model.cacheFootprint(.sixteenBit)
    #expect(footprint.bytesPerToken == Bytes(Double(row.cache)))
    #expect(footprint.greatestBounded == Bytes(Double(row.bounded)))
    #expect(footprint.fixed == Bytes(Double(row.fixed)))
    // At 1,000,000 tokens every window is full.
    let long = Double(row.cache) * 1e6 + Double(row.bounded + row.fixed)
    #expect(footprint.bytes(tokens: 1_000_000) == Bytes(long))
    guard let native = row.native else { return }
    let compact = model.cacheFootprint(.deepSeekFP8)
    #expect(compact.bytesPerToken == Bytes(native))
    #expect(compact.greatestBounded == Bytes(Double(row.nativeBounded)))
  }

  /// Compressors, expert biases and the mixing of streams stay in 16 or 32 bits, and here have the format of their
  /// group: V4-Flash differs most.
  @Test("bytes of weights are those of an independent count within 0.25%", arguments: Expected.all)
  func weightBytes(row: Expected) throws {
    let bytes = try Architecture(named: row.model, in: Catalog()).weightBytes
    #expect(abs(bytes / row.weightBytes - 1) < 0.0025)
  }

  @Test("every model of the catalog is tested above")
  func complete() throws {
    let catalog = Catalog()
    let expected = Set(Expected.all.map(\.model))
    let rest = catalog.names("models").filter { !expected.contains($0) }
    #expect(rest.count == catalog.names("models").count - expected.count)
    let counted = Dictionary(uniqueKeysWithValues: HandConfig.every.map { ($0.model, $0) })
    // Of the same shape as one that is counted.
    let twins = ["GLM-4.6": "GLM-4.5", "MiniMax-M2": "MiniMax-M2.5", "Llama-3.3-70B": "Llama-3.1-70B"]
    for name in rest {
      if let twin = twins[name] {
        let (one, other) = (try Architecture(named: name, in: catalog), try Architecture(named: twin, in: catalog))
        #expect(ParameterCount(one).total == ParameterCount(other).total && one.weightBytes == other.weightBytes)
        #expect(one.cacheFootprint(.sixteenBit).bytesPerToken == other.cacheFootprint(.sixteenBit).bytesPerToken)
        continue
      }
      let row = try #require(counted[name])
      let model = try Architecture(named: name, in: catalog)
      #expect(ParameterCount(model).total == row.total, "\(name)")
      #expect(model.cacheFootprint(.sixteenBit).bytesPerToken == Bytes(Double(row.cache)), "\(name)")
      #expect(model.unmodelled.allSatisfy { !$0.hasPrefix("Nothing is read") }, "\(name)")
    }
  }

  @Test("kinds of context and shapes of layers, by hand")
  func kinds() throws {
    func model(_ name: String) throws -> Architecture { try Architecture(named: name, in: Catalog()) }
    let oss = try model("gpt-oss-120b")
    #expect(oss.contextKinds == [.full, .window(128)])
    #expect(oss.layers.map(\.count) == [18, 18])
    let maverick = try model("Llama-4-Maverick")
    #expect(maverick.contextKinds == [.full, .chunk(8192)])
    // Chunked and dense, chunked with experts, full with experts.
    #expect(maverick.layers.map(\.count) == [24, 12, 12])
    #expect(try model("DeepSeek-V3.2").contextKinds == [.full, .window(2048)])
    let flash = try model("DeepSeek-V4-Flash")
    #expect(flash.contextKinds == [.full, .window(128)])
    // Window alone by table; ratio 4 by table; ratio 128; ratio 4.
    #expect(flash.layers.map(\.count) == [2, 1, 20, 20])
    #expect(try model("Qwen3.5-397B-A17B").contextKinds == [.full])
    #expect(try model("MiniMax-M1-80k").layers.map(\.count) == [70, 10])
    #expect(try model("Llama-3.1-8B").contextKinds == [.full])
  }

  @Test("published: V4 Pro's cache of 1,048,576 tokens in 16 bits is 9.62 GiB, 8.7 times less than V3.2's")
  func compressed() throws {
    let pro = try Architecture(named: "DeepSeek-V4-Pro", in: Catalog()).cacheFootprint(.sixteenBit)
    let dense = try Architecture(named: "DeepSeek-V3.2", in: Catalog()).cacheFootprint(.sixteenBit)
    let size = pro.bytesPerToken.value * 1_048_576 / 1_073_741_824
    #expect(abs(size - 9.62) < 0.005)
    #expect(abs(dense.bytesPerToken / pro.bytesPerToken - 8.7) < 0.05)
  }

  @Test("one decode token of DeepSeek V3.2's indexer over 131,072 tokens is 2.15e9 operations a layer")
  func indexer() throws {
    let model = try Architecture(named: "DeepSeek-V3.2", in: Catalog())
    guard case .latent(let shape) = model.layers[0].attention, let indexer = shape.visibility.indexer else {
      Issue.record("no indexer")
      return
    }
    // 2 × 64 heads × 128
    #expect(indexer.flopsPerPair == 16_384)
    #expect(shape.visibility.core == .window(2048))
  }

  @Test("experts are chosen in 4 of 8 groups by DeepSeek, in all 8 by Pangu Pro, without groups by Kimi")
  func groups() throws {
    func mixture(_ name: String) throws -> MixtureOfExperts {
      try #require(try Architecture(named: name, in: Catalog()).mixture)
    }
    #expect(try [mixture("DeepSeek-R1").routingGroups, mixture("DeepSeek-R1").keptGroups] == [8, 4])
    #expect(try [mixture("Pangu-Pro-MoE-72B").routingGroups, mixture("Pangu-Pro-MoE-72B").keptGroups] == [8, 8])
    #expect(try mixture("Kimi-K2").routingGroups == 1)
    #expect(try mixture("Pangu-Pro-MoE-72B").sharedWidth == 5376)
  }

  @Test("formats of the files, by group of weights")
  func quantization() throws {
    func formats(_ name: String) throws -> (Quantization, [WeightGroup]) {
      let found = try #require(try Architecture(named: name, in: Catalog()).quantization)
      return (found, WeightGroup.allCases.filter { found.formats[$0] != nil })
    }
    let (int4, int4Groups) = try formats("Kimi-K2.5")
    #expect(int4Groups == [.experts])
    // 4 bits and a scale of 2 bytes for 32.
    #expect(int4.format(of: .experts).bytes == 0.5625)
    #expect(int4.format(of: .experts).quantizesActivations == false)
    let (oss, ossGroups) = try formats("gpt-oss-20b")
    #expect(ossGroups == [.experts])
    #expect(oss.format(of: .experts).bytes == 0.53125)
    let (v3, v3Groups) = try formats("DeepSeek-V3")
    #expect(v3Groups == [.attention, .denseFeedForward, .experts, .sharedExperts, .indexer])
    #expect(v3.format(of: .attention).bytes == 1 + 4.0 / 16_384)
    #expect(v3.format(of: .head) == .sixteenBit)
    let (v4, _) = try formats("DeepSeek-V4-Flash")
    #expect(v4.format(of: .experts).numbers == .mxfp4)
    #expect(v4.format(of: .sharedExperts).numbers == .fp8)
    #expect(try Architecture(named: "Llama-3.1-8B", in: Catalog()).quantization == nil)
  }

  @Test("classes that no model of the catalog has are counted to the last parameter", arguments: HandConfig.every)
  func handConfigs(row: HandConfig) throws {
    let model = try Architecture(config: Node.parse(row.config, file: "config.json"), name: row.model)
    let count = ParameterCount(model)
    #expect(count.total == row.total)
    #expect(count.activeWithoutEmbedding == row.active)
    #expect(count.multiTokenPrediction.total == row.draft)
    let footprint = model.cacheFootprint(.sixteenBit)
    #expect(footprint.bytesPerToken == Bytes(Double(row.cache)))
    #expect(footprint.greatestBounded == Bytes(Double(row.bounded)))
    #expect(footprint.fixed == Bytes(Double(row.fixed)))
  }
}
