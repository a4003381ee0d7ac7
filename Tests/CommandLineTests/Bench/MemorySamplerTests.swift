import Foundation
import Testing

@testable import reelmill

@Suite("Bench: the memory of all processes at one time")
struct MemorySamplerTests {
    @Test(
        "two children count together, though neither is large by itself; and are found below others"
    )
    func children() throws {
        let sampler = MemorySampler(countingSelf: false)
        // Each holds 30 MB in a shell's variable, as a grandchild of this process, until its input ends.
        let script = "x=$(head -c 30000000 /dev/zero | tr '\\0' a); echo; read y; echo ${#x}"
        let shells = try (0..<2).map { _ in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "sh -c \"$0\"; true", script]
            let (input, output) = (Pipe(), Pipe())
            process.standardInput = input
            process.standardOutput = output
            try process.run()
            return (process: process, input: input, output: output)
        }
        // Both are full before either may go.
        for shell in shells { _ = try shell.output.fileHandleForReading.read(upToCount: 1) }
        let ready = MemorySampler(countingSelf: false)
        let own = ProcessInfo.processInfo.processIdentifier
        #expect(ProcessTree.all(from: own).count >= 5)
        let seen = try #require(ready.end().peak)
        for shell in shells { try shell.input.fileHandleForWriting.close() }
        for shell in shells { shell.process.waitUntilExit() }
        let all = sampler.end()
        let peak = try #require(all.peak)
        #expect(seen.bytes > 60_000_000 && peak.bytes > 60_000_000)
        // Processes of other tests may be a higher peak later on.
        #expect(seen.processes >= 4 && peak.samples >= 1 && all.cpuSeconds > 0)
    }

    @Test("what the process itself holds counts where it is asked for")
    func own() throws {
        let size = 200 << 20
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096)
        memset(memory, 7, size)
        let sampler = MemorySampler(countingSelf: true)
        let peak = try #require(sampler.end().peak)
        memory.deallocate()
        #expect(peak.bytes >= Int64(size))
    }
}
