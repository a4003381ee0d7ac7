import Foundation
import Ledger
import Testing
import TranscodeModel

@Suite("Recovery: SIGKILL at any moment costs time and nothing else", .serialized)
struct RecoveryTests {
    /// A worker that ends the node which started it, with SIGKILL, before it does anything itself, the
    /// first time that a file named by `mark` is not there.
    private func killingWorker(_ scene: Scene, start number: Int) throws -> String {
        let script = scene.path("worker-\(number).sh")
        try """
        #!/bin/sh
        # Starts are counted with links, which two workers cannot make at once.
        n=0
        while ! ln -s x "\(scene.folder)/start-\(number)-$n" 2>/dev/null; do n=$((n+1)); done
        if [ $n -eq \(number) ]; then kill -9 $PPID; sleep 5; fi
        exec "\(Scene.worker)" "$@"
        """.write(toFile: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: script)
        return script
    }

    private func facts(_ scene: Scene) throws -> (units: [UnitRecord], ledger: SQLiteLedger) {
        let ledger = try SQLiteLedger.open(at: scene.path("state/ledger.sqlite"))
        let job = try #require(try ledger.jobs(JobQuery(states: [.ready])).first)
        return (try ledger.units(ofJob: job.id), ledger)
    }

    @Test("a node killed as it starts each of its workers goes on where it was, byte for byte")
    func nodeKilledAtEachWorker() throws {
        let plain = try Scene()
        try plain.makeClip("clip.mp4", seconds: 5)
        #expect(try plain.transcode("clip.mp4", to: "out").status == 0)
        let expected = try plain.contents("out")
        #expect(expected.keys.contains("video/v180.mp4"))
        // Starts of a whole job: the probe, the chunks, the sound, the images.
        let starts = try facts(plain).units.filter {
            [.probe, .encode, .audio, .images].contains($0.kind)
        }.count
        #expect(starts >= 5)
        for number in 0..<starts {
            let scene = try Scene()
            try FileManager.default.copyItem(
                atPath: plain.path("clip.mp4"), toPath: scene.path("clip.mp4"))
            let worker = try killingWorker(scene, start: number)
            let killed = try scene.transcode(
                "clip.mp4", to: "out", environment: ["REELMILL_WORKER": worker])
            #expect(killed.status == -SIGKILL)
            #expect(!scene.isThere("out"))
            let before = try SQLiteLedger.open(at: scene.path("state/ledger.sqlite"))
            let job = try #require(try before.jobs(JobQuery()).first)
            let done = try before.units(ofJob: job.id).filter { $0.state == .done }
            let resumed = try scene.transcode(
                "clip.mp4", to: "out", environment: ["REELMILL_WORKER": worker])
            #expect(resumed.status == 0, "\(resumed.errors)")
            #expect(try scene.contents("out") == expected)
            // What was committed before was not done again.
            let after = try facts(scene).units
            for unit in done {
                #expect(after[unit.position].attempt == unit.attempt)
                #expect(after[unit.position].epoch == unit.epoch)
            }
            #expect(try scene.reelmill(["audit", "--bytes"]).status == 0)
            #expect(try scene.reelmill(["verify", scene.path("out")]).status == 0)
        }
    }

    @Test(
        "any moment: killed again and again at random times, the job still ends with the same bytes"
    )
    func killedAtRandom() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 6)
        #expect(try scene.transcode("clip.mp4", to: "plain").status == 0)
        let expected = try scene.contents("plain")
        var generator = SystemRandomNumberGenerator()
        var kills = 0
        // A unit has eight attempts, and a node that dies costs one: fewer deaths never end a job.
        for round in 0..<7 {
            let process = try scene.startReelmill(
                [
                    "transcode", scene.path("clip.mp4"), "-o", scene.path("out"), "--profile",
                    scene.path("small.yaml"), "--workers", "2", "--state",
                    scene.path("state-killed"),
                ])
            let deadline =
                DispatchTime.now()
                + .milliseconds(
                    Int.random(in: 10...(60 + 20 * round), using: &generator))
            while process.isRunning, DispatchTime.now() < deadline { usleep(2000) }
            if !process.isRunning {
                #expect(process.terminationStatus == 0)
                break
            }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            kills += 1
            // Half way there are no half outputs.
            if scene.isThere("out") { #expect(scene.isThere("out/receipt.json")) }
        }
        #expect(kills > 0)
        let last = try scene.transcode(
            "clip.mp4", to: "out", ["--state", scene.path("state-killed")])
        #expect(last.status == 0, "\(last.errors)")
        #expect(try scene.contents("out") == expected)
        #expect(
            try scene.reelmill(["audit", "--bytes", "--state", scene.path("state-killed")]).status
                == 0)
        // No hidden leftovers of publishing beside the output.
        let names = try FileManager.default.contentsOfDirectory(atPath: scene.folder)
        #expect(!names.contains { $0.hasPrefix(".out.reelmill") })
    }

    @Test("a worker that is killed, crashes or hangs is told apart in the history, and tried again")
    func workersThatDie() throws {
        let ways = [
            ("kill -9 $$", "worker-killed"), ("kill -SEGV $$", "worker-crashed"),
            ("exit 7", "worker-crashed"), ("echo nonsense; exit 0", "worker-protocol"),
        ]
        for (way, code) in ways {
            let scene = try Scene()
            try scene.makeClip("clip.mp4", seconds: 2)
            let script = scene.path("worker.sh")
            try """
            #!/bin/sh
            if ln -s x "\(scene.folder)/first" 2>/dev/null; then \(way); fi
            exec "\(Scene.worker)" "$@"
            """.write(toFile: script, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: script)
            let ending = try scene.transcode(
                "clip.mp4", to: "out", environment: ["REELMILL_WORKER": script])
            #expect(ending.status == 0, "\(ending.errors)")
            let (units, ledger) = try facts(scene)
            #expect(units[0].attempt == 2)
            let job = try #require(try ledger.jobs(JobQuery()).first)
            let events = try ledger.events(ofJob: job.id, after: 0, limit: 1000)
            #expect(events.contains { $0.detail?.contains(code) == true }, "\(way): \(code)")
        }
    }

    @Test(
        "a unit that ran out of memory or time is split by renditions, and its bytes stay the same",
        arguments: ["echo 'Cannot allocate memory' >&2; exit 1", "kill -XCPU $$; sleep 5"])
    func split(way: String) throws {
        let plain = try Scene()
        try plain.makeClip("clip.mp4", seconds: 2)
        #expect(try plain.transcode("clip.mp4", to: "out").status == 0)
        let scene = try Scene()
        try FileManager.default.copyItem(
            atPath: plain.path("clip.mp4"), toPath: scene.path("clip.mp4"))
        let script = scene.path("worker.sh")
        // Requests are on standard input: an encode names its chunk.
        try """
        #!/bin/sh
        cat > "\(scene.folder)/request-$$"
        if grep -q '"encode"' "\(scene.folder)/request-$$"; then
          n=0
          while ! ln -s x "\(scene.folder)/encode-$n" 2>/dev/null; do n=$((n+1)); done
          if [ $n -eq 0 ]; then \(way); fi
        fi
        exec "\(Scene.worker)" < "\(scene.folder)/request-$$"
        """.write(toFile: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
        let ending = try scene.transcode(
            "clip.mp4", to: "out", ["--workers", "1"], environment: ["REELMILL_WORKER": script])
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(try scene.contents("out") == plain.contents("out"))
        let encodes = try facts(scene).units.filter { $0.kind == .encode }
        let starts = try FileManager.default.contentsOfDirectory(atPath: scene.folder)
            .filter { $0.hasPrefix("encode-") }
        #expect(encodes[0].attempt == 2)
        // The first attempt, then both renditions one by one; the other units in one turn each.
        #expect(starts.count == 1 + 2 + encodes.count - 1)
    }

    @Test("a unit that kills every worker is quarantined, and its job fails alone with the reason")
    func poison() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 2)
        let script = scene.path("worker.sh")
        try "#!/bin/sh\nkill -SEGV $$\n".write(toFile: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
        let ledger = try SQLiteLedger.open(at: scene.path("state/ledger.sqlite"))
        let enqueued = try scene.reelmill([
            "enqueue", scene.path("clip.mp4"), "-o", scene.path("out"),
        ])
        #expect(enqueued.status == 0)
        let id = try #require(try ledger.jobs(JobQuery()).first).id
        let ending = try scene.reelmill(
            ["run", "--until-idle", "--workers", "1"], environment: ["REELMILL_WORKER": script])
        #expect(ending.status == 0, "\(ending.errors)")
        let job = try #require(try ledger.job(id))
        #expect(job.state == .failed)
        #expect(job.failure?.code == .quarantined)
        #expect(job.failure?.message.contains("SIGSEGV") == true)
        #expect(try ledger.units(ofJob: id)[0].crashes == 3)
        let status = try scene.reelmill(["status", id.text])
        #expect(status.output.contains("quarantined; 3 crashes"), "\(status.output)")
        #expect(!scene.isThere("out"))
        #expect(try scene.reelmill(["wait", id.text]).status == 1)
        #expect(try scene.reelmill(["audit"]).status == 0)
    }

    @Test("SIGINT drains and says 130, SIGTERM 143; the work goes on afterwards")
    func signals() throws {
        for (signal, status) in [(SIGINT, Int32(130)), (SIGTERM, 143)] {
            let scene = try Scene()
            try scene.makeClip("clip.mp4", seconds: 5)
            let script = scene.path("worker.sh")
            try """
            #!/bin/sh
            touch "\(scene.folder)/started"; sleep 1
            exec "\(Scene.worker)" "$@"
            """.write(toFile: script, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: script)
            let process = try scene.startReelmill(
                [
                    "transcode", scene.path("clip.mp4"), "-o", scene.path("out"), "--profile",
                    scene.path("small.yaml"),
                ], environment: ["REELMILL_WORKER": script])
            while !scene.isThere("started"), process.isRunning { usleep(2000) }
            kill(process.processIdentifier, signal)
            process.waitUntilExit()
            #expect(process.terminationReason == .exit)
            #expect(process.terminationStatus == status)
            #expect(!scene.isThere("out"))
            let ledger = try SQLiteLedger.open(at: scene.path("state/ledger.sqlite"))
            #expect(try ledger.liveLeases().isEmpty)
            #expect(try ledger.nodes().isEmpty)
            #expect(try scene.transcode("clip.mp4", to: "out").status == 0)
        }
    }
}
