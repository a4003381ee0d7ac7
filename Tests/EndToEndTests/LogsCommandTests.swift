import Foundation
import Ledger
import Testing
import TranscodeModel

@Suite("reelmill logs: every attempt, also those of killed nodes", .serialized)
struct LogsCommandTests {
    @Test("a node's death is in the log of its attempt, and the next attempt has a log of its own")
    func killed() async throws {
        let scene = try Scene()
        try scene.makeClip("talk.mp4", seconds: 6)
        let enqueued = try scene.reelmill([
            "enqueue", scene.path("talk.mp4"), "-o", scene.path("out"), "-p",
            scene.path("small.yaml"),
        ])
        let job = String(try #require(enqueued.output.split(separator: "\t").first))
        let node = try scene.startReelmill(
            ["run", "--until-idle"],
            environment: [
                "LD_PRELOAD": Scene.faultLibrary, "REELMILL_LOG": "debug",
                "REELMILL_FAULT_HALT": "KILL:after:2:stage=commit&phase=begin",
            ])
        node.waitUntilExit()
        let early = try scene.reelmill(["logs", job])
        #expect(early.status == 0)
        // What was said before the kill is there, of the attempts that it ended too.
        let open = early.output.split(separator: "\n").filter {
            $0.contains("  node  worker started: ")
        }
        #expect(open.count >= 2, "\(early.output)")
        #expect(early.output.split(separator: "\n").count { $0.hasSuffix("  committed") } == 1)
        #expect(try scene.reelmill(["run", "--until-idle"]).status == 0)
        let whole = try scene.reelmill(["logs", job])
        #expect(whole.output.contains("taken back by node n"))
        #expect(whole.output.contains("the job is ready, its output is published"))
        let times = whole.output.split(separator: "\n").map { $0.prefix(24) }
        #expect(times == times.sorted() && times.count > 20)
        let document = try scene.reelmill(["logs", job, "--json"]).json()
        let lines = try #require(document["log"] as? [[String: Any]])
        let lost = try #require(
            lines.first { ($0["message"] as? String)?.hasPrefix("taken") == true })
        let unit = try #require(lost["unit"] as? Int)
        #expect(lost["attempt"] as? Int == 1)
        #expect(lost["tenant"] as? String == "default")
        let second = try scene.reelmill(["logs", job, "--unit", "\(unit)", "--attempt", "2"])
        #expect(second.status == 0 && second.output.contains("committed"))
        #expect(second.output.split(separator: "\n").allSatisfy { $0.contains("  attempt 2  ") })
        let third = try scene.reelmill(["logs", job, "--unit", "\(unit)", "--attempt", "3"])
        #expect(third.status == 2 && third.errors.contains("attempt 2"))
        #expect(try scene.reelmill(["logs", job, "--unit", "999"]).status == 2)
        #expect(try scene.reelmill(["logs", "jnowhere"]).status == 2)
        let followed = try scene.reelmill(["logs", job, "--follow", "--json"])
        #expect(followed.output.split(separator: "\n").count == lines.count)
    }

    @Test("followed while it runs: every line once, and it ends with the job")
    func follow() throws {
        let scene = try Scene()
        try scene.makeClip("talk.mp4", seconds: 6)
        let enqueued = try scene.reelmill([
            "enqueue", scene.path("talk.mp4"), "-o", scene.path("out"), "-p",
            scene.path("small.yaml"),
        ])
        let job = String(try #require(enqueued.output.split(separator: "\t").first))
        let none = try scene.reelmill(["logs", job])
        #expect(none.status == 0 && none.output.isEmpty && none.errors.contains("no log yet"))
        let follower = try scene.start(Scene.reelmillPath, ["logs", job, "--follow"])
        let run = try scene.reelmill(["run", "--until-idle", "--log-format", "json"])
        #expect(run.status == 0)
        follower.process.waitUntilExit()
        #expect(follower.process.terminationStatus == 0)
        let followed = try String(contentsOfFile: follower.output, encoding: .utf8)
            .split(separator: "\n").sorted()
        let whole = try scene.reelmill(["logs", job]).output.split(separator: "\n").sorted()
        #expect(followed == whole)
        // Standard error of the node is JSON, line by line.
        let lines = run.errors.split(separator: "\n")
        #expect(!lines.isEmpty)
        for line in lines {
            let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
            let members = try #require(value as? [String: Any])
            #expect(members["time"] is String && members["level"] is String)
            #expect(members["message"] is String)
        }
        let published = try #require(lines.first { $0.contains(#""message":"published""#) })
        for key in [
            #""job":""#, #""unit":"#, #""attempt":1"#, #""tenant":"default""#, #""node":"n"#,
        ] {
            #expect(published.contains(key), "\(published)")
        }
    }
}
