// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "reelmill",
    products: [
        .executable(name: "reelmill", targets: ["reelmill"]),
        .executable(name: "reelmill-worker", targets: ["reelmill-worker"]),
        // Aids of development; nothing of the two above links or needs them.
        .executable(name: "reelmill-chaos", targets: ["reelmill-chaos"]),
        .library(name: "reelmill-faults", type: .dynamic, targets: ["CFaults"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // Targets stand in the order of the flow; each imports only those above it.
        .target(name: "TranscodeModel", swiftSettings: strict),
        // Random numbers from a seed. Only tests and aids of development may depend on it, and the simulator.
        .target(name: "SeededRandom", swiftSettings: strict),
        .target(
            name: "ProfileCatalog",
            dependencies: ["TranscodeModel", .product(name: "Yams", package: "Yams")],
            resources: [.embedInCode("Shipped")],
            swiftSettings: strict),
        .systemLibrary(
            name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(
            name: "ContentDigest", dependencies: ["TranscodeModel", "CCrypto"],
            swiftSettings: strict),
        .target(
            name: "Planner", dependencies: ["TranscodeModel", "ContentDigest"],
            swiftSettings: strict),
        .target(name: "CFileSystem"),
        .target(name: "CLedger", linkerSettings: [.linkedLibrary("crypto")]),
        .target(
            name: "Ledger",
            dependencies: [
                "TranscodeModel", "ContentDigest", "CFileSystem", "CLedger",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .target(
            name: "Scheduler", dependencies: ["TranscodeModel", "Ledger"], swiftSettings: strict),
        // A disk that fails on request. Only tests and the simulator may depend on it.
        .target(name: "CFaultVFS", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(
            name: "ArtifactStore",
            dependencies: ["TranscodeModel", "ContentDigest", "CFileSystem"],
            swiftSettings: strict),
        .target(name: "WorkerProtocol", dependencies: ["TranscodeModel"], swiftSettings: strict),
        .systemLibrary(
            name: "CLibAV",
            pkgConfig: "libavformat libavcodec libavfilter libswscale libswresample libavutil",
            providers: [
                .apt([
                    "libavformat-dev", "libavcodec-dev", "libavfilter-dev", "libswscale-dev",
                    "libswresample-dev",
                ])
            ]),
        .target(name: "CSandbox", linkerSettings: [.linkedLibrary("seccomp")]),
        .target(
            name: "Sandbox", dependencies: ["WorkerProtocol", "CSandbox"], swiftSettings: strict),
        .target(name: "CPicture"),
        .target(
            name: "Media",
            dependencies: ["TranscodeModel", "WorkerProtocol", "Sandbox", "CLibAV", "CPicture"],
            swiftSettings: strict),
        .target(name: "CSpawn"),
        .target(name: "Zygote", dependencies: ["CSpawn"], swiftSettings: strict),
        .executableTarget(
            name: "reelmill-worker", dependencies: ["Media", "WorkerProtocol", "Zygote"],
            swiftSettings: strict),
        .target(
            name: "WorkerHost", dependencies: ["TranscodeModel", "WorkerProtocol", "CSpawn"],
            swiftSettings: strict),
        .target(
            name: "Packager", dependencies: ["TranscodeModel", "ContentDigest"],
            swiftSettings: strict),
        .target(
            name: "Node",
            dependencies: [
                "TranscodeModel", "ContentDigest", "Planner", "Ledger", "Scheduler",
                "ArtifactStore", "WorkerProtocol", "WorkerHost", "Packager",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(
            name: "Simulator",
            dependencies: [
                "TranscodeModel", "SeededRandom", "ContentDigest", "Planner", "Ledger", "Scheduler",
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "reelmill",
            dependencies: [
                "TranscodeModel", "ProfileCatalog", "Planner", "Ledger", "Scheduler",
                "ArtifactStore", "WorkerProtocol", "WorkerHost", "Packager", "Node",
                "ContentDigest", "Simulator", "CFileSystem",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        // A development tool, as a bench is: no product.
        .executableTarget(
            name: "reelmill-zombie", dependencies: ["TranscodeModel", "ContentDigest", "Ledger"],
            swiftSettings: strict),
        // A worker that attacks its sandbox, for tests: no product.
        .target(name: "CInmate", linkerSettings: [.linkedLibrary("seccomp")]),
        .executableTarget(
            name: "reelmill-inmate",
            dependencies: ["TranscodeModel", "WorkerProtocol", "Sandbox", "Zygote", "CInmate"],
            swiftSettings: strict),
        .target(name: "CFaults"),
        .executableTarget(
            name: "reelmill-chaos",
            dependencies: [
                "SeededRandom",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "reelmill-corpus",
            dependencies: [
                .product(name: "ArgumentParser", package: "swift-argument-parser")
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "reelmill-fuzz",
            dependencies: [
                "TranscodeModel", "SeededRandom", "ProfileCatalog", "ContentDigest", "Planner",
                "WorkerProtocol",
                "WorkerHost", "Packager", "Node",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TranscodeModelTests", dependencies: ["TranscodeModel", "SeededRandom"],
            swiftSettings: strict),
        .testTarget(
            name: "ProfileCatalogTests", dependencies: ["ProfileCatalog", "TranscodeModel"],
            swiftSettings: strict),
        .testTarget(
            name: "PlannerTests",
            dependencies: ["Planner", "TranscodeModel", "SeededRandom", "ContentDigest"],
            swiftSettings: strict),
        .testTarget(
            name: "LedgerTests",
            dependencies: [
                "Ledger", "Simulator", "CLedger", "TranscodeModel", "ContentDigest",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "LedgerFaultTests",
            dependencies: [
                "CFaultVFS", "Ledger", "TranscodeModel", "ContentDigest",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SchedulerTests",
            dependencies: [
                "Scheduler", "Ledger", "TranscodeModel", "SeededRandom", "ContentDigest",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ArtifactStoreTests",
            dependencies: ["ArtifactStore", "TranscodeModel", "ContentDigest"],
            swiftSettings: strict),
        .testTarget(
            name: "WorkerProtocolTests", dependencies: ["WorkerProtocol", "TranscodeModel"],
            swiftSettings: strict),
        .testTarget(
            name: "MediaTests",
            dependencies: [
                "Media", "CLibAV", "CPicture", "Planner", "TranscodeModel", "SeededRandom",
                "WorkerProtocol",
                "reelmill-worker",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "WorkerHostTests",
            dependencies: [
                "WorkerHost", "WorkerProtocol", "TranscodeModel", "reelmill-worker",
                "reelmill-inmate",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PackagerTests", dependencies: ["Packager", "TranscodeModel", "ContentDigest"],
            exclude: ["Goldens"], swiftSettings: strict),
        .testTarget(
            name: "NodeTests",
            dependencies: [
                "Node", "TranscodeModel", "Ledger", "ArtifactStore", "Packager", "Planner",
                "Scheduler", "WorkerProtocol", "WorkerHost", "ContentDigest", "reelmill-worker",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SimulatorTests",
            dependencies: [
                "Simulator", "Ledger", "Scheduler", "ArtifactStore", "TranscodeModel",
                "ContentDigest", "Planner",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ZombieTests", dependencies: ["reelmill-zombie"], swiftSettings: strict),
        .testTarget(
            name: "FuzzTests", dependencies: ["reelmill-fuzz", "SeededRandom", "reelmill-worker"],
            swiftSettings: strict),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "reelmill", "TranscodeModel", "SeededRandom", "Ledger", "ContentDigest", "Planner",
                "ArtifactStore", "WorkerProtocol",
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Goldens"], swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "TranscodeModel", "Packager", "ContentDigest", "Ledger", "reelmill",
                "reelmill-worker", "reelmill-chaos", "WorkerHost", "WorkerProtocol",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
