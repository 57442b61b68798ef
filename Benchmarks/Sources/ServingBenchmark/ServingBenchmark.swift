import CountAllocations
import Foundation
import Serving
import Simulation
import Workloads

/// `ServingBenchmark [REQUESTS]`: a table of requests and events a second, memory and allocations, and the ratio to the
/// oracle.
@main
struct ServingBenchmark {
  static func main() throws {
    let requests = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000
    print("processor: \(processorName()), one core")
    print(row("case", "requests", "wall s", "requests/s", "events/s", "steps/run", "alloc/req", "peak MB"))
    for count in [requests / 4, requests] {
      try measure(BenchmarkCase.prefillHeavy(requests: count))
      try measure(BenchmarkCase.decodeHeavy(requests: count))
      try check(measure(BenchmarkCase.colocated(requests: count)))
    }
    print("\nagainst the plain stepper, 8 decode ranks")
    print(row("case", "requests", "plain req/s", "engine req/s", "ratio"))
    try compare(BenchmarkCase.prefillHeavy(requests: 300, ranks: 8))
    try compare(BenchmarkCase.decodeHeavy(requests: 300, ranks: 8))
  }

  /// Engines that plan step by step: 200,000 requests/s on one core, 300 MB, 5 allocations a request.
  static func check(_ measured: Measured) {
    if measured.requestsPerSecond >= 200_000, measured.megabytes <= 300, measured.allocations <= 5 { return }
    print("beyond the limits of 200,000 requests/s, 300 MB and 5 allocations a request")
    exit(1)
  }

  struct Measured {
    var requestsPerSecond: Double
    var megabytes: Double
    var allocations: Double
  }

  @discardableResult
  static func measure(_ benchmark: BenchmarkCase) throws -> Measured {
    try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
    let allocations = allocationCount()
    let start = ContinuousClock.now
    let outcome = try serve(benchmark.requests, under: benchmark.configuration)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let perRequest = Double(allocationCount() - allocations) / Double(benchmark.requests.count)
    let statistics = outcome.statistics
    print(
      row(
        benchmark.name, "\(benchmark.requests.count)", text(seconds, 2), text(Double(statistics.offered) / seconds, 0),
        text(Double(statistics.events) / seconds, 0),
        text(Double(statistics.decodeSteps) / Double(max(1, statistics.decodeRuns)), 2), text(perRequest, 3),
        text(peakMegabytes(), 0)))
    let waits = statistics.misses
    print(
      "    in flight at most \(statistics.peakInFlight), requests a rank \(text(outcome.meanRequestsPerRank, 1)), "
        + "hit blocks \(text(Double(statistics.hitBlocks) / Double(max(1, statistics.lookedUpBlocks)), 3)), "
        + "met \(statistics.metAll), missed \(waits)")
    return Measured(
      requestsPerSecond: Double(statistics.offered) / seconds, megabytes: peakMegabytes(), allocations: perRequest)
  }

  static func compare(_ benchmark: BenchmarkCase) throws {
    let start = ContinuousClock.now
    let outcome = try serve(benchmark.requests, under: benchmark.configuration)
    let engine = (ContinuousClock.now - start) / .seconds(1)
    var source = benchmark.requests
    var batch = RequestBatch()
    var requests: [PlainRequest] = []
    while source.read(into: &batch) {
      for index in 0..<batch.count {
        requests.append(
          PlainRequest(
            number: requests.count, arrival: batch.arrivals[index].picoseconds, prompt: Int(batch.promptTokens[index]),
            output: Int(batch.outputTokens[index]), hashes: Array(batch.blockHashes[batch.blocks(of: index)])))
      }
    }
    let plain = PlainStepper(requests, under: benchmark.configuration)
    let begin = ContinuousClock.now
    plain.run()
    let stepper = (ContinuousClock.now - begin) / .seconds(1)
    let count = Double(requests.count)
    precondition(plain.now == outcome.statistics.lastDeparture.picoseconds, "engine and plain stepper differ")
    print(
      row(
        benchmark.name, "\(requests.count)", text(count / stepper, 0), text(count / engine, 0),
        text(stepper / engine, 0)))
  }

  static func row(_ cells: String...) -> String {
    cells.enumerated().map { index, cell in
      let padding = String(repeating: " ", count: max(0, (index == 0 ? 20 : 12) - cell.count))
      return index == 0 ? cell + padding : padding + cell
    }.joined(separator: " ")
  }

  static func text(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

  static func processorName() -> String { field("model name", of: "/proc/cpuinfo") ?? "unknown" }

  static func peakMegabytes() -> Double {
    let words = field("VmHWM", of: "/proc/self/status")?.split(separator: " ") ?? []
    return (words.first.flatMap { Double($0) } ?? 0) / 1000
  }

  private static func field(_ name: String, of file: String) -> String? {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
    let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
    return line?.split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
