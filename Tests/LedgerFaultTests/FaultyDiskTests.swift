import Foundation
import GRDB
import Testing

/// The faulty disk itself, without a ledger: its faults happen, and a power cut takes what it may and no more.
@Suite("The faulty disk", .serialized)
struct FaultyDiskTests {
    @Test("A database works on it, and every kind of call is seen")
    func counts() async {
        await #expect(processExitsWith: .success) {
            try FaultyDisk.install()
            let scratch = try Scratch()
            for _ in 1...2 {
                let queue = try Plain.open(scratch)
                try queue.write { try $0.execute(sql: "INSERT INTO t DEFAULT VALUES") }
                try queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
                try queue.close()
            }
            #expect(FaultyDisk.openFiles == 0)
            for calls: FaultyDisk.Calls in [
                .read, .write, .sync, .truncate, .size, .open, .delete, .access, .lock, .sharedMap,
                .sharedLock, .memory,
            ] { #expect(FaultyDisk.count(calls) > 0, "\(calls.rawValue)") }
        }
    }

    @Test("Each fault reaches the statement as SQLite's own error, once or from then on")
    func faults() async {
        await #expect(processExitsWith: .success) {
            try FaultyDisk.install()
            let scratch = try Scratch()
            let queue = try Plain.open(scratch)
            let cases: [(FaultyDisk.Calls, FaultyDisk.Kind, ResultCode)] = [
                (.write, .ioError, .SQLITE_IOERR_WRITE),
                (.sync, .ioError, .SQLITE_IOERR_FSYNC),
                (.write, .full, .SQLITE_FULL),
                (.sharedLock, .ioError, .SQLITE_IOERR_SHMLOCK),
                (.memory, .noMemory, .SQLITE_NOMEM),
            ]
            for (calls, kind, code) in cases {
                let fault = FaultyDisk.Fault(description: "", calls: calls, count: 1, kind: kind)
                FaultyDisk.arm(fault, at: 0)
                let error = #expect(throws: DatabaseError.self) {
                    try queue.write { try $0.execute(sql: "INSERT INTO t DEFAULT VALUES") }
                }
                #expect(error?.extendedResultCode == code)
                #expect(FaultyDisk.hasFired)
                FaultyDisk.disarm()
            }
            #expect(try Plain.count(queue) == 0)

            let busy = FaultyDisk.Fault(
                description: "", calls: .sharedLock, count: -1, kind: .busy)
            FaultyDisk.arm(busy, at: 0)
            let error = #expect(throws: DatabaseError.self) {
                try queue.write { try $0.execute(sql: "INSERT INTO t DEFAULT VALUES") }
            }
            #expect(error?.resultCode == .SQLITE_BUSY || error?.resultCode == .SQLITE_PROTOCOL)
            FaultyDisk.disarm()
            try queue.write { try $0.execute(sql: "INSERT INTO t DEFAULT VALUES") }
            #expect(try Plain.count(queue) == 1)
            try queue.close()
        }
    }

    @Test("A power cut keeps every synced write, and loses, keeps or tears the others")
    func powerCut() async {
        await #expect(processExitsWith: .success) {
            try FaultyDisk.install()
            var lost = 0
            var kept = 0
            var torn = 0
            for seed in UInt64(0)..<40 {
                let scratch = try Scratch()
                let queue = try Plain.open(scratch)
                try queue.write { try $0.execute(sql: "INSERT INTO t DEFAULT VALUES") }
                try queue.writeWithoutTransaction {
                    try $0.execute(sql: "PRAGMA synchronous = OFF")
                }
                for _ in 1...3 {
                    try queue.write { try $0.execute(sql: "INSERT INTO t DEFAULT VALUES") }
                }
                FaultyDisk.cut()
                #expect(throws: DatabaseError.self) {
                    try queue.write { try $0.execute(sql: "INSERT INTO t DEFAULT VALUES") }
                }
                #expect(throws: DatabaseError.self) { try Plain.open(scratch) }
                try queue.close()
                let loss = try FaultyDisk.restore(seed: seed)
                torn += loss.torn

                let after = try Plain.open(scratch)
                let count = try Plain.count(after)
                #expect((1...4).contains(count))
                if seed % 4 == 0 { #expect(count == 1) }
                if seed % 4 == 1 { #expect(count == 4) }
                if count < 4 { lost += 1 } else { kept += 1 }
                let check = try after.read {
                    try String.fetchOne($0, sql: "PRAGMA integrity_check")
                }
                #expect(check == "ok")
                try after.close()
                FaultyDisk.settle()
            }
            #expect(lost > 10 && kept >= 10 && torn > 0)
        }
    }

    @Test("What a failed sync may have dropped stays in doubt, whatever the next sync says")
    func failedSync() async {
        await #expect(processExitsWith: .success) {
            try FaultyDisk.install()
            let scratch = try Scratch()
            let queue = try Plain.open(scratch)
            let fault = FaultyDisk.Fault(
                description: "", calls: .sync, count: 1, kind: .ioError)
            FaultyDisk.arm(fault, at: 0)
            #expect(throws: DatabaseError.self) {
                try queue.write { try $0.execute(sql: "INSERT INTO t DEFAULT VALUES") }
            }
            FaultyDisk.disarm()
            try queue.write { try $0.execute(sql: "INSERT INTO t DEFAULT VALUES") }
            FaultyDisk.cut()
            try queue.close()
            let loss = try FaultyDisk.restore(seed: 0)
            #expect(loss.undone > 0)
            let after = try Plain.open(scratch)
            #expect(try Plain.count(after) == 1)
            try after.close()
        }
    }
}

/// A table in a database with the settings that the ledger has.
private enum Plain {
    static func open(_ scratch: Scratch) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(10)
        let queue = try DatabaseQueue(
            path: scratch.file("plain.sqlite"), configuration: configuration)
        try queue.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA synchronous = FULL")
            try $0.execute(sql: "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, x)")
        }
        return queue
    }

    static func count(_ queue: DatabaseQueue) throws -> Int {
        try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM t") } ?? -1
    }
}
