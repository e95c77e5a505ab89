// swift-tools-version: 6.2
import PackageDescription

let warnings: [SwiftSetting] =
  Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)]

let settings: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  ] + warnings

let package = Package(
  name: "IKC",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "IKC", targets: ["IKC"]),
    .library(name: "IKCYAML", targets: ["IKCYAML"]),
    .executable(name: "ikc", targets: ["ikc"]),
    .executable(name: "ikc-bench", targets: ["ikc-bench"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CUV",
      pkgConfig: "libuv",
      providers: [.apt(["libuv1-dev"]), .brew(["libuv"])]
    ),
    .target(
      name: "IKC",
      dependencies: [
        "CUV",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings
    ),
    .target(
      name: "IKCYAML",
      dependencies: ["IKC", .product(name: "Yams", package: "Yams")],
      swiftSettings: settings
    ),
    .target(name: "Signals", swiftSettings: settings),
    .executableTarget(
      name: "ikc",
      dependencies: [
        "IKC", "IKCYAML", "Signals",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "Sources/ikc-tool",
      swiftSettings: settings
    ),
    .executableTarget(
      name: "ikc-bench",
      dependencies: [
        "IKC", "IKCYAML", "CUV", "Signals",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "TimeServer",
      dependencies: ["IKC"],
      path: "Examples/TimeServer",
      swiftSettings: settings
    ),
    .executableTarget(
      name: "TimeClient",
      dependencies: ["IKC"],
      path: "Examples/TimeClient",
      swiftSettings: settings
    ),
    .target(
      name: "TestSupport",
      path: "Tests/TestSupport",
      swiftSettings: settings
    ),
    .testTarget(
      name: "IKCTests",
      dependencies: ["IKC", "IKCYAML", "TestSupport"],
      resources: [.copy("Fixtures"), .copy("Peers")],
      swiftSettings: settings
    ),
    .testTarget(
      name: "IKCYAMLTests",
      dependencies: ["IKC", "IKCYAML", "TestSupport"],
      exclude: ["Peers"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "ToolTests",
      dependencies: ["ikc", "TimeServer", "TimeClient", "TestSupport"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "BenchTests",
      dependencies: ["ikc-bench", "TestSupport"],
      swiftSettings: settings
    ),
  ],
  swiftLanguageModes: [.v6]
)
