import Costs
import Planning
import Reports
import Serving
import Units

extension PlanAnswer {
  // MARK: plans

  func planTable(shown: Int) -> Table {
    let ranked = request.goal.column
    let columns: [Table.Column] =
      [
        .number("#"), "Plan", .number("Chips"), .number("Batch"), .number("req/s estimated"), .number("simulated"),
        .number("TTFT p50"), .number("TPOT p50"), .number("tokens/s·chip"),
      ]
      + (ranked.map { [.number($0.title)] } ?? []) + [.number("within")]
    return Table(
      "", columns: columns,
      rows: plans.prefix(shown).enumerated().map { index, plan in
        let candidate = plan.candidate
        let run = plan.simulated
        let first = run?.report.timeToFirstToken.p50 ?? candidate.timeToFirstToken
        let each = run?.report.timePerOutputToken.p50 ?? candidate.timePerOutputToken
        return [
          Table.Cell("\(index + 1)"),
          Table.Cell(candidate.words, note: plans.hasSeveralSystems ? candidate.system : ""),
          Table.Cell("\(candidate.chips)"),
          Table.Cell("\(candidate.pools[candidate.pools.count - 1].estimate.requestsPerRank)"),
          Table.Cell(Measure(candidate.requestsPerSecond, .count).description),
          Table.Cell(run.map { Measure($0.servedRate, .count).description } ?? ""),
          Table.Cell(Measure(first.value, .duration).description),
          Table.Cell(Measure(each.value, .duration).description),
          Table.Cell(Measure(run?.outputTokensPerChip ?? candidate.outputTokensPerChip, .count).description),
        ] + (ranked.map { [Table.Cell($0.value(plan).map { "\($0)" } ?? Text.missing)] } ?? []) + [
          Table.Cell(
            run.map { request.objectives.isEmpty ? "" : Measure($0.share, .percent).description } ?? "",
            tone: run.map { $0.meets ? .good : .bad } ?? .plain)
        ]
      })
  }

  private var layouts: Int { feasible + refused.reduce(0) { $0 + $1.count } }

  var planNotes: [String] {
    var notes = [
      "Of \(Text.counted(estimates, "estimate")) of batches in \(Text.counted(layouts, "layout")), "
        + "\(Text.counted(feasible, "deployment")) keep\(feasible == 1 ? "s" : "") the objectives on average.",
      "Batch: requests that decode on a rank. Estimates are of steps at full batches and of mean requests; "
        + "simulations have requests that come by chance (Poisson).",
    ]
    let gaps = plans.compactMap { plan in plan.simulated.map { $0.servedRate / plan.candidate.requestsPerSecond - 1 } }
    if let least = gaps.min(), let most = gaps.max(), request.requestRate == nil {
      notes.append(
        "Simulated rates lie \(Text.signedPercent(least)) to \(Text.signedPercent(most)) from the estimates: requests "
          + "come by chance, and \(Measure(request.objectives.share, .percent)) of them must keep the objectives.")
    }
    return notes
  }

  /// What a token of the best plan takes in each phase, and what its cost and carbon are elsewhere.
  var energyBlocks: [Document.Block] {
    guard let best else { return [] }
    let rows = best.candidate.pools.flatMap { pool in
      pool.energy.map { phase in
        [
          Table.Cell(phase.phase == .prefill ? "prompt token" : "output token", note: pool.role.rawValue),
          Table.Cell("\(Measure(phase.joulesPerToken.value, .joules))"), Table.Cell(phase.boundBy.rawValue),
          Table.Cell(phase.basis.rawValue),
        ]
      }
    }
    let table = Table("", columns: ["Of a", .number("J"), "bound by", "basis"], rows: rows)
    var notes = ["By estimates at full batches, with the chips' share of hosts, network and supplies."]
    if let carbon, let each = best.joulesPerToken {
      let mass = carbon.ofMillionTokens(Joules(each))
      notes.append(
        "\(Text.significant(mass.value)) kg of CO\u{2082} equivalents per million output tokens on the grid of "
          + "\(carbon.region): \(Text.significant(carbon.intensity.value * 3.6e9)) g/kWh, usage effectiveness 1.2."
      )
    }
    if let exchange = request.exchange, let dollars = best.dollarsPerMillion {
      notes.append(
        "\(Text.significant(dollars * exchange.yuanPerDollar)) CNY per million output tokens, at "
          + "\(Text.significant(exchange.yuanPerDollar)) yuan for a dollar (\(exchange.date)).")
    }
    return rows.isEmpty && notes.count == 1 ? [] : (rows.isEmpty ? [] : [.table(table)]) + [.notes(notes)]
  }

  /// Of each system, or pair of systems, the plan that ranks first: by one measure all others may stand behind.
  var systemTable: Table {
    var seen: Set<String> = []
    let best = plans.filter { seen.insert($0.candidate.system).inserted }
    return Table(
      "",
      columns: [
        "System", "Plan", .number("Chips"), .number("tokens/s"), .number("tokens/s·chip"), .number("$/M tokens"),
        .number("J/token"),
      ],
      rows: best.map { plan in
        let candidate = plan.candidate
        let tokens = plan.simulated.map { $0.outputTokensPerChip * Double(candidate.chips) } ?? candidate.outputTokens
        return [
          Table.Cell(candidate.system, note: plan.simulated == nil ? "estimated" : ""), Table.Cell(candidate.words),
          Table.Cell("\(candidate.chips)"), Table.Cell(Measure(tokens, .count).description),
          Table.Cell(Measure(tokens / Double(candidate.chips), .count).description),
          Table.Cell(plan.dollarsPerMillion.map { "\(Measure($0, .dollars))" } ?? Text.missing),
          Table.Cell(plan.joulesPerToken.map { "\(Measure($0, .joules))" } ?? Text.missing),
        ]
      })
  }
}

extension PlanRequest.Goal {
  /// What plans are ranked by, where the usual columns do not have it.
  fileprivate var column: (title: String, value: (PlanAnswer.Plan) -> Measure?)? {
    switch self {
    case .throughput, .chips: nil
    case .cost: ("$/M tokens", { $0.dollarsPerMillion.map { Measure($0, .dollars) } })
    case .energy: ("J/token", { $0.joulesPerToken.map { Measure($0, .joules) } })
    }
  }
}

extension PlanAnswer.Plan {
  /// Of output tokens: simulated, or else estimated; nil where no price is known.
  var dollarsPerMillion: Double? {
    guard candidate.dollarsPerSecond != nil else { return nil }
    return (simulated?.report.cost.perMillionOutputTokens ?? candidate.dollarsPerMillionTokens)?.value
  }

  /// Of an output token.
  var joulesPerToken: Double? {
    (simulated?.report.energy.joulesPerOutputToken ?? candidate.joulesPerOutputToken)?.value
  }
}
