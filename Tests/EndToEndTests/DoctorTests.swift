import Foundation
import Testing
import WorkerProtocol

@Suite("Doctor: each thing that is missing is said once, with what to do")
struct DoctorTests {
    @Test("a worker that the kernel cannot confine is one line, and no fault of the worker's")
    func sandbox() throws {
        let scene = try Scene()
        let limits = ConfinementLimits(
            addressSpaceBytes: 1 << 30, cpuSeconds: 5, fileBytes: 1 << 20, openFiles: 64,
            coreBytes: 0)
        let told = WorkerEvent.confined(
            Confinement(noNewPrivileges: true, seccomp: false, landlock: 3, limits: limits))
        try Framing.frame(told).write(to: URL(fileURLWithPath: scene.path("told")))
        let worker = scene.path("worker.sh")
        try "#!/bin/sh\ncat '\(scene.path("told"))'\n".write(
            toFile: worker, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: worker)
        let ending = try scene.reelmill(["doctor"], environment: ["REELMILL_WORKER": worker])
        #expect(ending.status == 1)
        let lines = ending.output.split(separator: "\n")
        #expect(lines.count { $0.contains("The sandbox is not whole") } == 1, "\(ending.output)")
        #expect(lines.contains { $0.hasPrefix("BAD   sandbox: ") }, "\(ending.output)")
        #expect(lines.contains { $0.hasPrefix("ok    worker: ") }, "\(ending.output)")
    }

    @Test(
        "the help names every variable of the environment that is read, and each command has examples"
    )
    func help() throws {
        let scene = try Scene()
        let help = try scene.reelmill(["--help"]).output
        for name in ["STATE", "PROFILE", "WORKERS", "WORKER", "SANDBOX", "CONFIG", "LOG"] {
            #expect(help.contains("REELMILL_\(name) "), "\(name)")
        }
        for command in ["bench", "verify", "probe", "doctor", "transcode"] {
            #expect(
                try scene.reelmill([command, "--help"]).output.contains("EXAMPLES:"), "\(command)")
        }
    }
}
