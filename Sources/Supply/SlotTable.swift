import Simulation

/// The uncertain numbers of a run and how each is drawn: a function of the seed, its name and the number of the draw.
struct SlotTable: Sendable {
  struct Slot: Sendable {
    /// The parameter's name, or where the number stands in the file.
    var name: String
    /// One, or one by member of the school.
    var functions: [QuantileFunction]
    var school: Int?
    var factor: Int?
    var loading = 0.0
    var stream: RandomStream
    var isFixed: Bool { functions.count == 1 && functions[0].isPoint }
  }
  struct Factor: Sendable {
    var name: String
    var stream: RandomStream
  }
  struct School: Sendable {
    var group: String
    var members: [String]
    /// Sums of the weights up to each member, the last 1.
    var cumulative: [Double]
    var stream: RandomStream

    func member(_ draw: UInt64) -> Int {
      let u = uniform(stream.number(draw))
      return cumulative.firstIndex { u < $0 } ?? cumulative.count - 1
    }
  }

  var slots: [Slot] = []
  var factors: [Factor] = []
  var schools: [School] = []
  /// Held at a quantile of its own distribution: what sensitivity asks for.
  var pinned: [(slot: Int, quantile: Double)] = []

  func fillFixed(_ values: UnsafeMutablePointer<Double>) {
    for index in slots.indices where slots[index].isFixed { values[index] = slots[index].functions[0].flat(0.5) }
  }

  /// Slots that differ between draws.
  var varying: [Int] { slots.indices.filter { !slots[$0].isFixed } }

  func fill(
    draw: UInt64, _ values: UnsafeMutablePointer<Double>, varying: [Int], normals: UnsafeMutablePointer<Double>,
    members: UnsafeMutablePointer<Int>
  ) {
    for index in schools.indices { members[index] = schools[index].member(draw) }
    for index in factors.indices { normals[index] = normalQuantile(uniform(factors[index].stream.number(draw))) }
    slots.withUnsafeBufferPointer { slots in
      for index in varying {
        values[index] = Self.value(of: slots[index], draw: draw, normals: normals, members: members)
      }
    }
    for pin in pinned { values[pin.slot] = pinnedValue(pin.slot, pin.quantile, members) }
  }

  @inline(__always) private static func value(
    of slot: borrowing Slot, draw: UInt64, normals: UnsafeMutablePointer<Double>, members: UnsafeMutablePointer<Int>
  ) -> Double {
    let u = uniform(slot.stream.number(draw))
    let choice = slot.school.map { members[$0] } ?? 0
    guard let factor = slot.factor else {
      return slot.functions[choice].takesNormal
        ? slot.functions[choice].bell(normalQuantile(u)) : slot.functions[choice].flat(u)
    }
    let own = (1 - slot.loading * slot.loading).squareRoot()
    return slot.functions[choice].bell(slot.loading * normals[factor] + own * normalQuantile(u))
  }

  private func pinnedValue(_ slot: Int, _ quantile: Double, _ members: UnsafeMutablePointer<Int>) -> Double {
    let slot = slots[slot]
    return slot.functions[slot.school.map { members[$0] } ?? 0](quantile)
  }
}

/// 64 random bits as a number in (0, 1).
@inline(__always) func uniform(_ bits: UInt64) -> Double { (Double(bits >> 11) + 0.5) * 0x1p-53 }
