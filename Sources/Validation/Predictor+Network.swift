import Hardware
import Units

extension Predictor {
  func network(_ row: PublishedRow) throws -> Prediction {
    let system = try system(of: row)
    let fabric = try Fabric(system, chip: catalog.chip(system.chip))
    switch row.metric {
    case "unidirectional bandwidth", "latency 512 B": return try pointToPoint(row, fabric)
    case "switch port utilisation": return try portUtilisation(row, system)
    case "bottleneck bandwidth":
      throw unsupported(
        "a community kernel in its throughput mode; the fabric's exchange models the low-latency kernel")
    case "batch per die where dispatch overtakes combine": return try crossing(row, fabric)
    default: return try nameplate(row, system, fabric)
    }
  }

  private func pointToPoint(_ row: PublishedRow, _ fabric: Fabric) throws -> Prediction {
    guard let plane = fabric.system.scaleUp, let path = row["path"], let operation = row["op"],
      let scope = row["scope"],
      let kind = Plane.Operation(rawValue: operation)
    else { throw unsupported("path, operation or scope is missing") }
    let peer: Plane.Peer = path.hasSuffix("CPU") ? .host : .chip
    let reach: Plane.Scope = scope == "inter-node" ? .interNode : .intraNode
    if row.metric == "unidirectional bandwidth" {
      return .value(
        fabric.bandwidth(on: plane, peer: peer, operation: kind, scope: reach).gigabytesPerSecond)
    }
    let size = Bytes(row.number("payload_bytes") ?? 512)
    let time =
      fabric.latency(on: plane, peer: peer, operation: kind, scope: reach)
      + size / fabric.bandwidth(on: plane, peer: peer, operation: kind, scope: reach)
    return .value(time.microseconds)
  }

  private func portUtilisation(_ row: PublishedRow, _ system: System) throws -> Prediction {
    guard let nodes = row.number("nodes"), let logical = row.number("logical_L2_switches"),
      let chips = row.number("chips_per_logical_switch"), let plane = system.scaleUp,
      let share = plane.portUtilisation(
        nodes: Int(nodes), logicalSwitches: Int(logical), chipsPerLogicalSwitch: Int(chips))
    else { throw unsupported("nodes or switches are missing") }
    return .value(share * 100)
  }

  /// The first batch at which sending tokens takes longer than bringing results back.
  private func crossing(_ row: PublishedRow, _ fabric: Fabric) throws -> Prediction {
    guard let ranks = row.number("ep"), let mixture = try architecture(of: row).mixture else {
      throw unsupported("the ranks are missing")
    }
    let hidden = try architecture(of: row).hiddenSize
    func time(_ kind: Fabric.Exchange, _ tokens: Int) -> Seconds? {
      fabric.exchange(
        kind, tokens: Double(tokens), hidden: hidden, expertsPerToken: mixture.expertsPerToken, ranks: Int(ranks))?
        .total
    }
    for tokens in 1...512 {
      if let dispatch = time(.dispatch, tokens), let combine = time(.combine, tokens), dispatch > combine {
        return .value(Double(tokens))
      }
    }
    throw unsupported("in the model dispatch never takes longer than combine")
  }

  /// Design figures that the catalog holds as inputs.
  private func nameplate(_ row: PublishedRow, _ system: System, _ fabric: Fabric) throws -> Prediction {
    let scaleUp = system.scaleUp
    func gigabytes(_ value: Sourced<BytesPerSecond>?) throws -> Prediction {
      guard let value else { throw unsupported("the catalog has no such figure") }
      return .value(value.value.gigabytesPerSecond)
    }
    switch row.metric {
    case "UB unidirectional bandwidth per NPU": return try gigabytes(scaleUp?.bandwidth)
    case "UB unidirectional bandwidth per die":
      guard let scaleUp else { throw unsupported("the catalog has no such plane") }
      return .value(fabric.nameplate(of: scaleUp).gigabytesPerSecond)
    case "UB unidirectional bandwidth per CPU": return try gigabytes(scaleUp?.hostBandwidth)
    case "die-to-die bandwidth each direction": return try gigabytes(scaleUp?.dieToDie)
    case "RoCE unidirectional per NPU":
      guard let plane = system.scaleOut else { throw unsupported("the catalog has no such plane") }
      return .value(plane.bandwidth.value.gigabytesPerSecond * 8)
    case "VPC unidirectional per node":
      guard let plane = system.plane("VPC") else { throw unsupported("the catalog has no such plane") }
      return .value(plane.bandwidth.value.gigabytesPerSecond * 8)
    case "bidirectional bandwidth per NPU":
      guard let scaleUp else { throw unsupported("the catalog has no such plane") }
      return .value(2 * scaleUp.bandwidth.value.gigabytesPerSecond)
    case "uplink per L1 switch chip", "capacity per L2 switch chip (48 x 28)":
      let level = row.metric.contains("L1") ? scaleUp?.switches?.first : scaleUp?.switches?.last
      guard let level else { throw unsupported("the catalog has no such switches") }
      return .value(level.portBandwidth.value.gigabytesPerSecond * Double(level.ports.value))
    default: throw unsupported("'\(row.metric)' is not modelled yet")
    }
  }
}
