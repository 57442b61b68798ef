import Formats
import Foundation
import Serving
import Testing

@Suite struct PublicTests {
  @Test("the lines in Documentation/Public.md are these, which run") func lines() throws {
    let path = "\(DocComments.root)/Examples/llama-3.1-70b-hgx-h100.yaml"
    // begin
    let catalog = Catalog()
    let scenario = try Node.read(path: path).decode(Scenario.self)
    let deployment = try Deployment(scenario, catalog: catalog)
    for pool in deployment.pools { print(pool.name, pool.role, pool.memory.keyValueTokensPerRank) }
    let outcome = try serve(deployment.makeSource(), under: deployment.configuration)
    print(outcome.statistics.timeToFirstToken.summary().p99)
    // end
    #expect(deployment.pools.count == 1)
    let here = try String(contentsOfFile: #filePath, encoding: .utf8)
    let page = try String(contentsOfFile: "\(DocComments.root)/Documentation/Public.md", encoding: .utf8)
    let lines = here.components(separatedBy: "// begin\n")[1].components(separatedBy: "    // end")[0]
    for line in lines.split(separator: "\n") {
      let text = line.trimmingCharacters(in: .whitespaces).replacingOccurrences(
        of: "path: path", with: "path: \"my.yaml\"")
      #expect(page.contains(text), "\(text)")
    }
  }
}
