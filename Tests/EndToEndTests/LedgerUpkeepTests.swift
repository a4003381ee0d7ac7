import Foundation
import GRDB
import Ledger
import Testing
import TranscodeModel

@Suite(
    "The ledger is copied, restored, checked and migrated from the command line", .serialized)
struct LedgerUpkeepTests {
    private func published() throws -> Scene {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 2)
        #expect(try scene.transcode("clip.mp4", to: "out").status == 0)
        return scene
    }

    @Test(
        "a backup is restored; what came after it is lost and counted; the audit and a new run are well"
    )
    func restore() throws {
        let scene = try published()
        let backup = try scene.reelmill(["ledger", "backup", "copy"])
        #expect(backup.status == 0, "\(backup.errors)")
        #expect(try scene.reelmill(["ledger", "backup", "copy"]).status == 2)
        #expect(try scene.transcode("clip.mp4", to: "later").status == 0)
        let ending = try scene.reelmill(["ledger", "restore", "copy", "--json"])
        #expect(ending.status == 0, "\(ending.errors)")
        let report = try #require(try ending.json()["restore"] as? [String: Any])
        #expect(report["jobsAhead"] as? Int == 1)
        #expect((report["eventsAhead"] as? Int ?? 0) > 5)
        let aside = try #require(report["setAside"] as? String)
        #expect(FileManager.default.fileExists(atPath: aside))
        #expect(try scene.reelmill(["audit", "--deep"]).status == 0)
        #expect(try scene.transcode("clip.mp4", to: "third").status == 0)
        #expect(try scene.reelmill(["audit", "--deep"]).status == 0)
    }

    @Test("a running node keeps a ledger from being restored; a copy can be made meanwhile")
    func running() throws {
        let scene = try published()
        let node = try scene.startReelmill(["run", "--workers", "1"])
        defer {
            node.terminate()
            node.waitUntilExit()
        }
        while try SQLiteLedger.open(at: scene.path("state/ledger.sqlite")).nodes().isEmpty {
            usleep(20_000)
        }
        #expect(try scene.reelmill(["ledger", "backup", "copy"]).status == 0)
        let refused = try scene.reelmill(["ledger", "restore", "copy"])
        #expect(refused.status == 4)
        #expect(refused.errors.contains("process \(node.processIdentifier)"), "\(refused.errors)")
        #expect(try scene.reelmill(["ledger", "check"]).status == 0)
    }

    @Test(
        "a ledger of an older version is migrated once no node is alive in it and no process has it open"
    )
    func older() throws {
        let scene = try Scene()
        let path = scene.path("state/ledger.sqlite")
        try FileManager.default.createDirectory(
            atPath: scene.path("state"), withIntermediateDirectories: true)
        let text = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "LedgerTests/Fixtures/schema2.sql")
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        // Of this process, which is another one for the commands.
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let sql = try String(contentsOf: text, encoding: .utf8)
        try queue.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA journal_mode = WAL")
            try $0.execute(sql: sql)
        }
        let nodes = try queue.read {
            try String.fetchAll($0, sql: "SELECT id FROM node WHERE retired_at IS NULL")
        }
        #expect(!nodes.isEmpty)
        let dead = nodes.flatMap { ["--dead", $0] }
        let opened = try scene.reelmill(["ledger", "migrate"] + dead)
        #expect(opened.status == 4)
        #expect(
            opened.errors.contains("process \(ProcessInfo.processInfo.processIdentifier)"),
            "\(opened.errors)")
        try queue.close()
        let alive = try scene.reelmill(["ledger", "migrate"])
        #expect(alive.status == 4)
        #expect(alive.errors.contains("node \(nodes[0])"), "\(alive.errors)")
        let migrated = try scene.reelmill(["ledger", "migrate"] + dead)
        #expect(migrated.status == 0, "\(migrated.errors)")
        #expect(try scene.reelmill(["ledger", "check"]).status == 0)
    }

    @Test("what is no backup is wrong usage; one that is damaged is not")
    func noBackup() throws {
        let scene = try published()
        #expect(try scene.reelmill(["ledger", "backup", "copy"]).status == 0)
        let copy = URL(fileURLWithPath: scene.path("copy"))
        let bytes = try Data(contentsOf: copy)
        func restored(_ status: Int32, _ words: String) throws {
            let ending = try scene.reelmill(["ledger", "restore", "copy"])
            #expect(ending.status == status, "\(ending.errors)")
            #expect(ending.errors.contains(words), "\(ending.errors)")
        }
        try bytes.prefix(bytes.count / 2).write(to: copy)
        try restored(4, "damaged")
        try Data("a shopping list".utf8).write(to: copy)
        try restored(2, "no ledger")
        try FileManager.default.removeItem(at: copy)
        try restored(2, "no such file")
        #expect(try scene.reelmill(["audit"]).status == 0)
    }

    @Test(
        "a backup of a job under way, restored after its node was killed: the next run ends the job, with the same bytes"
    )
    func underWay() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 6)
        #expect(
            try scene.transcode("clip.mp4", to: "plain", ["--state", scene.path("other")]).status
                == 0)
        let node = try scene.startReelmill([
            "transcode", scene.path("clip.mp4"), "-o", scene.path("out"), "--profile",
            scene.path("small.yaml"), "--workers", "1",
        ])
        let path = scene.path("state/ledger.sqlite")
        func encodes() throws -> Int {
            guard FileManager.default.fileExists(atPath: path) else { return 0 }
            let ledger = try SQLiteLedger.open(at: path)
            guard let job = try ledger.jobs(JobQuery()).first else { return 0 }
            return try ledger.units(ofJob: job.id).count { $0.kind == .encode && $0.state == .done }
        }
        while node.isRunning, try encodes() == 0 { usleep(5000) }
        #expect(try scene.reelmill(["ledger", "backup", "copy"]).status == 0)
        kill(node.processIdentifier, SIGKILL)
        node.waitUntilExit()
        let ending = try scene.reelmill(["ledger", "restore", "copy"])
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(try encodes() >= 1)
        let resumed = try scene.transcode("clip.mp4", to: "out")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(try scene.contents("out") == scene.contents("plain"))
        #expect(try scene.reelmill(["audit", "--deep"]).status == 0)
    }

    @Test("a check finds what was changed behind the ledger's back, and says so with its exit code")
    func check() throws {
        let scene = try published()
        let sound = try scene.reelmill(["ledger", "check"])
        #expect(sound.status == 0, "\(sound.output)")
        #expect(sound.output.contains("nothing is wrong"))
        let path = scene.path("state/ledger.sqlite")
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.seek(toOffset: 20_000)
        try file.write(contentsOf: Data(repeating: 0x55, count: 60_000))
        try file.close()
        let broken = try scene.reelmill(["ledger", "check"])
        #expect(broken.status == 5, "\(broken.output) \(broken.errors)")
    }

    @Test("where there is no ledger, none is made")
    func none() throws {
        let scene = try Scene()
        for arguments in [["backup", "copy"], ["check"], ["migrate"]] {
            let ending = try scene.reelmill(["ledger"] + arguments)
            #expect(ending.status == 4, "\(arguments) \(ending.errors)")
            #expect(ending.errors.contains("there is no ledger"), "\(ending.errors)")
        }
        #expect(!scene.isThere("state/ledger.sqlite"))
    }
}
