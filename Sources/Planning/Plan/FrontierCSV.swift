extension PlanAnswer {
  /// One line a point of the frontier, SI units.
  public var frontierCSV: String {
    let header =
      "system,engine,formats,division,chips,tensor_parallel,data_parallel,expert_parallel,pipeline_parallel,"
      + "requests_per_rank,tokens_per_second_user,tokens_per_second_chip,time_to_first_token,time_per_output_token"
    let lines = frontier.map { point in
      let pool = point.pools[point.pools.count - 1]
      let numbers: [Any] = [
        point.chips, pool.plan.tensor, pool.plan.data, pool.plan.expert, pool.plan.pipeline,
        pool.estimate.requestsPerRank, point.speedPerUser, point.outputTokensPerChip, point.timeToFirstToken.value,
        point.timePerOutputToken.value,
      ]
      return ([point.system, point.engine, point.formats, point.division.rawValue] + numbers.map { "\($0)" })
        .joined(separator: ",")
    }
    return ([header] + lines).joined(separator: "\n") + "\n"
  }
}
