import Foundation
import Glibc
import Testing

@Suite(
    "Zygote: with its node it comes and goes, and what is forked makes the same bytes", .serialized)
struct ZygoteEndToEndTests {
    /// Name, state and parent of a process that has not ended.
    private func look(at process: pid_t) -> (name: Substring, parent: pid_t)? {
        // One that ended in the meantime has no file; one that nobody has collected yet is in state Z.
        let text = FileManager.default.contents(atPath: "/proc/\(process)/stat")
            .map { String(decoding: $0, as: UTF8.self) }
        guard let text, let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")")
        else { return nil }
        let rest = text[text.index(after: close)...].split(separator: " ")
        guard rest.count > 1, rest[0] != "Z", let parent = pid_t(rest[1]) else { return nil }
        return (text[text.index(after: open)..<close], parent)
    }

    /// Processes of a name whose parent is `node`.
    private func children(of node: pid_t, named name: String) throws -> [pid_t] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }
            .filter { process in
                guard let found = look(at: process) else { return false }
                return found.name == name && found.parent == node
            }
    }

    private func isThere(_ process: pid_t) -> Bool { look(at: process) != nil }

    /// Waits until a running node has a zygote and a worker of it; nil when it ended before it was seen.
    private func family(of node: Process) throws -> (zygote: pid_t, worker: pid_t)? {
        while node.isRunning {
            let zygotes = try children(of: node.processIdentifier, named: "reelmill-zygote")
            let workers = try children(of: node.processIdentifier, named: "reelmill-worker")
            if let zygote = zygotes.first, let worker = workers.first { return (zygote, worker) }
            usleep(1000)
        }
        return nil
    }

    private func startTranscode(_ scene: Scene, to output: String) throws -> Process {
        try scene.startReelmill([
            "transcode", scene.path("clip.mp4"), "-o", scene.path(output), "--profile",
            scene.path("small.yaml"), "--workers", "2", "--state", scene.path("state-\(output)"),
        ])
    }

    @Test(
        "a node that is killed leaves neither zygote nor worker, and its job is ended by the next")
    func nodeKilled() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 20)
        let node = try startTranscode(scene, to: "out")
        let (zygote, worker) = try #require(try family(of: node))
        kill(node.processIdentifier, SIGKILL)
        node.waitUntilExit()
        while isThere(zygote) || isThere(worker) { usleep(1000) }
        let again = try startTranscode(scene, to: "out")
        again.waitUntilExit()
        #expect(again.terminationStatus == 0)
        #expect(try scene.reelmill(["verify", scene.path("out")]).status == 0)
    }

    @Test(
        "a zygote that is killed again and again costs no attempt, and the bytes are those of plain starts"
    )
    func zygoteKilled() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 12)
        // A script is started as a program each time.
        let script = scene.path("worker.sh")
        try "#!/bin/sh\nexec '\(Scene.worker)' \"$@\"\n".write(
            toFile: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
        let plain = try scene.transcode(
            "clip.mp4", to: "plain", environment: ["REELMILL_WORKER": script])
        #expect(plain.status == 0, "\(plain.errors)")
        let node = try startTranscode(scene, to: "out")
        var kills = 0
        while kills < 5, let (zygote, _) = try family(of: node) {
            if kill(zygote, SIGKILL) == 0 { kills += 1 }
            while isThere(zygote) { usleep(1000) }
        }
        node.waitUntilExit()
        #expect(node.terminationStatus == 0)
        #expect(kills > 0)
        #expect(try scene.contents("out") == scene.contents("plain"))
        let events = try scene.reelmill(["events", "--state", scene.path("state-out")])
        #expect(events.status == 0 && !events.output.contains("worker-killed"))
    }
}
