// swift-tools-version: 6.2
import PackageDescription

let swift: [SwiftSetting] = [.swiftLanguageMode(.v6)]

let package = Package(
  name: "NotebookKernel",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "notebook-kernel", targets: ["notebook-kernel"]),
    .executable(name: "notebook-worker", targets: ["notebook-worker"]),
    .executable(name: "notebook-language", targets: ["notebook-language"]),
    // Dynamic, and loaded by the worker at run time: were it linked into the worker, cells would get a second copy.
    .library(name: "NotebookSupport", type: .dynamic, targets: ["NotebookSupport"]),
  ],
  dependencies: [
    .package(url: "https://github.com/swiftlang/swift-syntax", exact: "603.0.1")
  ],
  targets: [
    // What runs in the kernel's process.
    .systemLibrary(name: "CZMQ", pkgConfig: "libzmq", providers: [.apt(["libzmq3-dev"])]),
    .target(name: "Jupyter", dependencies: ["CZMQ"], swiftSettings: swift),
    .target(
      name: "Cells",
      dependencies: [
        .product(name: "SwiftParser", package: "swift-syntax"), .product(name: "SwiftSyntax", package: "swift-syntax"),
      ],
      swiftSettings: swift),
    .target(name: "Kernel", dependencies: ["Jupyter", "Cells"], swiftSettings: swift),
    .executableTarget(name: "notebook-kernel", dependencies: ["Kernel"], swiftSettings: swift),

    // What runs in the worker's process, where the cells are.
    .target(name: "CNotebookWorker", linkerSettings: [.linkedLibrary("dl"), .linkedLibrary("pthread")]),
    .target(name: "NotebookSupport", dependencies: ["CNotebookWorker"], swiftSettings: swift),
    .executableTarget(name: "notebook-worker", linkerSettings: [.linkedLibrary("dl")]),

    // Completion and documentation, in a process of their own, as the compiler's service may crash.
    .executableTarget(name: "notebook-language", linkerSettings: [.linkedLibrary("dl")]),

    .testTarget(name: "JupyterTests", dependencies: ["Jupyter"], swiftSettings: swift),
    .testTarget(name: "CellsTests", dependencies: ["Cells"], swiftSettings: swift),
    .testTarget(
      name: "KernelTests", dependencies: ["Kernel", "CZMQ", "notebook-worker", "notebook-language"],
      swiftSettings: swift),
  ]
)
