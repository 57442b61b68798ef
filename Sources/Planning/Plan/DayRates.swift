import Formats
import Simulation
import Units
import Workloads

/// Requests per second hour by hour, of a file of rates or of a trace.
public struct DayRates: Sendable, Codable, Hashable {
  public var name: String
  /// Requests per second.
  public var rates: [Double]

  public var peak: Double { rates.max() ?? 0 }
  public var mean: Double { rates.reduce(0, +) / Double(max(1, rates.count)) }
  /// Expected, of the whole.
  public var requests: Double { rates.reduce(0, +) * 3600 }

  public init(name: String, rates: [Double]) {
    self.name = name
    self.rates = rates
  }

  /// A file with a rate on each line, the hour before it or not; or a trace, whose arrivals are counted by hour.
  ///
  ///     hour,requests_per_second
  ///     0,2.5
  ///     1,1.75
  ///
  /// - Throws: where it is neither, or has no two hours.
  public init(named name: String, catalog: Catalog, seed: Seed) throws {
    self.name = name
    if let rates = try Self.list(name) {
      self.rates = rates
    } else {
      rates = try Self.counted(name, catalog, seed)
    }
    guard rates.count >= 2, rates.count <= Self.most else {
      throw Problem(
        name, "has \(rates.count == 1 ? "1 hour" : "\(rates.count) hours")",
        wayOut: "give a rate for each of 2 to \(Self.most) hours, or a trace that lasts as long")
    }
    guard peak > 0 else { throw Problem(name, "has no requests", wayOut: "give a rate above 0 in some hour") }
  }

  /// Two weeks.
  private static let most = 336

  /// nil where the file is no list of numbers.
  private static func list(_ name: String) throws -> [Double]? {
    guard fileKind(at: name) == .file else { return nil }
    var lines: [String] = []
    var reader = try LineReader(path: name)
    while lines.count <= most + 1, let line = try reader.next({ String(decoding: $0, as: UTF8.self) }) {
      if !line.allSatisfy(\.isWhitespace), !line.hasPrefix("#") { lines.append(line) }
    }
    func numbers(_ line: String) -> [Double]? {
      let words = line.split(whereSeparator: { ",;\t ".contains($0) })
      let found = words.compactMap { Double($0) }
      return !words.isEmpty && words.count <= 2 && found.count == words.count ? found : nil
    }
    if let first = lines.first, numbers(first) == nil, !first.contains("{"), first.split(separator: ",").count <= 2 {
      lines.removeFirst()
    }
    let found = lines.map(numbers)
    guard !found.isEmpty, found.allSatisfy({ $0 != nil }) else { return nil }
    let rates = found.compactMap { $0?.last }
    for (index, rate) in rates.enumerated() where !(rate >= 0 && rate < 1e6) {
      throw Problem(name, "hour \(index): \(rate) is no rate", wayOut: "give requests per second from 0 on")
    }
    return rates
  }

  private static func counted(_ name: String, _ catalog: Catalog, _ seed: Seed) throws -> [Double] {
    var source = try WorkloadSpecification(trace: name).makeSource(catalog: catalog, seed: seed)
    var counts: [Double] = []
    var batch = RequestBatch()
    while try source.read(into: &batch) {
      for arrival in batch.arrivals {
        let hour = Int(arrival.picoseconds / 3_600_000_000_000_000)
        guard hour < most else { throw Problem(name, "lasts more than \(most) hours", wayOut: "give a shorter one") }
        while counts.count <= hour { counts.append(0) }
        counts[hour] += 1
      }
    }
    return counts.map { $0 / 3600 }
  }
}
