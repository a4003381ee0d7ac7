import Foundation
import Ledger
import Testing
import TranscodeModel

@Suite("Backfill: canary, budget, limit, pause, lists", .serialized)
struct BackfillControlTests {
    @Test(
        "a canary that fails stops it before anything else is begun; what failed is asked for again by name"
    )
    func canary() throws {
        let scene = try Scene()
        try scene.makeCatalogue()
        // The first row that becomes a job is the one of words.
        try FileManager.default.moveItem(
            atPath: scene.path("catalogue/bad.mp4"), toPath: scene.path("catalogue/0.mp4"))
        let stopped = try scene.backfill(scene.catalogueRun("--canary", "1"))
        #expect(stopped.status == 3)
        #expect(stopped.errors.contains("1 of the first 1 encodes failed"), "\(stopped.errors)")
        let outcomes = try scene.outcomes()
        #expect(outcomes["0.mp4"] == "failed not-media")
        #expect(outcomes["a.mp4"] == "pending")
        let status = try scene.backfill(["status", "out"])
        #expect(status.output.hasPrefix("out: stopped (1 of the first"), "\(status.output)")
        try FileManager.default.removeItem(atPath: scene.path("catalogue/0.mp4"))
        try FileManager.default.copyItem(
            atPath: scene.path("catalogue/a.mp4"), toPath: scene.path("catalogue/0.mp4"))
        _ = try scene.backfill(["retry", "out"])
        #expect(try scene.backfill(["run", "out", "--workers", "2"]).status == 3)
        #expect(try scene.outcomes()["0.mp4"] == "done")
        #expect(try scene.outcomes()["c.mov"] == "done")
    }

    @Test("a spent budget stops it, and a resume lifts it")
    func budget() throws {
        let scene = try Scene()
        try scene.makeCatalogue()
        let stopped = try scene.backfill(scene.catalogueRun("--fail-budget", "20%"))
        #expect(stopped.status == 3)
        #expect(stopped.errors.contains("of 7 rows failed, more than the budget"))
        let counts = try scene.outcomes().values.filter { $0.hasPrefix("failed") }.count
        #expect(counts >= 2)
        #expect(try scene.backfill(["resume", "out"]).status == 0)
        #expect(try scene.backfill(["run", "out", "--workers", "2"]).status == 3)
        #expect(try scene.outcomes() == Scene.catalogueOutcomes)
    }

    @Test("a limit ends a run after so many encodes, and the next run goes on behind them")
    func limit() throws {
        let scene = try Scene()
        try scene.makeCatalogue()
        let first = try scene.backfill(scene.catalogueRun("--limit", "1"))
        #expect(first.errors.contains("rows are left"), "\(first.errors)")
        #expect(try scene.outcomes().values.filter { $0 == "done" }.count == 1)
        #expect(try scene.backfill(["status", "out"]).output.hasPrefix("out: planned\n"))
        #expect(try scene.outcomes()["bad.mp4"] == "pending")
        // The limit is that of each run.
        _ = try scene.backfill(["run", "out", "--workers", "2"])
        #expect(try scene.outcomes()["bad.mp4"] == "failed not-media")
        #expect(try scene.outcomes()["b.mkv"] == "pending")
        _ = try scene.backfill(scene.catalogueRun())
        #expect(try scene.outcomes() == Scene.catalogueOutcomes)
        #expect(try scene.backfill(["status", "out"]).output.hasPrefix("out: done\n"))
    }

    @Test("a paused backfill offers nothing to any node until it is resumed")
    func pause() async throws {
        let scene = try Scene()
        try scene.makeCatalogue()
        let conductor = try scene.startReelmill(["backfill"] + scene.catalogueRun("--no-node"))
        let ledger = try SQLiteLedger.open(at: scene.path("state/ledger.sqlite"))
        while try ledger.jobs(JobQuery()).count < 3 { try await Task.sleep(for: .milliseconds(20)) }
        #expect(try scene.backfill(["pause", "out"]).output == "out: paused\n")
        #expect(try scene.reelmill(["run", "--until-idle", "--workers", "2"]).status == 0)
        #expect(try ledger.jobs(JobQuery()).allSatisfy { $0.state == .planning })
        let refused = try scene.backfill(["run", "out"])
        #expect(refused.status == 2)
        #expect(refused.errors.contains("is paused"))
        #expect(try scene.backfill(["resume", "out"]).status == 0)
        let node = try scene.startReelmill(["run", "--workers", "2"])
        conductor.waitUntilExit()
        #expect(conductor.terminationStatus == 3)
        node.terminate()
        node.waitUntilExit()
        #expect(try scene.outcomes() == Scene.catalogueOutcomes)
        #expect(try ledger.audit().findings == [])
    }

    @Test(
        "rows of a list have outputs, tenants, profiles, keys and metadata of their own; a bad row fails alone"
    )
    func csv() throws {
        let scene = try Scene()
        try scene.makeCatalogue()
        try scene.write(
            """
            input,output,profile,tenant,key,title
            catalogue/a.mp4,out/one,small.yaml,acme,k1,"One, ""the first\"""
            catalogue/season/b.mkv,out/two,small.yaml,other,,Two
            catalogue/season/c.mov,out/three,nothing.yaml,,,Three
            catalogue/season/c.mov,out/four,small.yaml,no tenant,,Four
            catalogue/a.mp4,out/five

            """, to: "list.csv")
        let ending = try scene.backfill(["run", "--from", "list.csv", "--workers", "2"])
        #expect(ending.status == 3, "\(ending.errors)")
        let csv = try scene.backfill(["report", "list", "--csv"]).output.split(separator: "\n")
        #expect(csv.count == 6)
        #expect(csv[1].contains("acme,k1,done,,,"), "\(csv[1])")
        #expect(csv[1].contains(#""{""title"":""One, \""the first\""""}""#), "\(csv[1])")
        #expect(
            try scene.report("list").map(\.words) == [
                "done", "done", "failed bad-row", "failed bad-row", "failed bad-row",
            ])
        let ledger = try SQLiteLedger.open(at: scene.path("state/ledger.sqlite"))
        let jobs = try ledger.jobs(JobQuery())
        #expect(Set(jobs.map(\.tenant.text)) == ["acme", "other"])
        #expect(jobs.allSatisfy { $0.jobClass == .backfill && $0.terms.backfill == "list" })
    }

    @Test("two rows never take each other's output, in one backfill or in two")
    func contestedOutput() throws {
        let scene = try Scene()
        try scene.makeCatalogue()
        try scene.write(
            "input,output\ncatalogue/a.mp4,out/one\ncatalogue/season/b.mkv,out/one\n",
            to: "list.csv")
        let command = ["run", "--from", "list.csv", "-p", scene.path("small.yaml")]
        for _ in 0..<2 {
            #expect(try scene.backfill(command).status == 3)
            #expect(try scene.report("list").map(\.words) == ["done", "failed bad-row"])
        }
        try scene.write("input,output\ncatalogue/season/c.mov,out/one\n", to: "other.csv")
        let other = try scene.backfill([
            "run", "--from", "other.csv", "-p", scene.path("small.yaml"),
        ])
        #expect(other.status == 1)
        #expect(other.errors.contains("catalogue/a.mp4 is there, and it is not overwritten"))
        #expect(try scene.backfill(command).status == 3)
        #expect(try scene.report("list").map(\.words) == ["done", "failed bad-row"])
    }

    @Test("two catalogues do not share a name unless a person says so")
    func names() throws {
        let scene = try Scene()
        try scene.makeCatalogue()
        _ = try scene.backfill(scene.catalogueRun("--limit", "1"))
        let other = try scene.backfill([
            "run", scene.path("catalogue"), "-o", scene.path("elsewhere/out"), "-p",
            scene.path("small.yaml"),
        ])
        #expect(other.status == 2)
        #expect(other.errors.contains("for \(scene.path("out"))"), "\(other.errors)")
        #expect(try scene.outcomes().values.filter { $0 == "done" }.count == 1)
    }

    @Test("outputs below the catalogue are no sources of the next run")
    func outputsInside() throws {
        let scene = try Scene()
        try scene.makeCatalogue()
        let command = [
            "run", scene.path("catalogue"), "-o", scene.path("catalogue/made"), "--name", "made",
            "-p", scene.path("small.yaml"),
        ]
        #expect(try scene.backfill(command).status == 3)
        let first = try scene.report("made")
        #expect(first.count == 7)
        #expect(try scene.backfill(command).status == 3)
        #expect(try scene.report("made") == first)
    }

    @Test("a list of JSON lines on standard input is as good")
    func ndjson() throws {
        let scene = try Scene()
        try scene.makeCatalogue()
        try scene.write(
            #"""
            {"input": "catalogue/a.mp4", "metadata": {"id": "7"}}
            {"input": "catalogue/a.mp4", "size": 3}
            not json

            """#, to: "list")
        let ending = try scene.run(
            "/bin/sh",
            [
                "-c",
                "\"$0\" backfill --from - --format ndjson -o out --name lines -p small.yaml < list",
                Scene.reelmillPath,
            ])
        #expect(ending.status == 3, "\(ending.errors)")
        #expect(
            try scene.report("lines").map(\.words) == ["done", "failed bad-row", "failed bad-row"])
    }
}
