import Foundation
import Ledger
import Packager
import Testing
import TranscodeModel

@Suite("Backfill: every row comes to one end, and the same command converges", .serialized)
struct BackfillTests {
    private func jobs(_ scene: Scene) throws -> [JobRecord] {
        try SQLiteLedger.open(at: scene.path("state/ledger.sqlite")).jobs(JobQuery())
    }

    @Test("one bad file never stops it, and the report adds up to what was named")
    func mixed() throws {
        let scene = try Scene()
        try scene.makeCatalogue()
        let ending = try scene.backfill(scene.catalogueRun())
        #expect(ending.status == 3, "\(ending.errors)")
        #expect(
            ending.output
                == "out: 3 done, 1 skipped (equal), 3 failed (1 not-media, 1 source-empty, 1 truncated)\n"
        )
        #expect(try scene.outcomes() == Scene.catalogueOutcomes)
        #expect(scene.isThere("out/season/c/master.m3u8"))
        #expect(!scene.isThere("out/season/twin"))
        for output in ["out/a", "out/season/b", "out/season/c"] {
            #expect(try scene.reelmill(["verify", scene.path(output)]).status == 0)
        }
    }

    @Test(
        "killed three times and given again, it comes to the report of a run that was left alone; then it does nothing"
    )
    func killed() throws {
        let plain = try Scene()
        try plain.makeCatalogue()
        #expect(try plain.backfill(plain.catalogueRun()).status == 3)
        let expected = try plain.report()
        let scene = try Scene()
        try FileManager.default.copyItem(
            atPath: plain.path("catalogue"), toPath: scene.path("catalogue"))
        var kills = 0
        for delay in [150, 600, 1100] {
            let process = try scene.startReelmill(["backfill"] + scene.catalogueRun())
            usleep(UInt32(delay) * 1000)
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            if process.terminationReason == .uncaughtSignal { kills += 1 }
        }
        #expect(kills >= 2, "the run was over before it was killed")
        let resumed = try scene.backfill(scene.catalogueRun())
        #expect(resumed.status == 3, "\(resumed.errors)")
        #expect(try scene.report().map(\.bare) == expected.map(\.bare))
        for output in ["out/a", "out/season/b", "out/season/c"] {
            #expect(try scene.contents(output) == plain.contents(output))
        }
        let (before, jobsBefore) = (try scene.report(), try jobs(scene))
        let again = try scene.backfill(scene.catalogueRun())
        #expect(again.status == 3)
        #expect(again.output == resumed.output)
        #expect(try scene.report() == before)
        #expect(try jobs(scene) == jobsBefore)
        let audit = try scene.reelmill(["audit", "--deep"])
        #expect(audit.status == 0, "\(audit.output)")
    }

    @Test(
        "a source with other bytes is encoded again, in the place of its old output, and no other is"
    )
    func changedSource() throws {
        let scene = try Scene()
        try scene.makeCatalogue()
        _ = try scene.backfill(scene.catalogueRun())
        let before = try scene.report()
        try scene.makeClip("catalogue/season/b.mkv", seconds: 1)
        let missing = try scene.backfill(scene.catalogueRun("--only", "missing"))
        #expect(missing.status == 3)
        #expect(try scene.outcomes()["b.mkv"] == "skipped not-selected")
        let changed = try scene.backfill(scene.catalogueRun("--only", "changed"))
        #expect(changed.status == 3, "\(changed.errors)")
        let after = try scene.report()
        #expect(after.map(\.words) == before.map(\.words))
        let moved = zip(before, after).filter { $0.job != $1.job }.map(\.1.input)
        #expect(moved == ["catalogue/season/b.mkv"])
        let output = try PublishedOutput.open(scene.path("out/season/b"))
        #expect(output.receipt.plan.duration == Rational(1, 1))
        #expect(output.findings().isEmpty)
        // Nothing is left of the old one.
        let left = try FileManager.default.contentsOfDirectory(atPath: scene.path("out/season"))
        #expect(left.sorted() == ["b", "c"])
    }

    @Test(
        "another profile encodes all again, and readers see the old output until the new one is whole"
    )
    func changedProfile() throws {
        let scene = try Scene()
        try scene.makeCatalogue()
        _ = try scene.backfill(scene.catalogueRun())
        let old = try PublishedOutput.open(scene.path("out/a")).receipt
        try scene.write(
            String(contentsOfFile: scene.path("small.yaml"), encoding: .utf8)
                .replacing("180p@300, 90p@100", with: "90p@100"), to: "small.yaml")
        let plan = try scene.backfill(
            ["plan"] + scene.catalogueRun("--json").dropFirst())
        let actions = try #require(
            (try plan.json()["plan"] as? [String: Any])?["actions"] as? [String: Int])
        #expect(actions == ["encode-changed": 3, "skip-equal": 1, "unreadable": 3])
        #expect(try scene.backfill(scene.catalogueRun()).status == 3)
        let new = try PublishedOutput.open(scene.path("out/a"))
        #expect(new.receipt.job != old.job)
        #expect(new.receipt.plan.video?.renditions.count == 1)
        #expect(new.findings().isEmpty)
    }

    @Test("an output that somebody else made is never replaced")
    func occupied() throws {
        let scene = try Scene()
        try scene.makeCatalogue()
        try FileManager.default.createDirectory(
            atPath: scene.path("out/a"), withIntermediateDirectories: true)
        try scene.write("mine", to: "out/a/file")
        #expect(try scene.backfill(scene.catalogueRun()).status == 3)
        #expect(try scene.outcomes()["a.mp4"] == "failed destination-exists")
        #expect(try scene.outcomes()["twin.mp4"] == "done")
        #expect(
            FileManager.default.contents(atPath: scene.path("out/a/file")) == Data("mine".utf8))
        try FileManager.default.removeItem(atPath: scene.path("out/a"))
        let retried = try scene.backfill(["retry", "out", "--reason", "destination-exists"])
        #expect(retried.output.contains("1 rows are asked for again"))
        #expect(try scene.backfill(["run", "out", "--workers", "2"]).status == 3)
        #expect(try scene.outcomes()["a.mp4"] == "skipped equal")
    }

    @Test("what somebody has put into an output stays: it is neither damage nor replaced")
    func extraFile() throws {
        let scene = try Scene()
        try scene.makeCatalogue()
        _ = try scene.backfill(scene.catalogueRun())
        let before = try scene.report()
        try scene.write("mine", to: "out/a/notes.txt")
        _ = try scene.backfill(scene.catalogueRun())
        #expect(try scene.report() == before)
        try scene.makeClip("catalogue/a.mp4", seconds: 2)
        _ = try scene.backfill(scene.catalogueRun())
        #expect(try scene.outcomes()["a.mp4"] == "failed destination-exists")
        #expect(
            FileManager.default.contents(atPath: scene.path("out/a/notes.txt"))
                == Data("mine".utf8))
        // The other bytes had a twin, which is now the first of its kind.
        #expect(try scene.outcomes()["twin.mp4"] == "done")
        try FileManager.default.removeItem(atPath: scene.path("out/a/notes.txt"))
        _ = try scene.backfill(["retry", "out", "--reason", "destination-exists"])
        _ = try scene.backfill(["run", "out", "--workers", "2"])
        #expect(try scene.outcomes()["a.mp4"] == "done")
    }

    @Test("a row with a key of its own is encoded again when its source has changed")
    func keyed() throws {
        let scene = try Scene()
        try scene.makeCatalogue()
        try scene.write("input,output,key\ncatalogue/a.mp4,out/one,k1\n", to: "list.csv")
        let command = ["run", "--from", "list.csv", "-p", scene.path("small.yaml")]
        #expect(try scene.backfill(command).status == 0)
        try scene.makeClip("catalogue/a.mp4", seconds: 2)
        let again = try scene.backfill(command)
        #expect(again.status == 0, "\(again.errors)")
        let output = try PublishedOutput.open(scene.path("out/one"))
        #expect(output.receipt.plan.duration == Rational(2, 1))
        let records = try jobs(scene)
        #expect(records.map(\.key) == ["k1", "k1"])
        #expect(records.filter(\.isSuperseded).count == 1)
    }

    @Test("an output that was damaged is made again")
    func damagedOutput() throws {
        let scene = try Scene()
        try scene.makeCatalogue()
        _ = try scene.backfill(scene.catalogueRun())
        try scene.write("#EXTM3U\n", to: "out/a/master.m3u8")
        _ = try scene.backfill(scene.catalogueRun())
        #expect(try scene.reelmill(["verify", scene.path("out/a")]).status == 0)
        #expect(try scene.outcomes() == Scene.catalogueOutcomes)
    }
}
