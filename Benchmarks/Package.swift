// swift-tools-version: 6.1
import PackageDescription

// swift run -c release -Xswiftc -enable-testing --package-path Benchmarks ServingBenchmark
let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "supernode", path: "..")],
  targets: [
    .target(name: "CountAllocations"),
    // With the oracles of Tests/ServingTests, by links to its files.
    .executableTarget(
      name: "ServingBenchmark",
      dependencies: ["CountAllocations", .product(name: "SupernodeServing", package: "supernode")]),
  ],
  swiftLanguageModes: [.v6]
)
