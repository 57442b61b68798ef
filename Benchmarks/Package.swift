// swift-tools-version: 6.1
import PackageDescription

// swift run -c release --package-path Benchmarks ServingBenchmark
// SUPERNODE_ORACLE=1 swift run -c release -Xswiftc -enable-testing --package-path Benchmarks ServingBenchmark
//
// The second has the engines' oracle and prints ratios to it alone: it needs the internals of Serving, and a build that
// opens them is slower, so that no rate is taken in it.
let hasOracle = Context.environment["SUPERNODE_ORACLE"] != nil
let oracle = ["", "+Memory", "+Others", "+SGLang", "+Step", "+Transfer", "+VLLM"].map { "PlainEngine\($0).swift" }

let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "supernode", path: "..")],
  targets: [
    .target(name: "CountAllocations"),
    // With the oracles of Tests/ServingTests, by links to its files.
    .executableTarget(
      name: "ServingBenchmark",
      dependencies: ["CountAllocations", .product(name: "SupernodeServing", package: "supernode")],
      exclude: hasOracle ? [] : oracle + ["PlainMemory.swift"],
      swiftSettings: hasOracle ? [.define("ENGINE_ORACLE")] : []),
  ],
  swiftLanguageModes: [.v6]
)
