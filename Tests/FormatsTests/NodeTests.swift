import Formats
import Testing
import Units

@Suite struct NodeTests {
  @Test("a value knows its file, line and path")
  func places() throws {
    let node = try Node.parse("a: 1\nb:\n  - x: 2\n  - x: 3\n    y: [4, 5]\n", file: "f.yaml")
    #expect(node["a"]?.place.description == "f.yaml:1: a")
    #expect(node["b[1].x"]?.place.description == "f.yaml:4: b[1].x")
    #expect(node["b[1].y[0]"]?.place.description == "f.yaml:5: b[1].y[0]")
    #expect(node["b[1].y[1]"]?.text == "5")
    #expect(node["b[2].x"] == nil)
    #expect(node.fields.map(\.key) == ["a", "b"])
  }

  @Test("JSON is YAML: config.json is read as it is")
  func json() throws {
    let node = try Node.parse("{\"a\": [1, 2.5, true, null, \"x\\n\"],\n \"b\": {}}", file: "config.json")
    #expect(node.canonicalText == #"{"a":[1,2.5,true,null,"x\n"],"b":{}}"#)
    #expect(node["b"]?.place.line == 2)
  }

  @Test(
    "text that is no YAML is refused with its line and what to do",
    arguments: [
      ("a: 1\nb: 2\na: 3\n", "f.yaml:1: 'a' is given twice; keep one of them"),
      ("a: [1, 2\nb: 3\n", "f.yaml:2: cannot be read as YAML"),
      ("a: 1\n b: 2\n", "f.yaml:2: cannot be read as YAML"),
      ("", "f.yaml: there is nothing in it"),
      ("# only a comment\n", "f.yaml: there is nothing in it"),
      ("a: *b\n", "f.yaml:1: cannot be read as YAML: found undefined alias"),
      ("a: 1\n---\nb: 2\n", "f.yaml:2: cannot be read as YAML"),
      ("a: x\u{1}y", "f.yaml:1: cannot be read as YAML: control characters are not allowed; remove that character"),
    ])
  func refusals(text: String, expected: String) {
    #expect(message { _ = try Node.parse(text, file: "f.yaml") }.hasPrefix(expected))
  }

  @Test("anchors are shared values; << takes the fields that are not given")
  func anchors() throws {
    let node = try Node.parse("base: &b { x: 1, y: 2 }\nc: *b\nd: { <<: *b, y: 3 }\n", file: "f.yaml")
    #expect(node["c.x"]?.text == "1")
    #expect(node["d"]?.canonicalText == #"{"x":1,"y":3}"#)
  }

  @Test("aliases that unfold without bound are refused")
  func bomb() {
    let lines = (1...12).map { "a\($0): &a\($0) [\(Array(repeating: "*a\($0 - 1)", count: 9).joined(separator: ","))]" }
    let text = "a0: &a0 [x]\n" + lines.joined(separator: "\n")
    #expect(message { _ = try Node.parse(text, file: "f.yaml") }.contains("unfold to more than a million values"))
  }

  @Test("a file that is not there or is not text is named")
  func files() throws {
    #expect(
      message { _ = try Node.read(path: "/nowhere/x.yaml") }
        == "/nowhere/x.yaml: cannot be opened: no such file or directory; check the path and its permissions")
    let folder = try TemporaryFolder()
    let path = try folder.write([0xff, 0xfe, 0x00], to: "x.yaml")
    #expect(message { _ = try Node.read(path: path) }.contains("is not UTF-8 text"))
    #expect(message { _ = try Node.read(path: folder.path) }.contains("is a directory; name a file in it"))
  }
}

@Suite struct SettingTests {
  let node: Node
  init() throws { node = try Node.parse("decode: { instances: 1 }\nlist: [1, 2]\nname: x\n", file: "f.yaml") }

  @Test("--set replaces, adds and appends, and stands in the problem of what it set")
  func setting() throws {
    let changed = try node.setting(["decode.instances=2", "decode.chips.count=4", "list[1]=9", "list[2]=10", "name="])
    #expect(
      changed.canonicalText == #"{"decode":{"chips":{"count":4},"instances":2},"list":[1,9,10],"name":null}"#)
    #expect(changed["decode.instances"]?.place.description == "--set: decode.instances")
    #expect(changed["list[0]"]?.place.description == "f.yaml:2: list[0]")
    let whole = try node.setting("decode", to: "{ instances: 5, size: [1] }")
    #expect(whole["decode.size[0]"]?.place.description == "--set: decode.size[0]")
  }

  @Test(
    "--set that cannot be is one sentence",
    arguments: [
      ("name.x=1", "--set: name.x: there is 'x', which has no field 'x'; see f.yaml:3: name"),
      ("list[5]=1", "--set: list[5]: there is no element 5 in a list of 2; see f.yaml:2: list"),
      ("novalue", "--set: 'novalue' has no 'field=value'; write such as decode.instances=2"),
      ("a..b=1", "--set: a..b: is not the path of a field; write such as decode.instances or a[2].b"),
      ("a[x]=1", "--set: a[x]: is not the path of a field; write such as decode.instances or a[2].b"),
    ])
  func refusals(assignment: String, expected: String) {
    #expect(message { _ = try node.setting([assignment]) } == expected)
  }

  @Test("equal content has the same hash, whatever its order and notation")
  func hashes() throws {
    let one = try Node.parse("a: 1\nb: { c: 2.50, d: 'x' }", file: "a"),
      two = try Node.parse(
        "{\"b\": {\"d\": \"x\", \"c\": 2.5}, \"a\": 1}", file: "b")
    #expect(one == two)
    #expect(one.contentHash == two.contentHash)
    #expect(try one.contentHash != one.setting("a", to: "'1'").contentHash)
    #expect(contentHash("abc".utf8) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(contentHash([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test("the hash does not depend on how the bytes were cut")
  func pieces() throws {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    for size in [1, 55, 63, 64, 65, 200] {
      var hash = ContentHash()
      for start in stride(from: 0, to: bytes.count, by: size) {
        bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { hash.update($0) }
      }
      #expect(hash.finish() == contentHash(bytes))
    }
    let folder = try TemporaryFolder()
    #expect(try ContentHash.ofFile(folder.write(bytes, to: "file")) == contentHash(bytes))
  }
}
