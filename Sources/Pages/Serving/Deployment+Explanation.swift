import Costs
import Reports
import Serving
import Units

extension Deployment {
  /// Operators of a decode and a prefill step at full batch, what bounds each, and the memory of a die.
  public func explanation(contextTokens: Int = 4096) -> Document {
    let (prefill, decode) = (promptPool.model, decodePool.model)
    let requests = decodePool.maxRequestsPerRank
    let fitting = max(1, min(requests, decodePool.memory.keyValueTokensPerRank / contextTokens))
    let step = decode.decodeStep(
      requestsPerRank: fitting, contextTokensPerRank: Double(fitting * contextTokens))
    let tokens = Double(promptPool.maxTokensPerRank)
    let filling = prefill.prefillStep(
      newTokens: tokens, attentionPairs: tokens * Double(contextTokens + 1) / 2, cachedTokens: 0,
      requests: max(1, Int(tokens) / contextTokens))
    let tokensOut = Double(fitting * decode.ranks) * decode.tokensPerStep
    return Document(
      title: "\(architecture.name) on \(machine.system.name)",
      lead: [
        "A decode step of \(fitting) requests per rank at \(contextTokens) tokens of context takes "
          + "\(Text.duration(step.time.value)), "
          + "\(step.microbatches == 2 ? "as two microbatches" : "as one pass"); that is a time per output token of "
          + "\(Text.duration(step.time.value / decode.tokensPerStep)) and "
          + "\(Text.count(tokensOut / step.time.value / Double(decodePool.chips))) tokens/s per chip. It is "
          + "bound by \(step.boundBy.rawValue)."
      ],
      sections: [
        Document.Section("Decode step", [.table(Self.table(step))]),
        Document.Section("Prefill step of \(Int(tokens)) tokens", [.table(Self.table(filling))]),
        Document.Section(
          "Memory of a die",
          pools.reversed().map { .table(Self.table($0.memory, $0.name)) }),
      ] + (step.notes.isEmpty ? [] : [Document.Section("Notes", [.notes(step.notes)])]))
  }

  private static func table(_ step: StepEstimate) -> Table {
    Table(
      "Per rank, summed over layers and passes; \(step.basis.rawValue). Streams that overlap sum to more than the "
        + "step.",
      columns: [
        "operator", "stream", .number("time"), .number("share"), "bound by", .number("FLOPs"), .number("bytes"),
        .number("sent"),
      ],
      rows: step.operators.sorted { ($0.time, $1.name) > ($1.time, $0.name) }.map { row in
        [
          Table.Cell(row.name), Table.Cell(row.stream == 0 ? "attention" : "experts"),
          Table.Cell(Text.duration(row.time.value).description), Table.Cell(Text.percent(row.share).description),
          Table.Cell(row.kind == .wait ? "wait" : row.boundBy.rawValue),
          Table.Cell(Text.count(row.flops.value).description),
          Table.Cell(Text.bytes(row.bytes.value).description), Table.Cell(Text.bytes(row.messages.value).description),
        ]
      })
  }

  private static func table(_ plan: MemoryPlan, _ phase: String) -> Table {
    let rows = plan.items.map { ($0.name, $0.size) } + [("left for keys and values", plan.capacity - plan.used)]
    return Table(
      "\(phase): \(Text.bytes(plan.capacity.value)), \(Text.grouped(plan.keyValueTokensPerRank)) tokens of context "
        + "per rank",
      columns: ["part", .number("size")],
      rows: rows.map { [Table.Cell($0.0), Table.Cell(Text.bytes($0.1.value).description)] })
  }
}
