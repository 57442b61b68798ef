import Formats
import Testing
import Units

private struct Pool: Decodable, Equatable {
  var instances: Int
  var latency: Seconds
  var name: String
  var share: Double?
  var tags: [String]?
}

private enum Routing: String, Decodable, CaseIterable { case leastLoaded, prefixAware, random }

private struct Scenario: Decodable {
  var routing: Routing
  var pools: [Pool]
  var limits: [String: Int]?
  var free: Node?
  var memory: Sourced<Bytes>?
}

private func faults<T: Decodable>(_ text: String, as type: T.Type) -> [String] {
  do {
    _ = try Node.parse(text, file: "f.yaml").decode(type)
    return []
  } catch let problems as Problems { return problems.list.map(\.description) } catch { return ["\(error)"] }
}

@Suite struct DecodingTests {
  @Test("a file that fits becomes the value")
  func fits() throws {
    let text = """
      routing: prefixAware
      pools:
        - { instances: 10_000, latency: 2 us, name: 920, share: 1e-3, tags: [a, b] }
        - { instances: 1e3, latency: 1.5 ms, name: "null", share: null }
      limits: { b: 2, a: 1 }
      free: { anything: [1, { x: y }] }
      memory: { value: 64 GB, low: 60 GB, source: data sheet, grade: A }
      """
    let scenario = try Node.parse(text, file: "f.yaml").decode(Scenario.self)
    #expect(scenario.routing == .prefixAware)
    #expect(
      scenario.pools == [
        Pool(instances: 10_000, latency: .microseconds(2), name: "920", share: 1e-3, tags: ["a", "b"]),
        Pool(instances: 1000, latency: .milliseconds(1.5), name: "null", share: nil, tags: nil),
      ])
    #expect(scenario.limits == ["a": 1, "b": 2])
    #expect(scenario.free?["anything[1].x"]?.place.description == "f.yaml:6: free.anything[1].x")
    #expect(scenario.memory?.value == .gigabytes(64))
    #expect(scenario.memory?.grade == .A)
  }

  @Test("every fault is found in one reading, in the order of the file, with place and way out")
  func all() {
    let text = """
      routing: leastLoadde
      pools:
        - { instances: many, latency: 2, name: a, shaer: 1 }
        - { instances: 1.5, latency: 2 GB, name: [b] }
        - { instances: "4", latency: 1 s }
        - 7
      memory: { value: 64 GB, low: 60 GB, source: x, grade: Z }
      """
    #expect(
      faults(text, as: Scenario.self) == [
        "f.yaml:1: routing: 'leastLoadde' is not one of leastLoaded, prefixAware, random; did you mean 'leastLoaded'?",
        "f.yaml:3: pools[0].instances: there is 'many' where a whole number was expected; give a whole number",
        "f.yaml:3: pools[0].latency: '2' has no unit; write its unit, such as '2 s'",
        "f.yaml:3: pools[0].shaer: there is no such field; did you mean 'share'?",
        "f.yaml:4: pools[1].instances: there is '1.5' where a whole number was expected; give a whole number",
        "f.yaml:4: pools[1].latency: 'GB' is not a unit of this field; use one that measures s",
        "f.yaml:4: pools[1].name: there is a list where text was expected; give text",
        "f.yaml:5: pools[2].instances: there is the text \"4\" where a whole number was expected; remove the quotes",
        "f.yaml:5: pools[2]: the field 'name' is missing; give it text",
        "f.yaml:6: pools[3]: there is '7' where fields were expected; write 'field: value' lines",
        "f.yaml:7: memory.grade: 'Z' is not one of A, B, C, D, M; use one of them",
      ])
  }

  @Test("a misspelt field that is needed is one fault, not two")
  func misspelt() {
    #expect(
      faults("{ instance: 1, latency: 1 s, name: x }", as: Pool.self)
        == ["f.yaml:1: instance: there is no such field; did you mean 'instances'?"])
    #expect(
      faults("{ instances: 1, latency: 1 s, name: x, instnaces: 2 }", as: Pool.self)
        == ["f.yaml:1: instnaces: there is no such field; did you mean 'instances'?"])
    #expect(
      faults("{ instances: 1, latency: 1 s, name: x, banana: 2 }", as: Pool.self)
        == ["f.yaml:1: banana: there is no such field; remove it; the other fields are share, tags"])
  }

  @Test("a fact without its source is told how a fact is written")
  func unsourced() {
    #expect(
      faults("{ routing: random, pools: [], memory: 64 GB }", as: Scenario.self) == [
        "f.yaml:1: memory: there is '64 GB' where fields were expected; write '{ value: 64 GB, source: … }'"
      ])
    #expect(
      faults("{ routing: random, pools: [], memory: { value: 64 GB } }", as: Scenario.self)
        == ["f.yaml:1: memory: the field 'source' is missing; give it text"])
  }

  @Test("whatever is done to a file, it is read or refused at a place")
  func mutations() {
    let text = """
      routing: prefixAware
      pools:
        - { instances: 10_000, latency: 2 us, name: 920, share: 1e-3, tags: [a, b] }
      limits: &l { b: 2, a: 1 }
      free: { anything: [1, { x: y }], again: *l }
      memory: { value: 64 GB, low: 60 GB, source: "data sheet", grade: A }
      """
    var state: UInt64 = 1
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let pieces = Array("{}[]:,-&*#'\"|>%@!? \n\tx9é".utf8)
    for _ in 0..<3000 {
      var bytes = Array(text.utf8)
      for _ in 0...next(3) {
        let at = next(bytes.count)
        switch next(3) {
        case 0: bytes.remove(at: at)
        case 1: bytes.insert(pieces[next(pieces.count)], at: at)
        default: bytes.removeSubrange(at..<min(bytes.count, at + next(30)))
        }
      }
      for fault in faults(String(decoding: bytes, as: UTF8.self), as: Scenario.self) where !fault.hasPrefix("f.yaml") {
        Issue.record("\(fault)\n\(String(decoding: bytes, as: UTF8.self))")
      }
    }
  }

  @Test("fields of other people's files are passed over when asked")
  func unknownAllowed() throws {
    let node = try Node.parse("{ instances: 1, latency: 1 s, name: x, banana: { y: 2 } }", file: "f.yaml")
    #expect(try node.decode(Pool.self, userInfo: [.allowUnknownKeys: true]).instances == 1)
  }

  @Test("numbers keep their bounds")
  func bounds() {
    #expect(faults("[1, -2]", as: [UInt].self) == ["f.yaml:1: [1]: -2 is negative; give a number from 0 on"])
    #expect(faults("[300]", as: [Int8].self) == ["f.yaml:1: [0]: 300 is out of range; give a number from -128 to 127"])
    #expect(
      faults("[.nan, 1e999, 0x10, yes]", as: [Double].self)
        == [".nan", "1e999", "0x10", "yes"].enumerated().map {
          "f.yaml:1: [\($0)]: there is '\($1)' where a number was expected; give a number"
        })
    #expect(faults("[yes]", as: [Bool].self).count == 1)
  }

  struct Even: Decodable {
    var value: Int
    enum CodingKeys: String, CodingKey { case value }
    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      value = try container.decode(Int.self, forKey: .value)
      guard value % 2 == 0 else { throw Problem("", "\(value) is odd", wayOut: "use \(value + 1)") }
    }
  }

  @Test("a type's own check is told at its place, and not at all after another fault")
  func ownChecks() {
    #expect(faults("[{ value: 3 }]", as: [Even].self) == ["f.yaml:1: [0]: 3 is odd; use 4"])
    #expect(faults("[{ value: x }]", as: [Even].self).count == 1)
  }

  enum NumberOrName: Decodable, Equatable {
    case number(Int), name(String)
    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Int.self) {
        self = .number(number)
      } else {
        self = .name(try container.decode(String.self))
      }
    }
  }

  @Test("a type may try one reading after another")
  func alternatives() throws {
    let node = try Node.parse("[1, one]", file: "f.yaml")
    #expect(try node.decode([NumberOrName].self) == [.number(1), .name("one")])
  }

  @Test("names that the file chooses keep the order of the file")
  func named() throws {
    let node = try Node.parse("{ z: 1, a: 2, m: 3 }", file: "f.yaml")
    #expect(try node.decode(NamedValues<Int>.self).list.map(\.name) == ["z", "a", "m"])
    #expect(faults("{ z: 1, a: x }", as: NamedValues<Int>.self).count == 1)
    #expect(faults("{ z: 1, a: x }", as: [String: Int].self).count == 1)
  }
}
