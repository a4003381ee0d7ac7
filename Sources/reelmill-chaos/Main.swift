import ArgumentParser
import Foundation

@main
struct Chaos: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reelmill-chaos",
        abstract: "Kill, pause, starve and deceive real nodes, and check that nothing is lost.",
        discussion: """
            Each round transcodes a clip, disturbs that in one way, gives the same command again, and \
            checks the ledger, the store, the output's bytes, the processes and the directories. What \
            a round does is decided by its seed; at which instruction a signal meets it is not. \
            scripts/chaos builds what this needs.
            """)

    @Option(help: "How many rounds.")
    var rounds = 30
    @Option(help: "Which rounds; a fresh one each time by default. It is printed.")
    var seed: UInt64?
    @Option(
        help: "Only rounds of one kind (stage-kill), or of one way of it (stage-kill/plan-end).")
    var only: String?
    @Option(help: "Kinds that are left out.")
    var without: [String] = []
    @Option(help: "A video instead of the small clip that is made.", completion: .file())
    var footage: String?
    @Option(help: "The directory of the built programs. Default: that of this one.")
    var programs: String?

    func run() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "reelmill-chaos-\(getpid())").path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        var leftOut: [Kind: String] = [:]
        for name in without {
            guard let kind = Kind(rawValue: name) else {
                throw ValidationError("--without \(name): there is no such kind of round")
            }
            leftOut[kind] = "as asked (--without)"
        }
        if !PrivateMounts.isInside {
            leftOut[.diskFull] = try PrivateMounts.enter(log: folder + "/unshare")
        }
        let violations: Int
        do {
            violations = try drill(in: folder, leftOut).run(rounds)
        } catch {
            // Nothing was found that anybody could want to look at.
            try FileManager.default.removeItem(atPath: folder)
            throw error
        }
        if violations > 0 { throw ExitCode(1) }
        try FileManager.default.removeItem(atPath: folder)
    }

    private func drill(in folder: String, _ leftOut: [Kind: String]) throws -> Drill {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().path
        return Drill(
            workshop: try Workshop.open(
                programs: programs ?? own, folder: folder,
                footage: footage.map { URL(fileURLWithPath: $0).standardizedFileURL.path }),
            seed: seed ?? UInt64.random(in: 0...UInt64(UInt32.max)), only: only,
            leftOut: leftOut)
    }
}
