import CountAllocations
import Foundation
import Serving
import Simulation
import Workloads

/// `ServingBenchmark [REQUESTS]`: a table of requests and events a second, memory and allocations, the ratio to the
/// plain steppers in the same process, and an exit code other than 0 where a case is beyond its limits.
///
/// Rates are of processor time, so that other programs on the machine count little; the median of three runs.
@main
struct ServingBenchmark {
  static func main() throws {
    let requests = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000
    print("processor: \(processorName()), one core")
    print(row("case", "requests", "cpu s", "requests/s", "events/s", "steps/run", "alloc/req", "peak MB"))
    var faults: [String] = []
    #if !ENGINE_ORACLE
      let makers = [BenchmarkCase.prefillHeavy, BenchmarkCase.decodeHeavy, BenchmarkCase.colocated]
      for make in makers {
        // Memory and allocations must not grow with the requests.
        for count in [requests / 4, requests] { faults += try measure(make(count)) }
      }
    #endif
    print("\nagainst the plain stepper, 8 decode ranks or one instance")
    print(row("case", "requests", "plain req/s", "engine req/s", "ratio"))
    #if ENGINE_ORACLE
      faults += try compare(BenchmarkCase.colocated(requests: 300))
    #else
      for make in [BenchmarkCase.fewPrefillHeavy, BenchmarkCase.fewDecodeHeavy] { faults += try compare(make(300)) }
    #endif
    faults.forEach { print("beyond its limit: \($0)") }
    if !faults.isEmpty { exit(1) }
  }

  /// Prints a row, and returns what is beyond the case's limits.
  static func measure(_ benchmark: BenchmarkCase) throws -> [String] {
    try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
    var seconds: [Double] = []
    var outcomes: [ServingOutcome] = []
    let allocations = allocationCount()
    for _ in 0..<3 {
      let start = processorSeconds()
      outcomes = [try serve(benchmark.requests, under: benchmark.configuration)]
      seconds.append(processorSeconds() - start)
    }
    let median = seconds.sorted()[1]
    let count = Double(benchmark.requests.count)
    let perRequest = Double(allocationCount() - allocations) / (3 * count)
    let statistics = outcomes[0].statistics
    let runs = max(statistics.decodeRuns, outcomes[0].pools.reduce(0) { $0 + $1.runs })
    let steps = max(statistics.decodeSteps, outcomes[0].pools.reduce(0) { $0 + $1.steps })
    let (rate, megabytes) = (count / median, peakMegabytes())
    print(
      row(
        benchmark.name, "\(benchmark.requests.count)", text(median, 2), text(rate, 0),
        text(Double(statistics.events) / median, 0), text(Double(steps) / Double(max(1, runs)), 2), text(perRequest, 3),
        text(megabytes, 0)))
    print(
      "    in flight at most \(statistics.peakInFlight), requests a rank \(text(outcomes[0].meanRequestsPerRank, 1)), "
        + "hit blocks \(text(Double(statistics.hitBlocks) / Double(max(1, statistics.lookedUpBlocks)), 3)), "
        + "met \(statistics.metAll), preempted \(outcomes[0].pools.reduce(0) { $0 + $1.preemptions })")
    let limits = benchmark.limits
    var faults: [String] = []
    func check(_ isWithin: Bool, _ what: String) { if !isWithin { faults.append("\(benchmark.name): \(what)") } }
    let least = limits.requestsPerSecond
    check(rate >= least, "\(text(rate, 0)) requests/s, \(text(least, 0)) at least")
    check(megabytes < limits.megabytes, "\(text(megabytes, 0)) MB, \(text(limits.megabytes, 0)) at most")
    let most = limits.allocations
    check(perRequest < most, "\(text(perRequest, 3)) allocations a request, \(most) at most")
    return faults
  }

  /// The engine against the stepper that takes one step and one token at a time.
  static func compare(_ benchmark: BenchmarkCase) throws -> [String] {
    let start = processorSeconds()
    let outcome = try serve(benchmark.requests, under: benchmark.configuration)
    let engine = processorSeconds() - start
    let stepper = try plainSeconds(benchmark, end: outcome.statistics.lastDeparture)
    let count = Double(benchmark.requests.count)
    let ratio = stepper / engine
    print(row(benchmark.name, text(count, 0), text(count / stepper, 0), text(count / engine, 0), text(ratio, 0)))
    if ratio >= benchmark.limits.ratio { return [] }
    return ["\(benchmark.name): \(text(ratio, 1)) times the plain stepper, \(text(benchmark.limits.ratio, 0)) at least"]
  }

  /// How long the plain stepper takes; it must end at the same picosecond.
  private static func plainSeconds(_ benchmark: BenchmarkCase, end: Instant) throws -> Double {
    var source = benchmark.requests
    var batch = RequestBatch()
    var phases: [PlainRequest] = []
    #if ENGINE_ORACLE
      var served: [PlainServed] = []
    #endif
    while source.read(into: &batch) {
      for index in 0..<batch.count {
        let (arrival, prompt) = (batch.arrivals[index].picoseconds, Int(batch.promptTokens[index]))
        let (output, hashes) = (Int(batch.outputTokens[index]), Array(batch.blockHashes[batch.blocks(of: index)]))
        let number = phases.count
        phases.append(
          PlainRequest(number: number, arrival: arrival, prompt: prompt, output: output, hashes: hashes))
        #if ENGINE_ORACLE
          served.append(PlainServed(number: number, arrival: arrival, prompt: prompt, output: output, hashes: hashes))
        #endif
      }
    }
    let start = processorSeconds()
    var last: Int64 = 0
    #if ENGINE_ORACLE
      let plain = PlainEngine(served, under: benchmark.configuration)
      plain.run(mostSteps: 10_000_000)
      last = plain.all.map(\.finished).max() ?? 0
    #else
      let plain = PlainStepper(phases, under: benchmark.configuration)
      plain.run()
      last = plain.now
    #endif
    precondition(last == end.picoseconds, "engine and plain stepper differ")
    return processorSeconds() - start
  }

  static func row(_ cells: String...) -> String {
    cells.enumerated().map { index, cell in
      let padding = String(repeating: " ", count: max(0, (index == 0 ? 22 : 12) - cell.count))
      return index == 0 ? cell + padding : padding + cell
    }.joined(separator: " ")
  }

  static func text(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

  static func processorName() -> String { field("model name", of: "/proc/cpuinfo") ?? "unknown" }

  static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

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
