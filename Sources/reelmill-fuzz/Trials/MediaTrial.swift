import Foundation
import Planner
import SeededRandom
import TranscodeModel
import WorkerHost
import WorkerProtocol

/// A broken file on the way that an upload takes: probe, plan, encode, sound, images.
struct MediaTrial: Trial {
    private let scene: TrialScene
    private let files: [(name: String, bytes: [UInt8])]
    private let mutator: Mutator
    private let bench: UnitBench
    private let profiles: [Profile]
    /// Longer ones cost more than they tell.
    private static let framesMaximum = 400
    private static let soundSecondsMaximum = 60.0

    init(_ scene: TrialScene) throws {
        self.scene = scene
        files = try Footage.load(scene.folder + "/inputs")
        mutator = Mutator(donors: files.map(\.bytes))
        bench = UnitBench(worker: scene.worker, folder: scene.folder)
        profiles = try SmallProfiles.all()
    }

    func perform(seed: UInt64, _ tally: inout Tally) async throws {
        var generator = Generator(seed: seed)
        let isAsItIs = FileManager.default.fileExists(atPath: scene.folder + "/replay")
        let file = files[isAsItIs ? Int(seed % UInt64(files.count)) : generator.below(files.count)]
        var (bytes, ways) = (file.bytes, ["as it is"])
        if !isAsItIs { (bytes, ways) = mutator.mutated(file.bytes, &generator) }
        let source = try OpenFile(writing: bytes, to: scene.inputPath)
        var account = Account(
            seed: seed, origin: "\(file.name), \(ways.joined(separator: " "))", scene: scene)
        let profile = profiles[generator.below(profiles.count)]
        try await follow(source, bytes.count, profile, &generator, &account)
        try account.close(&tally)
        withExtendedLifetime(source) {}
    }

    private func follow(
        _ source: OpenFile, _ byteCount: Int, _ profile: Profile, _ generator: inout Generator,
        _ account: inout Account
    ) async throws {
        let probe = try await bench.run(
            .probe(ProbeRequest(displayName: "input")), inputs: [source.descriptor],
            UnitBench.probeLimits(Int64(byteCount)))
        guard try account.judge("probe", probe) != nil else { return }
        let index: SourceIndex
        do {
            index = try JSONDecoder().decode(SourceIndex.self, from: Data(probe.staged))
        } catch {
            account.findings.append(
                "the probe succeeds with an index that cannot be read: \(error)")
            return
        }
        let plan: Plan
        do throws(Failure) {
            plan = try Planning.plan(
                index: index, source: SmallProfiles.source, profile: profile)
        } catch {
            account.words.append("plan \(error.code.rawValue)")
            return
        }
        account.words.append("plan ok")
        account.findings += PlanClaims.findings(plan)
        try await encode(plan, source, &generator, &account)
        try await sound(plan, source, &account)
        try await images(plan, source, &account)
    }

    /// The first chunk and any other.
    private func encode(
        _ plan: Plan, _ source: OpenFile, _ generator: inout Generator, _ account: inout Account
    ) async throws {
        guard let video = plan.video else { return }
        let units = plan.units.compactMap { unit -> (chunk: Int, names: [String])? in
            guard case .encode(let chunk, let names) = unit.work else { return nil }
            return (chunk, names)
        }
        var chosen = Array(units.prefix(1))
        if let other = generator.pick(Array(units.dropFirst())) { chosen.append(other) }
        for (number, names) in chosen {
            let chunk = video.chunks[number]
            guard chunk.frames.count <= MediaTrial.framesMaximum else {
                account.words.append("encode left out: long")
                continue
            }
            let renditions = video.renditions.filter { names.contains($0.name) }
            let ending = try await bench.run(
                .encode(
                    EncodeRequest(
                        plan: video, timeBase: video.sourceTimeBase, chunk: chunk,
                        renditions: renditions, damage: plan.profile.damage)),
                inputs: [source.descriptor], UnitBench.unitLimits)
            guard let result = try account.judge("encode", ending) else { continue }
            account.findings += OutputClaims.encode(
                result.pieces, ending.staged, chunk: chunk, names: renditions.map(\.name),
                video: video)
        }
    }

    private func sound(
        _ plan: Plan, _ source: OpenFile, _ account: inout Account
    ) async throws {
        for rendition in plan.audio.prefix(2) {
            guard rendition.duration.approximation <= MediaTrial.soundSecondsMaximum else {
                account.words.append("audio left out: long")
                continue
            }
            let ending = try await bench.run(
                .audio(AudioRequest(rendition: rendition, damage: plan.profile.damage)),
                inputs: [source.descriptor], UnitBench.unitLimits)
            guard let result = try account.judge("audio", ending) else { continue }
            account.findings += OutputClaims.audio(
                result.pieces, ending.staged, rendition: rendition)
        }
    }

    private func images(
        _ plan: Plan, _ source: OpenFile, _ account: inout Account
    ) async throws {
        guard let images = plan.images else { return }
        guard images.thumbnailTimes.count <= MediaTrial.framesMaximum else {
            account.words.append("images left out: many")
            return
        }
        let ending = try await bench.run(
            .images(ImagesRequest(plan: images)), inputs: [source.descriptor],
            UnitBench.unitLimits)
        guard let result = try account.judge("images", ending) else { return }
        account.findings += OutputClaims.images(result.pieces, ending.staged, plan: images)
    }
}

/// What is noted of one input on its way.
private struct Account {
    let seed: UInt64
    /// The file and the ways in which it was changed.
    let origin: String
    let scene: TrialScene
    var words: [String] = []
    var findings: [String] = []
    var deaths: [String] = []

    init(seed: UInt64, origin: String, scene: TrialScene) {
        self.seed = seed
        self.origin = origin
        self.scene = scene
    }

    /// The result, if there is one.
    mutating func judge(_ unit: String, _ ending: UnitBench.Ending) throws -> WorkResult? {
        let verdict = UnitVerdict(unit, ending)
        words.append(verdict.word)
        findings += verdict.findings
        if let death = verdict.contained { deaths.append(death) }
        switch ending.outcome.result {
        case .success(let result):
            // A node writes these down.
            _ = Damage.merged(result.damage).map(\.text)
            return result
        case .failure(let failure):
            guard failure.code != .workerMissing else { throw FuzzFault(failure.message) }
            return nil
        }
    }

    func close(_ tally: inout Tally) throws {
        for word in words { tally.count(word) }
        var path: String?
        if !findings.isEmpty || (!deaths.isEmpty && scene.keep != nil) {
            path = try Workshop.kept(scene.inputPath, as: "media-\(seed)", keep: scene.keep)
        }
        for death in deaths { tally.contain(death, seed: seed, path: path) }
        for text in findings {
            tally.find(
                Tally.Finding(part: .media, seed: seed, text: "\(text) (\(origin))", path: path))
        }
    }
}
