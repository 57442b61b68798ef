import Formats
import Hardware
import Testing
import Units

let catalog: Catalog = {
  let tests = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  return Catalog(builtIn: "/\(tests)/Sources/Formats/Resources/catalog")
}()

@Suite struct CatalogTests {
  @Test("every chip, system and engine of the catalog decodes, and systems name chips that exist")
  func decodes() throws {
    for kind in ["chips", "systems", "engines"] { try #require(!catalog.names(kind).isEmpty, "no \(kind)") }
    for name in catalog.names("chips") { #expect(try catalog.chip(name).name == name) }
    for name in catalog.names("systems") {
      let system = try catalog.system(name)
      #expect(system.name == name)
      #expect(catalog.names("chips").contains(system.chip))
    }
    for name in catalog.names("engines") { #expect(try catalog.engine(name).name == name) }
  }
}
