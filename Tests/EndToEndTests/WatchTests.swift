import Foundation
import Ledger
import Testing
import TranscodeModel

@Suite("reelmill watch: each file once, when it is whole", .serialized)
struct WatchTests {
    /// A scene with a folder to watch.
    private func scene() throws -> Scene {
        let scene = try Scene()
        try FileManager.default.createDirectory(
            atPath: scene.path("in/deep"), withIntermediateDirectories: true)
        return scene
    }

    private func arguments(_ scene: Scene, _ more: String...) -> [String] {
        [
            "watch", scene.path("in"), "-o", scene.path("out"), "-p", scene.path("small.yaml"),
            "--settle", "1s",
        ] + more
    }

    /// Job, outcome, output and source of each line.
    private func lines(_ text: String) -> [[String]] {
        text.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
    }

    private func wait(_ what: String, until isSo: () throws -> Bool) async throws {
        for _ in 0..<600 {
            if try isSo() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("\(what): that did not come to be in half a minute")
    }

    private func end(_ process: Process) {
        process.terminate()
        process.waitUntilExit()
    }

    @Test("--once: what is there, to its depths, with a bad file among it; again it is nothing")
    func once() throws {
        let scene = try scene()
        try scene.makeClip("in/talk.mp4", seconds: 1)
        try scene.makeClip("in/deep/Walk.MOV", seconds: 1)
        try FileManager.default.copyItem(
            atPath: scene.path("in/talk.mp4"), toPath: scene.path("in/half.mp4.part"))
        try Data("kept".utf8).write(to: URL(fileURLWithPath: scene.path("in/notes.txt")))
        _ = FileManager.default.createFile(atPath: scene.path("in/empty.mp4"), contents: nil)
        let first = try scene.reelmill(arguments(scene, "--once"))
        #expect(first.status == 3, "\(first.errors)")
        #expect(first.errors.contains("in/empty.mp4") && first.errors.contains("source-empty"))
        #expect(
            Set(lines(first.output).map { $0[2] })
                == [scene.path("out/talk"), scene.path("out/deep/Walk")])
        #expect(lines(first.output).allSatisfy { $0[1] == "created" })
        try FileManager.default.removeItem(atPath: scene.path("in/empty.mp4"))
        let second = try scene.reelmill(arguments(scene, "--once"))
        #expect(second.status == 0 && second.output.isEmpty)
        // With a node in the same process there is nothing new to run, so the jobs stay.
        #expect(try scene.reelmill(["run", "--until-idle"]).status == 0)
        let third = try scene.reelmill(arguments(scene, "--once", "--run"))
        #expect(third.status == 0 && third.output.isEmpty)
        #expect(try scene.reelmill(["verify", scene.path("out/deep/Walk")]).status == 0)
        // Also when the outputs were carried away.
        try FileManager.default.removeItem(atPath: scene.path("out"))
        #expect(try scene.reelmill(arguments(scene, "--once")).output.isEmpty)
    }

    @Test("a job that failed is not made again, and a touched file is the same file")
    func failed() throws {
        let scene = try scene()
        try Data(repeating: 7, count: 5000).write(
            to: URL(fileURLWithPath: scene.path("in/broken.mp4")))
        let first = try scene.reelmill(arguments(scene, "--once", "--run"))
        #expect(first.status == 3)
        let job = try #require(lines(first.output).first?.first)
        #expect(try scene.reelmill(["status", job]).output.contains("failed"))
        #expect(try scene.reelmill(arguments(scene, "--once")).output.isEmpty)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -3600)],
            ofItemAtPath: scene.path("in/broken.mp4"))
        let touched = try scene.reelmill(arguments(scene, "--once"))
        #expect(touched.status == 0 && touched.output.isEmpty)
    }

    @Test("a slow writer is waited for; a rename into place is not; a replaced file is a new job")
    func alive() async throws {
        let scene = try scene()
        try scene.makeClip("whole.mp4", seconds: 2)
        try scene.makeClip("other.mp4", seconds: 1)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: scene.path("whole.mp4")))
        let watch = try scene.start(Scene.reelmillPath, arguments(scene, "--rescan", "60s"))
        defer { end(watch.process) }
        func told() throws -> [[String]] {
            lines(try String(contentsOfFile: watch.output, encoding: .utf8))
        }
        // In pieces, with a rest between them that is longer than the settling time.
        _ = FileManager.default.createFile(atPath: scene.path("in/slow.mp4"), contents: nil)
        let slow = try #require(FileHandle(forWritingAtPath: scene.path("in/slow.mp4")))
        for piece in 0..<3 {
            try slow.write(contentsOf: bytes.dropFirst(piece * 1000).prefix(1000))
            try await Task.sleep(for: .milliseconds(1300))
        }
        #expect(try told().isEmpty)
        try slow.write(contentsOf: bytes.dropFirst(3000))
        try slow.close()
        try await wait("the slow file") { try told().count == 1 }
        let job = try #require(try told().first?.first)
        let record = try SQLiteLedger.open(at: scene.path("state/ledger.sqlite")).job(JobID(job))
        #expect(record?.source.byteCount == Int64(bytes.count))
        // Uploaded under a temporary name, in a folder that is new.
        try FileManager.default.createDirectory(
            atPath: scene.path("in/new"), withIntermediateDirectories: false)
        try FileManager.default.copyItem(
            atPath: scene.path("other.mp4"), toPath: scene.path("in/new/clip.mp4.part"))
        try await Task.sleep(for: .milliseconds(400))
        try FileManager.default.moveItem(
            atPath: scene.path("in/new/clip.mp4.part"), toPath: scene.path("in/new/clip.mp4"))
        try await wait("the renamed file") { try told().count == 2 }
        #expect(try told()[1][2] == scene.path("out/new/clip"))
        // Replaced by other content, in one step.
        try FileManager.default.copyItem(
            atPath: scene.path("other.mp4"), toPath: scene.path("in/slow.mp4.tmp"))
        #expect(rename(scene.path("in/slow.mp4.tmp"), scene.path("in/slow.mp4")) == 0)
        try await wait("the replaced file") { try told().count == 3 }
        // The first place is promised to what the file was; the second is its whole name.
        #expect(try told()[2][2] == scene.path("out/slow.mp4"))
        let errors = try String(contentsOfFile: watch.errors, encoding: .utf8)
        #expect(errors.contains("is another video's"))
        try await Task.sleep(for: .milliseconds(1500))
        #expect(try told().count == 3)
    }

    @Test("a signal ends it cleanly, and the next one goes on where it was")
    func signals() async throws {
        let scene = try scene()
        try scene.makeClip("in/one.mp4", seconds: 1)
        for (signal, status) in [(SIGTERM, 143), (SIGINT, 130)] {
            let watch = try scene.start(Scene.reelmillPath, arguments(scene))
            try await Task.sleep(for: .milliseconds(2500))
            kill(watch.process.processIdentifier, signal)
            watch.process.waitUntilExit()
            #expect(watch.process.terminationReason == .exit)
            #expect(watch.process.terminationStatus == Int32(status))
        }
        let jobs = try scene.reelmill(["list", "--json"]).json()["jobs"] as? [[String: Any]]
        #expect(jobs?.count == 1)
    }

    @Test("a ledger that cannot be written for a while is waited for, loudly, and nothing is lost")
    func trouble() async throws {
        let scene = try scene()
        try scene.makeClip("in/one.mp4", seconds: 1)
        // The first sync is of opening the ledger; those of the first attempts to enqueue fail.
        #expect(try scene.reelmill(["list"]).status == 0)
        let watch = try scene.start(
            Scene.reelmillPath, arguments(scene),
            environment: [
                "LD_PRELOAD": Scene.faultLibrary,
                "REELMILL_FAULT_RULES": (2...3).map { "sync:EIO:\($0):ledger.sqlite-wal$" }
                    .joined(separator: ";"),
            ])
        defer { end(watch.process) }
        try await wait("the job") {
            lines(try String(contentsOfFile: watch.output, encoding: .utf8)).count == 1
        }
        let errors = try String(contentsOfFile: watch.errors, encoding: .utf8)
        #expect(
            errors.contains("Tried again in 1 s") && errors.contains("it works again"), "\(errors)")
        let jobs = try scene.reelmill(["list", "--json"]).json()["jobs"] as? [[String: Any]]
        #expect(jobs?.count == 1)
    }

    @Test("a name that is not UTF-8 is said, and harms nobody")
    func names() throws {
        let scene = try scene()
        try scene.makeClip("in/one.mp4", seconds: 1)
        var path = Array((scene.path("in") + "/odd").utf8CString.dropLast())
        path += [CChar(bitPattern: 0xFF)] + ".mp4".utf8CString
        let made = open(path, O_CREAT | O_WRONLY, 0o644)
        try #require(made >= 0)
        close(made)
        defer { unlink(path) }
        let ending = try scene.reelmill(arguments(scene, "--once"))
        #expect(ending.status == 3 && ending.errors.contains("not UTF-8"))
        #expect(lines(ending.output).count == 1)
    }

    @Test("--run: a node works in the same process, and one signal drains both")
    func node() async throws {
        let scene = try scene()
        try scene.makeClip("in/one.mp4", seconds: 1)
        let watch = try scene.start(Scene.reelmillPath, arguments(scene, "--run"))
        try await wait("the output") { scene.isThere("out/one/receipt.json") }
        kill(watch.process.processIdentifier, SIGTERM)
        watch.process.waitUntilExit()
        #expect(watch.process.terminationStatus == 143)
        #expect(try scene.reelmill(["verify", scene.path("out/one")]).status == 0)
    }

    @Test("outputs within the folder are no uploads; the folder itself as output is refused")
    func places() throws {
        let scene = try scene()
        try scene.makeClip("in/one.mp4", seconds: 1)
        let within = [
            "watch", scene.path("in"), "-o", scene.path("in/out"), "-p", "mp4", "--settle", "0s",
            "--once", "--run",
        ]
        #expect(try lines(scene.reelmill(within).output).count == 1)
        #expect(scene.isThere("in/out/one/video.mp4"))
        #expect(try scene.reelmill(within).output.isEmpty)
        // The same by a link, and to a place below it that is not there yet.
        try FileManager.default.createSymbolicLink(
            atPath: scene.path("link"), withDestinationPath: scene.path("in"))
        let linked = [
            "watch", scene.path("in"), "-o", scene.path("link/more"), "-p", "mp4", "--settle", "0s",
            "--once", "--run",
        ]
        #expect(try lines(scene.reelmill(linked).output).count == 1)
        #expect(scene.isThere("in/more/one/video.mp4"))
        #expect(try scene.reelmill(linked).output.isEmpty)
        let same = try scene.reelmill([
            "watch", scene.path("in"), "-o", scene.path("in"), "--once",
        ])
        #expect(same.status == 2 && same.errors.contains("would land in the watched folder"))
        #expect(
            try scene.reelmill(["watch", scene.path("nowhere"), "-o", "x", "--once"]).status == 2)
    }
}

@Suite("reelmill watch: what happens while a long file is read", .serialized)
struct WatchTurnTests {
    /// A watch that has begun to read the long file, and is stopped there: whatever else the machine does, it is not at its
    /// end before the test goes on.
    private func reading(_ scene: Scene) throws -> (Process, String) {
        let watch = try scene.start(
            Scene.reelmillPath,
            [
                "watch", scene.path("in"), "-o", scene.path("out"), "-p", "mp4", "--settle", "1s",
            ], environment: ["REELMILL_MAX_BYTES": "\(Int64.max)"])
        let number = watch.process.processIdentifier
        // On this thread: another one may have to wait for its turn.
        for _ in 0..<60_000 {
            let io = try String(contentsOfFile: "/proc/\(number)/io", encoding: .utf8)
            let read = io.firstMatch(of: /rchar: ([0-9]+)/).flatMap { Int64($0.1) } ?? 0
            if read > 50 << 20 { break }
            usleep(1000)
        }
        try #require(kill(number, SIGSTOP) == 0)
        return (watch.process, watch.output)
    }

    /// With a file of zeros, so large that it is read for a while.
    private func scene(gigabytes: Int64) throws -> Scene {
        let scene = try Scene()
        try FileManager.default.createDirectory(
            atPath: scene.path("in"), withIntermediateDirectories: true)
        let long = scene.path("in/a-long.mp4")
        try #require(FileManager.default.createFile(atPath: long, contents: nil))
        try #require(truncate(long, Int(gigabytes << 30)) == 0)
        return scene
    }

    private func wait(_ what: String, until isSo: () throws -> Bool) async throws {
        for _ in 0..<1200 {
            if try isSo() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("\(what): that did not come to be in a minute")
    }

    @Test("a file that is written on while it waits for its turn is not enqueued by halves")
    func turn() async throws {
        let scene = try scene(gigabytes: 2)
        let short = scene.path("in/b-short.mp4")
        try Data(repeating: 1, count: 1000).write(to: URL(fileURLWithPath: short))
        let (process, output) = try reading(scene)
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        let writer = try #require(FileHandle(forWritingAtPath: short))
        try writer.seekToEnd()
        try writer.write(contentsOf: Data(repeating: 2, count: 1000))
        try #require(kill(process.processIdentifier, SIGCONT) == 0)
        func told() throws -> Int {
            try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n").count
        }
        try await wait("the long file") { try told() > 0 }
        try await Task.sleep(for: .milliseconds(500))
        try writer.write(contentsOf: Data(repeating: 3, count: 1000))
        try writer.close()
        try await wait("the short file") { try told() > 1 }
        let jobs = try SQLiteLedger.open(at: scene.path("state/ledger.sqlite")).jobs(JobQuery())
        #expect(Set(jobs.map(\.source.byteCount)) == [2 << 30, 3000])
    }

    @Test("a signal ends the reading of a long file, and no job is made of it")
    func signal() async throws {
        let scene = try scene(gigabytes: 12)
        let (process, output) = try reading(scene)
        process.terminate()
        try #require(kill(process.processIdentifier, SIGCONT) == 0)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 143)
        #expect(try String(contentsOfFile: output, encoding: .utf8).isEmpty)
        #expect(try scene.reelmill(["list"]).output.contains("a-long") == false)
    }

    @Test("--once: a folder that cannot be listed is a failure, and the others are dealt with")
    func unlistable() throws {
        let scene = try Scene()
        try FileManager.default.createDirectory(
            atPath: scene.path("in"), withIntermediateDirectories: true)
        try Data("A".utf8).write(to: URL(fileURLWithPath: scene.path("in/a.mp4")))
        // So deep that its path is longer than the kernel takes, whoever asks.
        let deep = try scene.run(
            "/bin/bash",
            [
                "-c",
                """
                cd '\(scene.path("in"))' && name=$(printf 'x%.0s' {1..200}) && \
                for n in {1..22}; do mkdir $name && cd -P ./$name || exit 1; done
                """,
            ])
        try #require(deep.status == 0, "\(deep.errors)")
        let ending = try scene.reelmill([
            "watch", scene.path("in"), "-o", scene.path("out"), "-p", "mp4", "--settle", "0s",
            "--once",
        ])
        #expect(ending.status == 3, "\(ending.errors)")
        #expect(ending.errors.contains("File name too long"))
        #expect(ending.output.split(separator: "\n").count == 1)
        #expect(try scene.run("/bin/rm", ["-rf", scene.path("in")]).status == 0)
    }
}
