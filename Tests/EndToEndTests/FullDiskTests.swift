import Foundation
import Ledger
import Testing
import TranscodeModel

@Suite("A disk with too little room, as a person meets it", .serialized)
struct FullDiskTests {
    /// More than any disk has free.
    private static let short = ["REELMILL_DISK_LOW": "100%", "REELMILL_DISK_HIGH": "100%"]

    @Test(
        "new work is refused with what to do; what is on the ledger is not forgotten, and goes on later"
    )
    func refused() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 2)
        let enqueue = [
            "enqueue", scene.path("clip.mp4"), "--profile", scene.path("small.yaml"), "-o",
        ]
        for arguments in [
            enqueue + [scene.path("a")],
            ["transcode", scene.path("clip.mp4"), "-o", scene.path("a")],
        ] {
            let ending = try scene.reelmill(arguments, environment: Self.short)
            #expect(ending.status == 4, "\(ending.errors)")
            #expect(ending.errors.contains("reelmill gc"), "\(ending.errors)")
        }
        #expect(try scene.reelmill(["list"]).output.contains("planning") == false)
        // On the ledger while there was room.
        #expect(try scene.reelmill(enqueue + [scene.path("a")]).status == 0)
        let again = try scene.reelmill(enqueue + [scene.path("a")], environment: Self.short)
        #expect(again.status == 0, "\(again.errors)")
        for command in ["status", "doctor"] {
            let shown = try scene.reelmill([command], environment: Self.short)
            #expect(shown.output.contains("reelmill gc"), "\(shown.output)")
            #expect(try !scene.reelmill([command]).output.contains("reelmill gc"))
        }
        let (node, _, errors) = try scene.start(
            Scene.reelmillPath, ["run", "--until-idle"], environment: Self.short)
        let deadline = DispatchTime.now() + .seconds(60)
        func words() throws -> String { try String(contentsOfFile: errors, encoding: .utf8) }
        while try !words().contains("almost full"), DispatchTime.now() < deadline { usleep(20_000) }
        usleep(500_000)
        node.terminate()
        node.waitUntilExit()
        let said = try words()
        #expect(said.contains("almost full"), "\(said)")
        #expect(said.split(separator: "\n").count { $0.contains("almost full") } == 1)
        let ledger = try SQLiteLedger.open(at: scene.path("state/ledger.sqlite"))
        let job = try #require(try ledger.jobs(JobQuery()).first)
        #expect(try ledger.units(ofJob: job.id).allSatisfy { $0.attempt == 0 })
        #expect(try scene.reelmill(["run", "--until-idle"]).status == 0)
        #expect(try ledger.job(job.id)?.state == .ready)
    }

    @Test("of several the first are enqueued and told, before the disk is short")
    func several() throws {
        let scene = try Scene()
        try scene.makeClip("one.mp4", seconds: 1)
        try scene.makeClip("two.mp4", seconds: 1)
        let profile = ["--profile", scene.path("small.yaml")]
        #expect(
            try scene.reelmill(
                ["enqueue", scene.path("one.mp4"), "-o", scene.path("out/one")] + profile
            )
            .status == 0)
        // The first is there already, so it needs no room; the second does.
        let ending = try scene.reelmill(
            ["enqueue", scene.path("one.mp4"), scene.path("two.mp4"), "-o", scene.path("out")]
                + profile,
            environment: Self.short)
        #expect(ending.status == 4)
        #expect(ending.output.split(separator: "\n").count == 1, "\(ending.output)")
    }
}
