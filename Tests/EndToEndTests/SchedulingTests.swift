import Foundation
import Ledger
import Testing
import TranscodeModel

@Suite("Scheduling, with real workers: hedges, breakers, quarantine, shares", .serialized)
struct SchedulingTests {
    private func install(_ script: String, in scene: Scene) throws -> String {
        let path = scene.path("worker.sh")
        try script.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    private func history(_ scene: Scene) throws -> [EventRecord] {
        try SQLiteLedger.open(at: scene.path("state/ledger.sqlite"))
            .events(ofJob: nil, after: 0, limit: 10_000)
    }

    @Test(
        "a worker that is 40 times slow is hedged; the first result wins, and the bytes are the same"
    )
    func hedge() throws {
        let plain = try Scene()
        try plain.makeClip("clip.mp4", seconds: 6)
        #expect(try plain.transcode("clip.mp4", to: "out").status == 0)
        let scene = try Scene()
        try FileManager.default.copyItem(
            atPath: plain.path("clip.mp4"), toPath: scene.path("clip.mp4"))
        // The first encode runs for a fortieth of the time only, and is stopped for the rest.
        let worker = try install(
            """
            #!/bin/bash
            cat > "\(scene.folder)/request-$$"
            if grep -q '"encode"' "\(scene.folder)/request-$$" \\
                && ln -s x "\(scene.folder)/slow" 2>/dev/null; then
              "\(Scene.worker)" < "\(scene.folder)/request-$$" &
              while kill -STOP $! 2>/dev/null; do
                sleep 0.39; kill -CONT $! 2>/dev/null; sleep 0.01
              done
              wait $!
              exit $?
            fi
            exec "\(Scene.worker)" < "\(scene.folder)/request-$$"
            """, in: scene)
        let ending = try scene.transcode(
            "clip.mp4", to: "out", environment: ["REELMILL_WORKER": worker])
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(try scene.contents("out") == plain.contents("out"))
        let hedges = try history(scene).filter {
            $0.from == "leased" && $0.to == "leased" && $0.detail?.hasPrefix("hedged: ") == true
        }
        #expect(hedges.count == 1, "\(hedges)")
        let hedge = try #require(hedges.first)
        let done = try #require(
            try history(scene).first { $0.position == hedge.position && $0.to == "done" })
        // The hedge won: it shares the epoch of the lease that it hedged, and has an attempt of its own.
        #expect(done.epoch == hedge.epoch && done.attempt == hedge.attempt && hedge.attempt == 2)
        let events = try scene.reelmill(["events"])
        #expect(events.output.contains("hedged: it has run for"), "\(events.output)")
        #expect(try scene.reelmill(["audit", "--deep"]).status == 0)
    }

    @Test(
        "a store that fails for everyone opens its breaker; what waits is not spoiled, and goes on afterwards",
        .enabled(if: Scene.canMakeDisks, "this user may not mount file systems"))
    func breaker() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 4)
        let ending = try scene.run(
            "/usr/bin/unshare",
            [
                "-m", "/bin/bash", "-c",
                """
                mkdir -p "$2/store" && mount -t tmpfs -o size=48k none "$2/store" || exit 99
                "$0" transcode "$1" -o "$4" --profile "$3" --workers 2 --state "$2" &
                for i in $(seq 100); do
                  "$0" status --state "$2" > "$2/status" && grep -q OPEN "$2/status" && break
                  sleep 0.1
                done
                cat "$2/status"
                mount -o remount,size=64m "$2/store"
                wait $!
                """, Scene.reelmillPath, scene.path("clip.mp4"), scene.path("state"),
                scene.path("small.yaml"), scene.path("out"),
            ])
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(ending.output.contains("breaker: store is OPEN"), "\(ending.output)")
        #expect(ending.errors.contains("a breaker is open"), "\(ending.errors)")
        let breaker = try history(scene).filter { $0.kind == "breaker" }
        #expect(breaker.first?.to == "open")
        #expect(breaker.first?.detail?.hasPrefix("store: 4 failures in a row") == true)
        #expect(breaker.last?.to == "closed")
        let job = try #require(
            try SQLiteLedger.open(at: scene.path("state/ledger.sqlite")).jobs(JobQuery()).first)
        #expect(job.state == .ready)
    }

    @Test(
        "one chunk that crashes its worker is quarantined with its reason; a job beside it is not touched"
    )
    func quarantine() throws {
        let scene = try Scene()
        try scene.makeClip("bad.mp4", seconds: 6)
        try scene.makeClip("good.mp4", seconds: 2)
        // Only the bad clip has a second chunk of a whole.
        let worker = try install(
            """
            #!/bin/bash
            cat > "\(scene.folder)/request-$$"
            if [ "$(readlink /proc/self/fd/3)" = "\(scene.path("bad.mp4"))" ] \\
                && grep -q '"encode"' "\(scene.folder)/request-$$" \\
                && grep -q '"index":1' "\(scene.folder)/request-$$"; then
              kill -SEGV $$
            fi
            exec "\(Scene.worker)" < "\(scene.folder)/request-$$"
            """, in: scene)
        for clip in ["bad", "good"] {
            let enqueued = try scene.reelmill([
                "enqueue", scene.path("\(clip).mp4"), "-o", scene.path("out-\(clip)"), "--profile",
                scene.path("small.yaml"),
            ])
            #expect(enqueued.status == 0, "\(enqueued.errors)")
        }
        let ending = try scene.reelmill(
            ["run", "--until-idle", "--workers", "2"], environment: ["REELMILL_WORKER": worker])
        #expect(ending.status == 0, "\(ending.errors)")
        let ledger = try SQLiteLedger.open(at: scene.path("state/ledger.sqlite"))
        let jobs = try ledger.jobs(JobQuery())
        let bad = try #require(jobs.first { $0.source.displayName == "bad.mp4" })
        #expect(bad.state == .failed && bad.failure?.code == .quarantined)
        #expect(jobs.first { $0.source.displayName == "good.mp4" }?.state == .ready)
        let unit = try #require(
            try ledger.units(ofJob: bad.id).first { $0.position == bad.failedUnit })
        #expect(unit.crashes == 3 && unit.attempt == 3)
        let events = try scene.reelmill(["events", bad.id.text])
        #expect(events.output.contains("quarantined: it crashed its workers in 3 attempts"))
        #expect(try scene.reelmill(["audit"]).status == 0)
    }

    @Test("a tenant's cap holds over all nodes, and tenants are shown with what was set")
    func tenants() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 6)
        #expect(
            try scene.reelmill(["tenant", "set", "trial", "--weight", "0.5", "--cap", "1"]).status
                == 0)
        #expect(try scene.reelmill(["tenant", "set", "../x", "--weight", "1"]).status == 2)
        #expect(try scene.reelmill(["tenant", "set", "trial", "--weight", "0"]).status == 2)
        let listed = try scene.reelmill(["tenant", "list"])
        #expect(listed.output.contains("trial"), "\(listed.output)")
        let enqueued = try scene.reelmill([
            "enqueue", scene.path("clip.mp4"), "-o", scene.path("out"), "--profile",
            scene.path("small.yaml"), "--tenant", "trial",
        ])
        #expect(enqueued.status == 0, "\(enqueued.errors)")
        #expect(try scene.reelmill(["run", "--until-idle", "--workers", "2"]).status == 0)
        // Never two leases at once: each lease is followed by its end.
        var leased = 0
        for event in try history(scene) where event.position != nil {
            leased += (event.to == "leased" ? 1 : 0) - (event.from == "leased" ? 1 : 0)
            #expect(leased <= 1)
        }
        #expect(leased == 0)
    }
}
