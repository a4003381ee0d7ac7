import Foundation
import Node
import SeededRandom
import TranscodeModel
import WorkerHost
import WorkerProtocol

/// What a worker that was taken over might say, through the reader of messages and through the host.
struct ProtocolTrial: Trial {
    private let scene: TrialScene
    private let text = TextMutation(words: [
        "null", "{}", "[]", "\"\"", "true", "\"internal-fault\"", "\"fenced\"", "\"cancelled\"",
        "\"timed-out\"", "\"0/1\"", "\"../../x\"", "\"\\u001b[2J\"", "\"\\ud800\"", "1e999", "-0",
    ])
    private let mutator: Mutator
    private let doubles: [(ending: Double, path: String)]

    /// How the worker's stand-in ends, once it has said all.
    enum Double: String, CaseIterable {
        case clean = "exit 0"
        case status = "exit 7"
        case segmentation = "kill -SEGV $$"
        case kill = "kill -KILL $$"
        case linger = "exec sleep 1000"
    }

    init(_ scene: TrialScene) throws {
        self.scene = scene
        mutator = Mutator(donors: try ProtocolTrial.events().map { [UInt8](try Framing.frame($0)) })
        var doubles: [(Double, String)] = []
        for (number, ending) in Double.allCases.enumerated() {
            let path = "\(scene.folder)/double-\(scene.slot)-\(number)"
            try Data("#!/bin/sh\ncat <&3\n\(ending.rawValue)\n".utf8).write(
                to: URL(fileURLWithPath: path))
            chmod(path, 0o755)
            doubles.append((ending, path))
        }
        self.doubles = doubles
    }

    func perform(seed: UInt64, _ tally: inout Tally) async throws {
        var generator = Generator(seed: seed)
        // Now and then a worker that does nothing wrong: the host must believe that one.
        let isHonest = generator.chance(3)
        let stream = try isHonest ? ProtocolTrial.honest() : said(&generator)
        let verdict = read(stream, &generator, &tally)
        guard isHonest || generator.chance(3) else { return }
        let (ending, path) = doubles[isHonest ? 0 : generator.below(doubles.count)]
        let input = try OpenFile(writing: stream, to: scene.inputPath)
        let outcome = await WorkerHost().run(
            WorkerLaunch(
                executable: path, request: WorkerRequest(job: .describe, limits: WorkerLimits()),
                inputs: [input.descriptor], staging: nil,
                limits: ProcessLimits(
                    addressSpaceBytes: 1 << 30, cpuSeconds: 5, fileBytes: 1 << 20,
                    silenceSeconds: 1, stallSeconds: 1, wallSeconds: 1))
        ) { _ in }
        withExtendedLifetime(input) {}
        switch outcome.result {
        case .success(let result):
            tally.count("host: ok")
            if ending != .clean || verdict != .sound || ResultCheck.fault(in: result) != nil {
                tally.find(
                    Tally.Finding(
                        part: .protocol, seed: seed,
                        text: "the host takes for success what is not: \(ending), \(verdict)"))
            }
        case .failure(let failure):
            tally.count("host: \(failure.code.rawValue)")
            // A machine that is busy may make a good worker late.
            if ending == .clean, verdict == .sound, failure.category != .timedOut {
                tally.find(
                    Tally.Finding(
                        part: .protocol, seed: seed,
                        text: "the host refuses what is sound: \(failure.message)"))
            }
        }
        if outcome.usage.wallSeconds > 30 {
            tally.find(
                Tally.Finding(
                    part: .protocol, seed: seed,
                    text: "the host waited \(Int(outcome.usage.wallSeconds)) s"))
        }
    }

    private enum Verdict { case sound, unsound }

    /// Reads the stream in pieces of any length, as it would come from a pipe.
    private func read(
        _ stream: [UInt8], _ generator: inout Generator, _ tally: inout Tally
    ) -> Verdict {
        var reader = FrameReader()
        var rest = stream[...]
        var results = 0
        var isConfined = false
        var isSound = true
        while !rest.isEmpty {
            let count = 1 + generator.below(min(rest.count, 1 << 16))
            reader.append(rest.prefix(count))
            rest = rest.dropFirst(count)
            do {
                while let event = try reader.next(WorkerEvent.self) {
                    if results > 0 { isSound = false }
                    if case .confined(let told) = event {
                        if isConfined || !told.isSufficient { isSound = false }
                        isConfined = true
                        continue
                    }
                    if !isConfined { isSound = false }
                    if case .result(let result) = event {
                        results += 1
                        isSound = ProtocolTrial.use(result, &tally) && isSound
                    } else if case .failure = event {
                        results += 1
                        isSound = false
                    }
                }
            } catch {
                tally.count("unreadable")
                return .unsound
            }
        }
        if reader.isMidMessage { isSound = false }
        tally.count("read")
        return isSound && results == 1 ? .sound : .unsound
    }

    /// Computes with a result as a node would. Returns whether the host lets it pass.
    private static func use(_ result: WorkResult, _ tally: inout Tally) -> Bool {
        _ = Damage.merged(result.damage).map(\.text)
        guard ResultCheck.fault(in: result) == nil else {
            tally.count("out of range")
            return false
        }
        let clean = ResultCheck.sanitised(result)
        do throws(Failure) {
            try ChunkCheck(
                chunk: Chunk(index: 0, frames: 0..<50, entryPoints: []),
                names: clean.pieces.map(\.name),
                timing: FrameTiming(
                    grid: FrameGrid(
                        rate: Rational(25), frames: 50, origin: .zero, timescale: 25_600,
                        ticksPerFrame: 1024), keyFrameInterval: 50, segmentFrames: 50,
                    reorderFrames: 2)
            ).check(clean.pieces)
            tally.count("a whole chunk")
        } catch { tally.count(error.code.rawValue) }
        _ = clean.pieces.flatMap(\.fragments).reduce(0) { $0 + $1.samples }
        _ = clean.pieces.flatMap(\.fragments).map(\.extent.end)
        return true
    }

    /// What every worker says first, if it is confined.
    private static func confined(_ isSufficient: Bool = true) throws -> [UInt8] {
        let limits = ConfinementLimits(
            addressSpaceBytes: 1 << 30, cpuSeconds: 5, fileBytes: 1 << 20, openFiles: 64,
            coreBytes: 0)
        return [UInt8](
            try Framing.frame(
                WorkerEvent.confined(
                    Confinement(
                        noNewPrivileges: true, seccomp: isSufficient, landlock: 0, limits: limits)))
        )
    }

    private static func honest() throws -> [UInt8] {
        try events().prefix(2).reduce(confined()) { try $0 + [UInt8](Framing.frame($1)) }
    }

    private func said(_ generator: inout Generator) throws -> [UInt8] {
        var stream: [UInt8] = []
        // Most say first that they are confined; some not, twice, too late, or that they are not.
        let manner = generator.below(20)
        if manner > 1 { stream += try ProtocolTrial.confined(manner != 2) }
        if manner == 3 { stream += try ProtocolTrial.confined() }
        let events = try ProtocolTrial.events()
        for _ in 0...generator.below(3) {
            let body = try JSONEncoder().encode(events[generator.below(events.count)])
            let changed =
                generator.chance(60) ? text.mutated([UInt8](body), &generator) : [UInt8](body)
            var length = UInt32(changed.count)
            if generator.chance(5) { length = UInt32(truncatingIfNeeded: generator.extreme()) }
            withUnsafeBytes(of: length.bigEndian) { stream += $0 }
            stream += changed
        }
        if manner == 0 { stream += try ProtocolTrial.confined() }
        return generator.chance(20) ? mutator.mutated(stream, &generator).bytes : stream
    }

    private static func events() throws -> [WorkerEvent] {
        let fragments = (0..<2).map { number in
            Fragment(
                extent: Extent(offset: 700 + Int64(number) * 5000, length: 5000),
                decodeTime: Int64(number) * 25_600, duration: 25_600, samples: 25)
        }
        let piece = Piece(
            name: "v96", initialization: Extent(offset: 0, length: 700),
            initializationDigest: SmallProfiles.source, fragments: fragments, primingSamples: 1024)
        let damage = Damage(
            kind: .decodeErrors, streamIndex: 1, count: 3, start: Rational(1, 3),
            end: Rational(400, 3))
        return [
            .progress(WorkProgress(done: 3, bytes: 4000)),
            .result(
                WorkResult(
                    pieces: [piece], stageCPUSeconds: ["decode": 0.5, "encode": 1.25],
                    warnings: ["a warning"], damage: [damage, damage])),
            .result(WorkResult(pieces: [piece, piece])),
            .failure(Failure(.permanent, .notMedia, "It is not media.")),
            .failure(Failure(.outOfMemory, .workerOutOfMemory, "no memory")),
            .result(
                WorkResult(
                    pieces: [],
                    description: WorkerDescription(
                        libraries: ["libavcodec": "59.37.100"], encoders: ["libx264": true]))),
        ]
    }
}
