import ArgumentParser
import Formats
import Hardware
import Models
import Units

extension ScenarioOptions {
  /// What sets pools: all that are listed, or the two of `prefill` and `decode`.
  func deploymentFlags(of node: Node, in catalog: Catalog, _ remark: (String) -> Void) throws -> [(String, String)] {
    guard let pools = node.field("pools"), !pools.elements.isEmpty else { return try phaseFlags() }
    var list: [(String, String)] = []
    for (index, pool) in pools.elements.enumerated() {
      let engine = (pool.field("engine") ?? node.field("engine"))?.text
      let isSGLang = engine.flatMap { try? catalog.engine($0) }?.scheduling?.scheduler == .sgLang
      let model = node.field("model")?.text.flatMap { try? Architecture(named: $0, in: catalog) }
      let sizes = try Sizes(self, isSGLang: isSGLang, isDense: model?.mixture == nil && model != nil)
      if index == 0, let line = sizes.remark { remark(line) }
      list += try flags(of: pool, at: "pools[\(index)]", sizes, on: node.field("system")?.text, in: catalog)
    }
    return list
  }

  /// How the dies of an instance are divided, as our scenarios say it.
  private struct Sizes {
    var tensor: Int?
    var data: Int?
    /// Whole copies of what the pool has.
    var copies: Int?
    /// Ranks among which a server's limits are divided.
    var share = 1
    var remark: String?

    init(_ options: ScenarioOptions, isSGLang: Bool, isDense: Bool) throws {
      (tensor, data) = (options.tensorParallelSize, options.dataParallelSize)
      if options.engineOptions.enableDpAttention {
        guard let dies = tensor else {
          throw ValidationError("--enable-dp-attention: say on how many dies: give --tp-size")
        }
        let groups = data ?? dies
        guard groups > 0, dies > 0, dies % groups == 0 else {
          throw ValidationError("--dp-size \(groups): does not divide --tp-size \(dies), whose dies the groups share")
        }
        (tensor, data) = (dies / groups, groups)
        share = isSGLang ? groups : 1
        let limits = isSGLang ? "; --max-running-requests and --chunked-prefill-size are of all of them" : ""
        remark = "--enable-dp-attention: \(groups) groups of \(dies / groups) of the \(dies) dies\(limits)"
      } else if isSGLang, let copies = data, copies > 1 {
        // Without attention data parallelism SGLang starts whole servers.
        (data, self.copies) = (nil, copies)
        tensor = tensor ?? 1
        remark = "--dp-size \(copies): \(copies) instances, as SGLang has it without --enable-dp-attention"
      } else if isDense, let copies = data, copies > 1 {
        // Ranks of a dense model have nothing to exchange, so none waits for another.
        (data, self.copies) = (nil, copies)
        tensor = tensor ?? 1
        remark =
          "--data-parallel-size \(copies): \(copies) instances, for ranks of a dense model do not wait for each other"
      }
    }

    func each(_ limit: Int?) -> Int? { limit.map { max(1, $0 / share) } }
  }

  private func flags(
    of pool: Node, at place: String, _ sizes: Sizes, on system: String?, in catalog: Catalog
  ) throws -> [(String, String)] {
    var list: [(String, String)] = []
    func add(_ path: String, _ value: (some CustomStringConvertible)?) {
      if let value { list.append(("\(place).\(path)", value.description)) }
    }
    let role = pool.field("role")?.text
    let resizes = [sizes.tensor, sizes.data, pipelineParallelSize].contains { $0 != nil }
    // The sizes say how many chips an instance has, as on the engines' own command lines.
    if resizes { list.append(("\(place).chips", "null")) }
    if let copies = sizes.copies {
      let own = pool.field("instances")?.text.flatMap { Int($0) } ?? 1
      // What overflows is refused where it is checked.
      let (instances, overflows) = max(1, own).multipliedReportingOverflow(by: copies)
      add("instances", overflows ? Int.max : instances)
    }
    add("tensorParallel", sizes.tensor)
    add("dataParallel", sizes.data)
    add("pipelineParallel", pipelineParallelSize)
    add("expertParallel", try experts(of: pool, on: system, sizes, resizes, in: catalog))
    add("memoryShare", memoryShare)
    add("scheduling.blockTokens", blockSize)
    add("scheduling.prefixCaching", enablePrefixCaching)
    if role != "prefill" { add("scheduling.maxRequests", sizes.each(maxNumSeqs)) }
    if role != "decode" {
      add("scheduling.maxBatchedTokens", maxNumBatchedTokens)
      add("scheduling.chunkTokens", sizes.each(chunkedPrefillSize))
    }
    return list + engineOptions.fields(of: place)
  }

  /// A scenario with `prefill` and `decode`.
  private func phaseFlags() throws -> [(String, String)] {
    let others: [(String, Bool)] = [
      ("--chunked-prefill-size", chunkedPrefillSize != nil),
      ("--pipeline-parallel-size", pipelineParallelSize != nil),
      ("--expert-parallel-size", expertParallelSize != nil),
      ("--enable-expert-parallel", enableExpertParallel), ("--gpu-memory-utilization", memoryShare != nil),
      ("--enable-prefix-caching", enablePrefixCaching != nil),
    ]
    if let name = others.first(where: \.1)?.0 ?? engineOptions.given.first {
      throw ValidationError("\(name): this scenario has prefill: and decode:; the option is for scenarios with pools:")
    }
    let fields = [
      ("decode.maxRequestsPerChip", maxNumSeqs), ("prefill.maxBatchedTokensPerChip", maxNumBatchedTokens),
      ("decode.tensorParallel", tensorParallelSize), ("decode.dataParallel", dataParallelSize),
      ("decode.blockSize", blockSize),
    ]
    return fields.compactMap { path, value in value.map { (path, "\($0)") } }
  }

  /// What was asked for, or all dies that hold the same layers: as vLLM does, tensor times data.
  private func experts(
    of pool: Node, on system: String?, _ sizes: Sizes, _ resizes: Bool, in catalog: Catalog
  ) throws -> Int? {
    guard enableExpertParallel, expertParallelSize == nil else { return expertParallelSize }
    func size(_ flag: Int?, _ field: String) -> Int? { flag ?? pool.field(field)?.text.flatMap { Int($0) } }
    // Beyond a billion it is refused where it is checked.
    func product(_ left: Int?, _ right: Int?) -> Int {
      Int(max(1, min(1e9, Double(left ?? 1) * Double(right ?? 1))))
    }
    let shared = product(size(pipelineParallelSize, "pipelineParallel"), size(nil, "contextParallel"))
    if !resizes, let chips = size(nil, "chips"), let system {
      return try product(chips, catalog.chip(catalog.system(system).chip).dies.value) / shared
    }
    return product(size(sizes.tensor, "tensorParallel"), size(sizes.data, "dataParallel"))
  }
}
