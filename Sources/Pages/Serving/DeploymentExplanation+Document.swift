import Costs
import Reports
import Serving
import Units

extension DeploymentExplanation {
  /// Operators of each pool's steps, what bounds them and what they rest on, and the memory of a die.
  public var document: Document {
    Document(
      title: "\(model) on \(system)", mark: validity.badge,
      lead: [
        validity.sentence,
        "\(Text.count(Double(parameters))) parameters, \(Text.count(Double(activeParameters))) of them active for a "
          + "token. Steps are of requests of the workload's mean length: \(lengths).",
      ],
      sections: pools.map { pool in
        Document.Section(
          pool.title,
          pool.steps.flatMap { step in
            [.paragraph(step.sentence(pool)), .table(step.table(pool))]
              + (step.notes.isEmpty ? [] : [.notes(step.notes)])
          } + [
            .paragraph(pool.memory.sentence(dies: pool.plan.dies / max(1, pool.ranks))),
            .table(pool.memory.table(pool.name)),
          ])
      })
  }

  private var lengths: String {
    "\(Text.grouped(Int(workload.promptTokens.rounded()))) tokens of prompt and "
      + "\(Text.grouped(Int(workload.outputTokens.rounded()))) of answer"
      + (workload.maxConcurrency.map { ", at most \(Text.grouped($0)) in flight" } ?? "")
  }
}

extension DeploymentExplanation.Pool {
  /// `decode: 1 × 160 Ascend 910C, CloudMatrix-Infer, TP 1, DP 320, EP 320`.
  fileprivate var title: String {
    let sizes = [
      ("TP", plan.tensor), ("PP", plan.pipeline), ("DP", plan.data), ("CP", plan.context),
      ("EP", plan.expert), ("expert TP", plan.expertTensor),
    ]
    let told = sizes.filter { $0.1 > 1 }.map { "\($0.0) \($0.1)" }
    return "\(name): \(instances) × \(chips) \(chip), \(engine)" + told.map { ", \($0)" }.joined()
  }
}

extension DeploymentExplanation.Step {
  fileprivate func sentence(_ pool: DeploymentExplanation.Pool) -> String {
    let passes = microbatches == 2 ? "as two microbatches" : "as one pass"
    let bases = shares.map { "\(Text.percent($0.share)) \($0.basis.rawValue)" }.joined(separator: ", ")
    let end = " It is bound by \(boundBy.rawValue); its time rests on \(bases)."
    switch kind {
    case .decode:
      let each = Text.duration(time.value / tokensPerRequest)
      let perChip = Double(requests * pool.ranks) * tokensPerRequest / time.value / Double(pool.chips)
      return "A step that decodes \(Text.counted(requests, "request")) on each rank at \(Text.grouped(contextTokens)) "
        + "tokens of context takes \(Text.duration(time.value)), \(passes): a time per output token of \(each), "
        + "\(Text.count(perChip)) tokens/s per chip." + end
    case .prompts:
      let perChip = Double(newTokens * pool.ranks) / time.value / Double(pool.chips)
      return "A step of \(Text.grouped(newTokens)) tokens of \(Text.counted(requests, "prompt")) on each rank takes "
        + "\(Text.duration(time.value)), \(passes): \(Text.count(perChip)) tokens/s per chip." + end
    }
  }

  fileprivate func table(_ pool: DeploymentExplanation.Pool) -> Table {
    Table(
      "\(pool.name), \(kind.rawValue): per rank, summed over layers and passes. Streams that overlap sum to more than "
        + "the step.",
      columns: [
        "operator", "stream", .number("time"), .number("share"), "bound by", "basis", .number("FLOPs"),
        .number("bytes"), .number("sent"),
      ],
      rows: operators.map { row in
        [
          Table.Cell(row.name), Table.Cell(row.stream.rawValue), Table.Cell(Text.duration(row.time.value).description),
          Table.Cell(Text.percent(row.share).description), Table.Cell(row.boundBy.rawValue),
          Table.Cell(row.basis.rawValue), Table.Cell(Text.count(row.flops.value).description),
          Table.Cell(Text.bytes(row.bytes.value).description), Table.Cell(Text.bytes(row.sent.value).description),
        ]
      })
  }
}

extension DeploymentExplanation.Memory {
  /// - Parameter dies: of a rank.
  fileprivate func sentence(dies: Int) -> String {
    if bytesPerToken.value <= 0 {
      let limit = maxRequests > 0 ? "; the engine lets \(Text.grouped(maxRequests)) decode at once" : ""
      return "No layer keeps more than a window or a state of a request, however long it is: a rank holds "
        + "\(Text.counted(requests, "request")) of mean length\(limit)."
    }
    let each = keysAndValues.value / Double(max(1, tokens))
    let rank = dies > 1 && tokens > 0 ? ", \(Text.bytes(each)) on each of the \(dies) dies of a rank" : " on a rank"
    let limit = maxRequests > 0 ? "; the engine lets \(Text.grouped(maxRequests)) decode at once" : ""
    if besideTokens.value >= 1 {
      return "A token of context takes \(Text.bytes(bytesPerToken.value))\(rank), and each request "
        + "\(Text.bytes(besideTokens.value)) beside for windows and states. There is memory for "
        + "\(Text.grouped(tokens)) tokens alone, or, with what is beside them, for "
        + "\(Text.counted(requests, "request")) of mean length\(limit)."
    }
    return "A token of context takes \(Text.bytes(bytesPerToken.value))\(rank), which holds "
      + "\(Text.grouped(tokens)) tokens: \(Text.counted(requests, "request")) of mean length\(limit)."
  }

  fileprivate func table(_ pool: String) -> Table {
    var rows = items.map { ($0.name, $0.size) } + [("keys and values", keysAndValues)]
    if kept.value > 0.5 { rows.append(("kept free by the engine", kept)) }
    return Table(
      "\(pool): memory of a die, \(Text.bytes(capacity.value))",
      columns: [.init("memory of a die, \(pool)"), .number("size")],
      rows: rows.map { [Table.Cell($0.0), Table.Cell(Text.bytes($0.1.value).description)] })
  }
}
