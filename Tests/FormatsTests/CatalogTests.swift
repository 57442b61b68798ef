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
  }
}
