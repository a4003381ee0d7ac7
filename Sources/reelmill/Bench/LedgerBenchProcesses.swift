import Foundation
import Ledger
import TranscodeModel

/// What the bench asks of a copy of itself.
enum LedgerBenchRole: String, CaseIterable {
    /// Leases and completes a range of jobs.
    case worker
    /// Inserts and updates rows of a bare table.
    case bareWorker = "bare-worker"
    /// Leases whatever comes, at once, and tells when.
    case catcher
}

extension LedgerBench {
    private static let jobsAProcess = 40
    private static let batch = 16

    /// Processes on one ledger, each with 16 units in a transaction.
    func measureProcesses(_ count: Int, _ report: inout LedgerBenchReport) throws {
        let rows = LedgerBench.jobsAProcess * LedgerBenchScene.unitsAJob
        let ours = try best { scene in
            _ = try scene.insert(0..<count * LedgerBench.jobsAProcess)
            return try together(count) { index in
                try LedgerBenchChild(
                    .worker, scene.path, first: index * LedgerBench.jobsAProcess,
                    count: LedgerBench.jobsAProcess)
            }
        }
        let bare = try best { scene in
            let path = scene.folder + "/bare.sqlite"
            _ = try BareTable(at: path)
            return try together(count) { index in
                try LedgerBenchChild(.bareWorker, path, first: 1 + index * rows, count: rows)
            }
        }
        report.addRate(
            "lease + complete, \(count) processes, batch \(LedgerBench.batch)",
            Double(count * rows) / ours.wallSeconds, "units/s",
            bare: Double(count * rows) / bare.wallSeconds)
    }

    /// From when all are ready until the last one is done.
    private func together(
        _ count: Int, _ start: (Int) throws -> LedgerBenchChild
    ) throws -> LedgerBenchTime {
        let children = try (0..<count).map(start)
        for child in children { _ = try child.line() }
        var time = LedgerBenchTime()
        try time.measure {
            for child in children { try child.go() }
            for child in children { _ = try child.line() }
        }
        for child in children { child.end() }
        return time
    }

    /// The other side of `together`: says that it is ready, waits to be let go, works, and says that it is done.
    static func work(_ role: LedgerBenchRole, _ path: String, first: Int, count: Int) throws {
        switch role {
        case .worker:
            let scene = try LedgerBenchScene(sharing: path)
            try whenLetGo { _ = try scene.work(first..<first + count, batch: batch) }
        case .bareWorker:
            let table = try BareTable(at: path)
            try whenLetGo {
                for start in stride(from: first, to: first + count, by: batch) {
                    let rows = start..<min(start + batch, first + count)
                    try table.insert(rows)
                    try table.update(rows)
                }
            }
        case .catcher:
            try LedgerBenchCatcher(path: path).run()
        }
    }

    private static func whenLetGo(_ body: () throws -> Void) throws {
        Console.print("ready")
        guard readLine() != nil else { return }
        try body()
        Console.print("done")
    }
}

/// A copy of this program in one of the bench's roles.
final class LedgerBenchChild {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var rest = ""

    init(_ role: LedgerBenchRole, _ path: String, first: Int = 0, count: Int = 0) throws {
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = [
            "bench", "ledger", "--role", role.rawValue, "--directory", path, "--first", "\(first)",
            "--count", "\(count)",
        ]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    func go() throws { try input.fileHandleForWriting.write(contentsOf: Data("go\n".utf8)) }

    /// The next line that it writes.
    func line() throws -> String {
        while true {
            if let end = rest.firstIndex(of: "\n") {
                defer { rest = String(rest[rest.index(after: end)...]) }
                return String(rest[..<end])
            }
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else {
                throw CommandFault(.unreachable, "a process of the bench ended too soon")
            }
            rest += String(decoding: data, as: UTF8.self)
        }
    }

    func end() {
        input.fileHandleForWriting.closeFile()
        process.waitUntilExit()
    }
}
