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

  /// What takes its numbers from a second, independent set of draws: what Sobol indices exchange.
  enum Exchange: Hashable, Sendable {
    case nothing, everything
    case slot(Int)
    case factor(Int)
    case school(Int)
  }
  var exchange = Exchange.nothing

  /// Slots that differ between draws.
  var varying: [Int] { slots.indices.filter { !slots[$0].isFixed } }

  /// Where the draws of a second set begin.
  private static let secondSet: UInt64 = 1 << 40

  private func offset(_ one: Exchange) -> UInt64 { exchange == .everything || exchange == one ? Self.secondSet : 0 }

  func fillFixed(_ values: Column) {
    for index in slots.indices where slots[index].isFixed {
      (values + index * ColumnStore.lanes).fill(slots[index].functions[0].flat(0.5))
    }
  }

  /// The numbers of the draws from `first` on; `normals` has a column for each factor, `members` one for each school.
  func fill(
    first: UInt64, _ values: Column, varying: [Int], normals: Column, members: UnsafeMutablePointer<UInt8>
  ) {
    let count = ColumnStore.draws
    for index in schools.indices {
      let start = first + offset(.school(index))
      for draw in 0..<count {
        members[index * count + draw] = UInt8(truncatingIfNeeded: schools[index].member(start + UInt64(draw)))
      }
    }
    for index in factors.indices {
      let column = (normals + index * ColumnStore.lanes).draws
      let start = first + offset(.factor(index))
      for draw in 0..<count {
        column[draw] = normalQuantile(uniform(factors[index].stream.number(start + UInt64(draw))))
      }
    }
    for index in varying {
      let column = (values + index * ColumnStore.lanes).draws
      fill(slots[index], index, first + offset(.slot(index)), column, normals, members)
    }
    for pin in pinned {
      let column = (values + pin.slot * ColumnStore.lanes).draws
      let slot = slots[pin.slot]
      for draw in 0..<count {
        let member = slot.school.map { Int(members[$0 * count + draw]) } ?? 0
        column[draw] = slot.functions[member](pin.quantile)
      }
    }
  }

  private func fill(
    _ slot: Slot, _ index: Int, _ first: UInt64, _ column: UnsafeMutablePointer<Double>, _ normals: Column,
    _ members: UnsafeMutablePointer<UInt8>
  ) {
    let count = ColumnStore.draws
    for draw in 0..<count { column[draw] = uniform(slot.stream.number(first + UInt64(draw))) }
    if slot.school == nil, slot.factor == nil, !slot.functions[0].takesNormal {
      let function = slot.functions[0]
      for draw in 0..<count { column[draw] = function.flat(column[draw]) }
      return
    }
    for draw in 0..<count { column[draw] = normalQuantile(column[draw]) }
    if let factor = slot.factor {
      let shared = (normals + factor * ColumnStore.lanes).draws
      let own = (1 - slot.loading * slot.loading).squareRoot()
      for draw in 0..<count { column[draw] = slot.loading * shared[draw] + own * column[draw] }
    }
    guard let school = slot.school else {
      return slot.functions[0].bell(UnsafeMutableRawPointer(column).assumingMemoryBound(to: Lanes.self))
    }
    for draw in 0..<count {
      column[draw] = slot.functions[Int(members[school * count + draw])].bell(column[draw])
    }
  }
}

/// 64 random bits as a number in (0, 1).
@inline(__always) func uniform(_ bits: UInt64) -> Double { (Double(bits >> 11) + 0.5) * 0x1p-53 }
