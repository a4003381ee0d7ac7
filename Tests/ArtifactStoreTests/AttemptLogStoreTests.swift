import Foundation
import Testing
import TranscodeModel

@testable import ArtifactStore

/// What every driver keeps of logs.
@Suite("Store: logs of attempts")
struct AttemptLogStoreTests {
    private let job = JobID("j1")
    private func name(_ position: Int, _ attempt: Int, _ job: String = "j1") -> AttemptLogName {
        AttemptLogName(unit: UnitID(job: JobID(job), position: position), attempt: attempt)
    }

    private func withStore(_ body: (any ArtifactStore, Scratch) throws -> Void) throws {
        let scratch = try Scratch()
        try body(try LocalArtifactStore.open(at: scratch.path), scratch)
    }

    private func text(
        _ store: any ArtifactStore, _ log: AttemptLogName, _ tenant: TenantID = .standard
    ) throws -> String {
        String(decoding: try store.readLog(log, tenant: tenant), as: UTF8.self)
    }

    @Test("what is written after an offset replaces what stood there, and nil appends")
    func writing() throws {
        try withStore { store, _ in
            let log = name(3, 2)
            #expect(try text(store, log) == "")
            try store.writeLog(Array("one\n".utf8), to: log, tenant: .standard, after: 0)
            try store.writeLog(Array("two\n".utf8), to: log, tenant: .standard, after: 4)
            #expect(try text(store, log) == "one\ntwo\n")
            try store.writeLog(Array("2\n".utf8), to: log, tenant: .standard, after: 4)
            #expect(try text(store, log) == "one\n2\n")
            try store.writeLog(Array("end\n".utf8), to: log, tenant: .standard, after: nil)
            #expect(try text(store, log) == "one\n2\nend\n")
            // A log may begin with what another node has to say of a dead one's attempt.
            try store.writeLog(Array("taken\n".utf8), to: name(4, 1), tenant: .standard, after: nil)
            #expect(try text(store, name(4, 1)) == "taken\n")
        }
    }

    @Test("a job's logs are listed in order, each attempt apart, and go with the job alone")
    func listing() throws {
        try withStore { store, scratch in
            let names = [name(10, 1), name(2, 2), name(2, 1), name(2, 10)]
            for log in names {
                try store.writeLog([7], to: log, tenant: .standard, after: 0)
            }
            try store.writeLog([7, 7], to: name(2, 1, "j2"), tenant: .standard, after: 0)
            #expect(
                try store.logs(of: job, tenant: .standard).map(\.name)
                    == [name(2, 1), name(2, 2), name(2, 10), name(10, 1)])
            #expect(try store.logs(of: JobID("j2"), tenant: .standard).map(\.byteCount) == [2])
            #expect(Set(try store.jobsWithLogs(tenant: .standard)) == [job, JobID("j2")])
            #expect(try scratch.contents("logs/default/j1").contains("2.10.log"))
            try store.removeLogs(of: job, tenant: .standard)
            #expect(try store.logs(of: job, tenant: .standard) == [])
            #expect(try store.jobsWithLogs(tenant: .standard) == [JobID("j2")])
            try store.removeLogs(of: job, tenant: .standard)
            // A node that still writes is not hindered.
            try store.writeLog([1], to: name(1, 1), tenant: .standard, after: 0)
            #expect(try store.logs(of: job, tenant: .standard).count == 1)
        }
    }

    @Test("one tenant's logs are not there for another (I14), and are no artifacts")
    func tenants() throws {
        try withStore { store, _ in
            let other = try #require(TenantID("other"))
            try store.writeLog([7], to: name(1, 1), tenant: .standard, after: 0)
            #expect(try store.readLog(name(1, 1), tenant: other) == [])
            #expect(try store.logs(of: job, tenant: other) == [])
            #expect(try store.jobsWithLogs(tenant: other) == [])
            try store.removeLogs(of: job, tenant: other)
            #expect(try store.readLog(name(1, 1), tenant: .standard) == [7])
            #expect(try store.tenants() == [])
            #expect(try store.staged() == [])
        }
    }

    @Test("no name of a job leads out of the logs", arguments: ["../../objects", "a/b", "..", ""])
    func escape(text: String) throws {
        try withStore { store, _ in
            let log = name(0, 1, text)
            #expect(throws: Failure.self) {
                try store.writeLog([1], to: log, tenant: .standard, after: 0)
            }
            #expect(throws: Failure.self) {
                try store.removeLogs(of: JobID(text), tenant: .standard)
            }
        }
    }

    @Test("a link in the place of a log is not followed")
    func link() throws {
        try withStore { store, scratch in
            try store.writeLog([1], to: name(0, 1), tenant: .standard, after: 0)
            let target = scratch.path + "/victim"
            try Data("kept".utf8).write(to: URL(fileURLWithPath: target))
            let log = scratch.path + "/logs/default/j1/0.2.log"
            try FileManager.default.createSymbolicLink(atPath: log, withDestinationPath: target)
            #expect(throws: Failure.self) {
                try store.writeLog([1], to: name(0, 2), tenant: .standard, after: 0)
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: target)) == Data("kept".utf8))
        }
    }
}
