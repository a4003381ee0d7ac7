import Foundation
import Testing

@Suite("top: one frame of the machine, on any terminal or none")
struct TopCommandTests {
    @Test("without a terminal one frame is printed, as wide as 80 columns at most")
    func once() throws {
        let scene = try Scene()
        try scene.makeClip("talk.mp4", seconds: 1)
        let enqueued = try scene.reelmill([
            "enqueue", scene.path("talk.mp4"), "-o", scene.path("out"), "--profile",
            scene.path("small.yaml"),
        ])
        let job = try #require(enqueued.output.split(separator: "\t").first)
        let frame = try scene.reelmill(["top"])
        #expect(frame.status == 0, "\(frame.errors)")
        let lines = frame.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(!frame.output.contains("\u{1B}"))
        #expect(frame.output.contains("jobs   1 planning, 0 running"))
        #expect(frame.output.contains("queue  0 tasks, 1 to probe, ETA not known yet"))
        #expect(frame.output.contains("nodes  none; start one with `reelmill run`"))
        #expect(lines.contains { $0.hasPrefix(job) && $0.hasSuffix("talk.mp4") })
        let document = try scene.reelmill(["top", "--once", "--json"]).json()
        let top = try #require(document["top"] as? [String: Any])
        #expect(top["jobs"] as? [String: Int] == ["planning": 1])
        #expect((top["backlog"] as? [String: Any])?["planningJobs"] as? Int == 1)
    }

    @Test("on a terminal it takes the keys, and gives the terminal back as it was")
    func keys() throws {
        let scene = try Scene()
        try scene.makeClip("talk.mp4", seconds: 1)
        _ = try scene.reelmill([
            "enqueue", scene.path("talk.mp4"), "-o", scene.path("out"), "--profile",
            scene.path("small.yaml"),
        ])
        // script(1) gives it a terminal; stty tells its state before and after.
        let ending = try scene.run(
            "/bin/sh",
            [
                "-c",
                """
                (sleep 2; printf +; sleep 1; printf p; sleep 1; printf cy; sleep 1; printf q) |
                script -qec 'stty -g > before; "\(Scene.reelmillPath)" top --interval 0.2; stty -g > after' screen
                """,
            ], environment: ["TERM": "xterm", "SHELL": "/bin/sh"])
        #expect(ending.status == 0, "\(ending.errors)")
        func text(_ name: String) throws -> String {
            try String(contentsOfFile: scene.path(name), encoding: .utf8)
        }
        #expect(try !text("before").isEmpty)
        #expect(try text("before") == text("after"))
        let screen = try text("screen")
        #expect(screen.contains("\u{1B}[?1049h"))
        #expect(screen.contains("\u{1B}[?1049l"))
        let events = try scene.reelmill(["events"])
        #expect(events.output.contains("priority 1"), "\(events.output)")
        #expect(events.output.contains("paused by a person"))
        let list = try scene.reelmill(["list", "--status", "cancelled"])
        #expect(list.output.contains("talk.mp4"))
    }
}
