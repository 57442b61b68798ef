import ArgumentParser
import Formats
import Pages
import Serving
import Units

/// A timeline of the run for ui.perfetto.dev.
struct PerfettoOptions: ParsableArguments {
  @Option(
    name: .long,
    help: "Writes a timeline of steps, requests, transfers and counters for ui.perfetto.dev (Chrome trace events).")
  var perfetto: String?
  @Option(
    help: ArgumentHelp(
      "The stretch of the run that --perfetto draws, from the first arrival on.", valueName: "from-to"))
  var perfettoWindow = "0s-30s"
  @Option(help: "Requests that --perfetto draws at most: the first in its window.") var perfettoRequests = 2000

  func validate() throws {
    guard perfettoRequests >= 0 else {
      throw ValidationError("--perfetto-requests: \(perfettoRequests) is below 0; leave it out for 2000")
    }
    if let problem = Result(catching: { try window() }).failure { throw ValidationError("\(problem)") }
  }

  /// `0s-60s`, or `60s` for as much from the beginning.
  func window() throws -> Range<Seconds> {
    let parts = perfettoWindow.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    func seconds(_ text: String) throws -> Seconds {
      do { return try Seconds(text: text) } catch {
        throw Problem("--perfetto-window", error.fault, wayOut: error.wayOut)
      }
    }
    let ends = try parts.map(seconds)
    let (from, to) = ends.count == 1 ? (.zero, ends[0]) : (ends[0], ends[ends.count - 1])
    guard ends.count <= 2, from >= .zero, to > from, to.value <= 1e7 else {
      throw Problem(
        "--perfetto-window", "'\(perfettoWindow)' is no stretch of time", wayOut: "write one such as 10s-40s")
    }
    return from..<to
  }

  /// Nil where no timeline is asked for; looks on through the observers.
  func trace(of deployment: Deployment, _ file: OutputFile?, _ observers: inout ServingObservers) throws
    -> PerfettoTrace?
  {
    guard let file else { return nil }
    let trace = PerfettoTrace(deployment, window: try window(), mostRequests: perfettoRequests) { try file.append($0) }
    trace.observe(&observers)
    return trace
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let failure) = self { failure } else { nil }
  }
}
