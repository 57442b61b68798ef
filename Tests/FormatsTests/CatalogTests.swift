import Formats
import Testing
import Units

@Suite struct CatalogTests {
  let folder: TemporaryFolder
  let builtIn: String
  let user: String

  init() throws {
    folder = try TemporaryFolder()
    builtIn = "\(folder.path)/built-in"
    user = "\(folder.path)/user"
    _ = try folder.write("name: Ascend 910C\nmemory: 1\n", to: "built-in/chips/ascend-910c.yaml")
    _ = try folder.write("name: H800\nmemory: 2\n", to: "built-in/chips/h800.yaml")
    _ = try folder.write("{\"model_type\": \"x\"}", to: "built-in/models/Llama-3.1-8B/config.json")
    _ = try folder.write("name: H800\nmemory: 3\n", to: "user/chips/h800.yaml")
    _ = try folder.write("name: \"Own: chip\"\n", to: "user/chips/own-chip.yaml")
  }

  @Test("kinds and names of both folders, sorted")
  func names() {
    let catalog = Catalog(folders: [user], builtIn: builtIn)
    #expect(catalog.kinds() == ["chips", "models"])
    #expect(catalog.names("chips") == ["Ascend 910C", "H800", "Own: chip"])
    #expect(catalog.names("models") == ["Llama-3.1-8B"])
    #expect(catalog.names("fruits") == [])
  }

  @Test("the user's folder goes before the built-in one, the last before the first")
  func precedence() throws {
    #expect(try Catalog(builtIn: builtIn).node("chips", "H800")["memory"]?.text == "2")
    #expect(try Catalog(folders: [user], builtIn: builtIn).node("chips", "H800")["memory"]?.text == "3")
    #expect(try Catalog(folders: [user, builtIn], builtIn: builtIn).node("chips", "H800")["memory"]?.text == "2")
  }

  @Test("a name is found in any case and punctuation, or by a path")
  func lookup() throws {
    let catalog = Catalog(folders: [user], builtIn: builtIn)
    #expect(try catalog.node("chips", "ascend 910c")["name"]?.text == "Ascend 910C")
    #expect(try catalog.node("chips", "Own: chip")["name"]?.text == "Own: chip")
    #expect(try catalog.node("models", "llama-3.1-8b")["model_type"]?.text == "x")
    #expect(try catalog.node("models", "\(builtIn)/models/Llama-3.1-8B")["model_type"]?.text == "x")
    #expect(try catalog.node("chips", "910C")["name"]?.text == "Ascend 910C")
    #expect(throws: Problem.self) { try catalog.node("chips", "10C") }
    #expect(Catalog.slug("CloudMatrix 384") == "cloudmatrix-384")
  }

  @Test("an unknown name is refused with what there is")
  func unknown() {
    let catalog = Catalog(folders: [user], builtIn: builtIn)
    #expect(
      message { _ = try catalog.node("chips", "Ascend 910D") }
        == "there is no chip 'Ascend 910D'; did you mean 'Ascend 910C'? There are Ascend 910C, H800, Own: chip")
    #expect(
      message { _ = try catalog.node("chips", "banana") }
        == "there is no chip 'banana'; use one of Ascend 910C, H800, Own: chip")
    #expect(
      message { _ = try catalog.node("fruits", "banana") }
        == "there is no fruit 'banana', nor any other in the catalog; there are chips, models")
  }

  @Test("the built-in catalog is found from the program's own path")
  func builtInFolder() {
    #expect(Catalog().folders.count == 1)
    #expect(Catalog().kinds().contains("chips"))
  }

  @Test("entries say whose they are; an unknown kind is refused")
  func entries() throws {
    let catalog = Catalog(folders: [user], builtIn: builtIn)
    let all = try catalog.entries()
    #expect(all.map(\.name) == ["Ascend 910C", "H800", "Own: chip", "Llama-3.1-8B"])
    #expect(all.map(\.isOverride) == [false, true, true, false])
    #expect(try catalog.entries(of: user).map(\.name) == ["H800", "Own: chip"])
    #expect(catalog.isOwn("\(user)/chips/h800.yaml") && !catalog.isOwn("\(builtIn)/chips/h800.yaml"))
    #expect(
      message { _ = try catalog.entries(kind: "chip") }
        == "there is no kind 'chip'; did you mean 'chips'? there are chips, models")
  }

  @Test("an entry is found by any part of its name that leaves one; otherwise the nearest is named, or all of them")
  func find() throws {
    let catalog = Catalog(folders: [user], builtIn: builtIn)
    #expect(try catalog.find("h800").path == "\(user)/chips/h800.yaml")
    #expect(try catalog.find("910c").name == "Ascend 910C")
    #expect(try catalog.find("LLAMA").kind == "models")
    #expect(try catalog.text(of: catalog.find("h800")) == "# chips: \(user)/chips/h800.yaml\nname: H800\nmemory: 3\n")
    #expect(try catalog.text(of: catalog.find("llama", kind: "models")) == "{\"model_type\": \"x\"}")
    #expect(
      message { _ = try catalog.find("Ascend 910D") }
        == "there is no 'Ascend 910D' in the catalog; did you mean 'Ascend 910C'?")
    #expect(message { _ = try catalog.find("910D") } == "there is no '910D' in the catalog; did you mean '910C'?")
    #expect(
      message { _ = try catalog.find("c") }
        == "'c' is part of the names of several entries; say which: chips Ascend 910C, chips Own: chip")
  }

  @Test("lint names every fault of every entry")
  func lint() throws {
    _ = try folder.write("name: Other\nmemory: x\n", to: "user/chips/wrong.yaml")
    _ = try folder.write("name: [\n", to: "user/chips/broken.yaml")
    struct Chip: Decodable {
      var name: String
      var memory: Int
    }
    let found = Catalog(folders: [user], builtIn: builtIn).lint([("chips", { _ = try $0.decode(Chip.self) })])
    #expect(
      found.map { $0.description.replacing(user, with: "") } == [
        "/chips/wrong.yaml:1: name: 'Other' will not be found under this file name; call it other.yaml",
        "/chips/wrong.yaml:2: memory: there is 'x' where a whole number was expected; give a whole number",
        "/chips/own-chip.yaml:1: the field 'memory' is missing; give it a whole number",
        "/chips/broken.yaml:2: cannot be read as YAML: did not find expected node content while parsing a flow node "
          + "(column 1); check indentation, colons and quotes there",
      ])
  }
}

@Suite struct BasedOnTests {
  @Test("a fact is replaced whole: another value has neither the source nor the range of the old one")
  func facts() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("name: Old\na: { value: 1, low: 0, high: 2, source: old }\n", to: "things/old.yaml")
    _ = try folder.write("name: New\nbasedOn: Old\na: { value: 5, source: new }\n", to: "things/new.yaml")
    let node = try Catalog(builtIn: folder.path).node("things", "New")
    #expect(node["a.value"]?.text == "5" && node["a.source"]?.text == "new" && node["a.high"] == nil)
  }

  @Test("what was measured on a chip is borrowed by one that is based on it, and no longer identified by rows")
  func evidence() throws {
    let folder = try TemporaryFolder()
    let base = """
      name: Old
      peak: { value: 1, source: sheet }
      efficiency:
        matrix: { value: 0.8, identifiedBy: [R-1], source: fit }
        vector: { value: 0.4, source: prior }
      link: { value: 3, identifiedBy: [R-2], source: rows }

      """
    for kind in ["chips", "engines"] {
      _ = try folder.write(base, to: "\(kind)/old.yaml")
      _ = try folder.write("name: New\nbasedOn: Old\n", to: "\(kind)/new.yaml")
    }
    let catalog = Catalog(builtIn: folder.path)
    let chip = try catalog.node("chips", "New")
    #expect(chip["efficiency.matrix.source"]?.text == "borrowed from the Old: fit")
    #expect(chip["efficiency.vector.source"]?.text == "borrowed from the Old: prior")
    #expect(chip["link.source"]?.text == "borrowed from the Old: rows")
    #expect(chip["peak.source"]?.text == "sheet")
    #expect(!chip.canonicalText.contains("identifiedBy"))
    // A version of an engine keeps its rows.
    #expect(try catalog.node("engines", "New")["link.identifiedBy"] != nil)
  }

  @Test("lint tells a fault of a base once, and a fault of its own of what is based on it")
  func lint() throws {
    struct Thing: Decodable {
      var name: String
      var size: Int
      var depth: Int
    }
    let folder = try TemporaryFolder()
    _ = try folder.write("name: Old\nsize: x\n", to: "things/old.yaml")
    _ = try folder.write("name: New\nbasedOn: Old\n", to: "things/new.yaml")
    _ = try folder.write("name: Newer\nbasedOn: Old\ndepth: y\n", to: "things/newer.yaml")
    let found = Catalog(builtIn: folder.path).lint([("things", { _ = try $0.decode(Thing.self) })])
    #expect(
      found.map { $0.description.replacing(folder.path, with: "") } == [
        "/things/newer.yaml:3: depth: there is 'y' where a whole number was expected; give a whole number",
        "/things/old.yaml:1: the field 'depth' is missing; give it a whole number",
        "/things/old.yaml:2: size: there is 'x' where a whole number was expected; give a whole number",
      ])
  }

  @Test("an entry that is based on another has its fields, but for its own; null takes one away")
  func layers() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("name: Old\na: { b: 1, c: 2 }\nlist: [1, 2]\nd: 3\n", to: "things/old.yaml")
    _ = try folder.write("name: New\nbasedOn: Old\na: { c: 5 }\nlist: [7]\nd: null\n", to: "things/new.yaml")
    _ = try folder.write("name: Newest\nbasedOn: New\na: { b: 9 }\n", to: "things/newest.yaml")
    let node = try Catalog(builtIn: folder.path).node("things", "Newest")
    #expect(node["name"]?.text == "Newest" && node["a.b"]?.text == "9" && node["a.c"]?.text == "5")
    #expect(node["list"]?.elements.map(\.text) == ["7"])
    #expect(node["d"] == nil && node["basedOn"] == nil)
  }

  @Test("a base that does not exist, and a circle of bases, are faults")
  func faults() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("name: One\nbasedOn: Two\n", to: "things/one.yaml")
    _ = try folder.write("name: Two\nbasedOn: One\n", to: "things/two.yaml")
    _ = try folder.write("name: Three\nbasedOn: Tree\n", to: "things/three.yaml")
    let catalog = Catalog(builtIn: folder.path)
    #expect(message { _ = try catalog.node("things", "One") }.contains("is based on what is based on it"))
    #expect(message { _ = try catalog.node("things", "Three") }.contains("'Tree'"))
  }
}
