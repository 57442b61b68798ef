// swift-tools-version: 6.1
import PackageDescription

// Floors (a target imports lower floors only, never a neighbour):
//   7 supernode  6 Pages  5 Planning, Validation  4 Serving, Training  3 Costs, Workloads, Supply  2 Models, Hardware
//   1 Simulation, Reports, Formats  0 Units
// SUPERNODE_STRICT, set in CI, turns the warnings of these targets into errors.
// SUPERNODE_FAST, set by ./test, optimises what tests spend their time in, in debug builds too.
let isStrict = Context.environment["SUPERNODE_STRICT"] != nil
let settings: [SwiftSetting] =
  [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]
  + (isStrict ? [.unsafeFlags(["-warnings-as-errors"])] : [])
let isFast = Context.environment["SUPERNODE_FAST"] != nil
let fast = settings + (isFast ? [.unsafeFlags(["-O"], .when(configuration: .debug))] : [])

let package = Package(
  name: "supernode",
  products: [
    .executable(name: "supernode", targets: ["supernode"]),
    .library(name: "SupernodeServing", targets: ["Serving", "Workloads", "Simulation", "Formats", "Units"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(name: "Units", swiftSettings: fast),

    .target(
      name: "Simulation", dependencies: ["Units", .product(name: "HeapModule", package: "swift-collections")],
      swiftSettings: fast),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "Formats", dependencies: ["Units", "CZlib", .product(name: "Yams", package: "Yams")],
      resources: [.copy("Resources/catalog"), .copy("Resources/schema")], swiftSettings: fast),
    .target(name: "Reports", dependencies: ["Units"], swiftSettings: settings),

    .target(name: "Models", dependencies: ["Units", "Formats"], swiftSettings: settings),
    .target(name: "Hardware", dependencies: ["Units", "Formats"], swiftSettings: settings),

    .target(name: "Costs", dependencies: ["Units", "Formats", "Models", "Hardware"], swiftSettings: fast),
    .target(name: "Workloads", dependencies: ["Units", "Simulation", "Formats"], swiftSettings: fast),

    .target(name: "Supply", dependencies: ["Units", "Simulation", "Formats"], swiftSettings: fast),

    .target(
      name: "Serving",
      dependencies: [
        .product(name: "DequeModule", package: "swift-collections"), "Units", "Simulation", "Formats", "Reports",
        "Workloads", "Models", "Hardware", "Costs",
      ],
      swiftSettings: fast),

    .target(
      name: "Training",
      dependencies: ["Units", "Simulation", "Formats", "Models", "Hardware", "Costs"], swiftSettings: fast),

    .target(
      name: "Validation",
      dependencies: [
        "Units", "Formats", "Workloads", "Models", "Hardware", "Costs", "Supply", "Serving", "Training", "Simulation",
      ],
      swiftSettings: settings),

    .target(
      name: "Planning",
      dependencies: [
        "Units", "Formats", "Workloads", "Models", "Hardware", "Costs", "Supply", "Serving", "Training", "Simulation",
      ],
      swiftSettings: fast),

    .target(
      name: "Pages",
      dependencies: [
        "Units", "Formats", "Reports", "Models", "Hardware", "Costs", "Workloads", "Serving", "Supply", "Training",
        "Validation", "Planning",
      ],
      swiftSettings: settings),

    .executableTarget(
      name: "supernode",
      dependencies: [
        "Units", "Simulation", "Formats", "Reports", "Workloads", "Models", "Hardware", "Costs", "Supply", "Serving",
        "Training", "Validation", "Planning", "Pages",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: settings),

    // Not a part of the program: Documentation/Guides/Fuzzing.md.
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "Units", "Simulation", "Formats", "Reports", "Workloads", "Models", "Hardware", "Costs", "Supply", "Serving",
        "Training", "Validation", "Planning", "Pages",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Tools/Fuzzing", swiftSettings: settings),

    .testTarget(name: "UnitsTests", dependencies: ["Units"], swiftSettings: settings),
    .testTarget(name: "SimulationTests", dependencies: ["Simulation"], swiftSettings: settings),
    .testTarget(name: "FormatsTests", dependencies: ["Formats", "CZlib", "Units"], swiftSettings: settings),
    .testTarget(name: "ReportsTests", dependencies: ["Reports"], swiftSettings: settings),
    .testTarget(name: "WorkloadsTests", dependencies: ["Workloads", "Formats", "Units"], swiftSettings: settings),
    .testTarget(name: "ModelsTests", dependencies: ["Models", "Formats", "Units"], swiftSettings: settings),
    .testTarget(name: "HardwareTests", dependencies: ["Hardware", "Formats", "Units"], swiftSettings: settings),
    .testTarget(
      name: "CostsTests", dependencies: ["Costs", "Models", "Hardware", "Formats", "Units"],
      swiftSettings: settings),
    .testTarget(
      name: "ServingTests",
      dependencies: [
        "Serving", "Costs", "Workloads", "Models", "Hardware", "Formats", "Units", "Simulation",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "TrainingTests",
      dependencies: ["Training", "Validation", "Costs", "Models", "Hardware", "Formats", "Units", "Simulation"],
      swiftSettings: settings),
    .testTarget(
      name: "PagesTests", dependencies: ["Pages", "Reports", "Formats", "Supply", "Serving", "Simulation", "Units"],
      swiftSettings: settings),
    .testTarget(
      name: "SupplyTests", dependencies: ["Supply", "Validation", "Pages", "Formats", "Units", "Simulation"],
      exclude: ["Data"], swiftSettings: settings),
    .testTarget(
      name: "ValidationTests",
      dependencies: ["Validation", "Training", "Serving", "Pages", "Workloads", "Formats", "Units"],
      exclude: ["ceilings.yaml"], swiftSettings: settings),
    .testTarget(
      name: "PlanningTests",
      dependencies: [
        "Planning", "Validation", "Supply", "Serving", "Training", "Costs", "Workloads", "Models", "Hardware",
        "Formats", "Units",
      ], swiftSettings: settings),
    .testTarget(
      name: "GoldenTests", dependencies: ["Formats", "supernode", "fuzz"], exclude: ["Golden"],
      swiftSettings: settings),
    .testTarget(name: "TidyTests", swiftSettings: settings),
  ]
)
