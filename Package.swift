// swift-tools-version: 6.2
import PackageDescription

// libtorch is found at a fixed place and never searched for: SwiftPM caches the evaluated manifest, so a search would
// go stale. `make setup` puts a link there; LIBTORCH names another copy. When Fovea is a dependency it lies in
// `.build/checkouts/Fovea`, and the second home is then the root package's own `.libtorch`.
let homes =
  Context.environment["LIBTORCH"].map { [$0] }
  ?? [
    Context.packageDirectory + "/.libtorch/torch",
    Context.packageDirectory + "/../../../.libtorch/torch",
  ]

let libtorchFlags: [CXXSetting] = [
  .unsafeFlags(
    ["-std=c++20", "-O2", "-Wfatal-errors"]
      + homes.flatMap { ["-isystem", $0 + "/include", "-isystem", $0 + "/include/torch/csrc/api/include"] })
]
let libtorchLinks: [LinkerSetting] = [
  .unsafeFlags(homes.flatMap { ["-L" + $0 + "/lib", "-Xlinker", "-rpath", "-Xlinker", $0 + "/lib"] }),
  .linkedLibrary("torch_cpu"),
  .linkedLibrary("c10"),
  .linkedLibrary("m"),
]

let swift: [SwiftSetting] = [.swiftLanguageMode(.v6)]

/// A library of the system, found through pkg-config.
func system(_ name: String, pkgConfig: String, debian package: String) -> Target {
  .systemLibrary(name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

func room(_ name: String, needs dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swift)
}

func tests(_ name: String, needs dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, resources: [.copy("Fixtures")], swiftSettings: swift)
}

let package = Package(
  name: "Fovea",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Fovea", targets: ["Fovea"]),
    .library(name: "Torch", targets: ["Torch"]),
    // What notebooks load: cells are compiled one by one, and all have to find the one copy of everything.
    .library(name: "FoveaDynamic", type: .dynamic, targets: ["Fovea"]),
    .executable(name: "fovea", targets: ["FoveaCommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
  ],
  targets: [
    system("CTurboJPEG", pkgConfig: "libturbojpeg", debian: "libturbojpeg0-dev"),
    system("CLibJPEG", pkgConfig: "libjpeg", debian: "libjpeg62-turbo-dev"),
    system("CPNG", pkgConfig: "libpng", debian: "libpng-dev"),
    system("CWebP", pkgConfig: "libwebp", debian: "libwebp-dev"),
    system("CCairo", pkgConfig: "cairo", debian: "libcairo2-dev"),
    system("CArchive", pkgConfig: "libarchive", debian: "libarchive-dev"),

    // The search path leads to `gloo/`, which libtorch's headers ask for.
    .target(name: "CTorch", cxxSettings: libtorchFlags + [.headerSearchPath(".")], linkerSettings: libtorchLinks),
    room("Torch", needs: ["CTorch"]),
    .target(name: "CPartialJPEG", dependencies: ["CLibJPEG"]),
    room("FoveaImaging", needs: ["Torch", "CTurboJPEG", "CPartialJPEG", "CPNG", "CWebP", "CCairo"]),
    room(
      "FoveaData",
      needs: [
        "Torch", "FoveaImaging", "CArchive",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Yams", package: "Yams"),
      ]),
    room("FoveaModels", needs: ["Torch"]),
    room("FoveaMetrics", needs: ["Torch"]),
    room(
      "FoveaTraining",
      needs: [
        "Torch", "FoveaImaging", "FoveaData", "FoveaModels", "FoveaMetrics",
        .product(name: "Yams", package: "Yams"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    room(
      "Fovea",
      needs: [
        "Torch", "FoveaImaging", "FoveaData", "FoveaModels", "FoveaMetrics", "FoveaTraining",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .executableTarget(
      name: "FoveaCommand",
      dependencies: ["Fovea", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      swiftSettings: swift),

    tests("TorchTests", needs: ["Torch"]),
    tests("FoveaImagingTests", needs: ["FoveaImaging"]),
    tests("FoveaDataTests", needs: ["FoveaData"]),
    tests("FoveaModelsTests", needs: ["FoveaModels"]),
    tests("FoveaMetricsTests", needs: ["FoveaMetrics"]),
    tests("FoveaTrainingTests", needs: ["FoveaTraining"]),
    tests("FoveaCommandTests", needs: ["Fovea", "FoveaCommand"]),
  ],
  cxxLanguageStandard: .cxx20
)
