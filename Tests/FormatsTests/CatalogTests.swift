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

  @Test("list names what is there, and whose it is")
  func list() throws {
    let catalog = Catalog(folders: [user], builtIn: builtIn)
    #expect(
      try catalog.list() == """
        chips
          Ascend 910C
          H800  (\(user)/chips/h800.yaml)
          Own: chip  (\(user)/chips/own-chip.yaml)

        models
          Llama-3.1-8B

        """)
    #expect(try catalog.list(kind: "models") == "models\n  Llama-3.1-8B\n")
    #expect(
      message { _ = try catalog.list(kind: "chip") }
        == "there is no kind 'chip'; did you mean 'chips'? there are chips, models")
  }

  @Test("show gives the file as it stands")
  func show() throws {
    let catalog = Catalog(folders: [user], builtIn: builtIn)
    #expect(try catalog.show("h800") == "# chips: \(user)/chips/h800.yaml\nname: H800\nmemory: 3\n")
    #expect(try catalog.show("Llama-3.1-8B", kind: "models") == "{\"model_type\": \"x\"}")
    #expect(
      message { _ = try catalog.show("Ascend 910") }
        == "there is no 'Ascend 910' in the catalog; did you mean 'Ascend 910C'?")
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
