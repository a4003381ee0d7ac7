import Foundation
import Testing

@Suite("Chaos: real nodes, killed, paused, starved and deceived, lose nothing", .serialized)
struct ChaosTests {
    /// Runs the harness and shows what it says: its seed, what it left out, and its table.
    private func drill(_ arguments: [String]) throws {
        let scene = try Scene()
        let ending = try scene.run(Scene.chaos, arguments)
        print(ending.output)
        #expect(ending.status == 0, "\(ending.output)\(ending.errors)")
    }

    @Test("a round of each kind, always the same ones")
    func fixed() throws {
        try drill(["--rounds", "8", "--seed", "1", "--without", "clock"])
    }

    @Test("a round of each kind, others each time")
    func fresh() throws { try drill(["--rounds", "8", "--without", "clock"]) }

    @Test("a node killed between publishing and saying so: the same command says that it is done")
    func killedAfterPublishing() throws {
        try drill(["--rounds", "1", "--only", "stage-kill/publish-end"])
    }

    @Test("a clock that jumps forward", arguments: ["past-the-lease", "hour-forward"])
    func clock(variant: String) throws {
        try drill(["--rounds", "1", "--only", "clock/\(variant)"])
    }

    @Test("a length of leases that makes no sense is refused", arguments: ["99", "3600001", "1s"])
    func leases(value: String) throws {
        let scene = try Scene()
        let ending = try scene.reelmill(
            ["run", "--until-idle"], environment: ["REELMILL_LEASE_MS": value])
        #expect(ending.status == 2)
        #expect(ending.errors.contains("REELMILL_LEASE_MS"))
    }

    @Test("a kind that nobody knows is refused, and not passed over")
    func unknownKind() throws {
        let scene = try Scene()
        let ending = try scene.run(Scene.chaos, ["--rounds", "1", "--only", "stage-kil"])
        #expect(ending.status == 1)
        #expect(ending.errors.contains("there is no such kind of round"))
    }
}
