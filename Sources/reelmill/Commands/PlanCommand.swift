import ArgumentParser
import Foundation
import Ledger
import Node
import Planner
import TranscodeModel

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what a job would do: ladder, chunks, segment tasks, frames and cost.",
        discussion: """
            The chunks and renditions follow from the source and the profile alone. How they are grouped \
            into segment tasks follows from the workers too, and what tasks are predicted to cost from \
            what the ledger's nodes have learned on this kind of processor; no output depends on either. \
            What the ledger knows to be made already is not made again, and is counted here.

            EXAMPLES:
              reelmill plan talk.mov --profile web
              reelmill plan talk.mov --profile av1 --json
              reelmill plan talk.mov --workers 16
            """)

    @Argument(help: "The video.", completion: .file())
    var input: String
    @OptionGroup var profile: ProfileOption
    @OptionGroup var workers: WorkersOption
    @OptionGroup var sandbox: SandboxOption
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    func run() async throws {
        let settings = try Settings.resolve(
            state: state.state, profile: profile.profile, workers: workers.workers,
            sandbox: sandbox.sandbox)
        let resolved = try ProfileLoading.load(settings.profile)
        let index = try await SourceProbe(settings).index(input)
        // The names of the units' content need the source's digest.
        let digest = try Enlistment.digest(of: input)
        let known = known(of: digest, settings)
        let plan = try Planning.plan(
            index: index, source: digest, profile: resolved, earlier: known.earlier,
            context: PlanningContext(workers: settings.workers, learned: known.learned))
        if format.json { return try Console.printJSON("plan", plan) }
        for line in text(plan, PlanShape(plan, workers: settings.workers)) { Console.print(line) }
        for warning in plan.warnings { Console.note("reelmill: warning: \(warning)") }
    }

    /// Nothing where there is no ledger that could be read: a plan needs none.
    private func known(
        of source: Digest, _ settings: Settings
    ) -> (earlier: EarlierWork, learned: [LearnedCost]) {
        guard FileManager.default.fileExists(atPath: settings.ledgerPath) else {
            return (EarlierWork(), [])
        }
        do throws(LedgerFailure) {
            let ledger = try SQLiteLedger.open(at: settings.ledgerPath)
            return (
                try EarlierWork.find(source: source, tenant: .standard, in: ledger),
                try ledger.learnedCosts(machine: Processor.name)
            )
        } catch {
            Console.note(
                "reelmill: warning: what is made already and what was learned of costs is not used: "
                    + "\(error)")
            return (EarlierWork(), [])
        }
    }

    private func text(_ plan: Plan, _ shape: PlanShape) -> [String] {
        var lines: [String] = []
        if let video = plan.video {
            lines.append(gridLine(video))
            for rendition in video.renditions {
                let rate =
                    rendition.copied.map { "as it is, \($0.kilobitsPerSecond) kb/s" }
                    ?? "quality \(rendition.quality), at most "
                    + "\(rendition.averageKilobitsPerSecond * 3 / 2) kb/s"
                lines.append(
                    "video    \(rendition.name): \(rendition.width)×\(rendition.height) "
                        + "\(rendition.codec.rawValue), \(rate)")
            }
            let lengths = video.chunks.map(\.frames.count)
            lines.append(
                "chunks   \(video.chunks.count), of \(lengths.min() ?? 0) to "
                    + "\(lengths.max() ?? 0) frames")
            lines += shapeLines(shape, video)
        }
        for sound in plan.audio {
            let rate =
                sound.copied.map { "as it is, \($0.kilobitsPerSecond) kb/s" }
                ?? "\(sound.kilobitsPerSecond) kb/s"
            lines.append(
                "audio    \(sound.name): \(sound.codec.rawValue), \(rate), "
                    + "\(sound.sampleRate) Hz, \(sound.channels) channels, \(sound.language)")
        }
        for text in plan.text {
            lines.append(
                "text     \(text.name): WebVTT, stream \(text.streamIndex), \(text.language)")
        }
        if !plan.chapters.isEmpty { lines.append("chapters \(plan.chapters.count)") }
        if let images = plan.images, images.isCoverArt {
            lines.append(
                "images   a poster of \(images.posterWidth)×\(images.posterHeight), of the cover art"
            )
        } else if let images = plan.images {
            lines.append(
                "images   a poster of \(images.posterWidth)×\(images.posterHeight), "
                    + "\(images.thumbnailTimes.count) thumbnails of "
                    + "\(images.thumbnailWidth)×\(images.thumbnailHeight)")
        }
        lines.append("")
        var table = TextTable(
            header: ["UNITS", "KIND", "CPU-SECONDS", "BYTES"], rightAligned: [0, 2, 3])
        for kind in UnitKind.allCases {
            let units = plan.units.filter { $0.work.kind == kind }
            if units.isEmpty { continue }
            table.add(row("\(units.count)", kind.rawValue, units.map(\.estimate)))
        }
        table.add(row("\(plan.units.count)", "in all", plan.units.map(\.estimate)))
        lines.append(table.text)
        if let made = plan.unitsMade {
            lines.append("\(made) of \(plan.units.count) units already made")
        }
        return lines
    }

    /// Why it is cut and grouped so.
    private func shapeLines(_ shape: PlanShape, _ video: VideoPlan) -> [String] {
        let again = 100 * shape.preRollSeconds / video.grid.duration.approximation
        let parts = shape.encodeUnits - shape.chunks
        let excess = 100 * (shape.makespanSeconds / max(shape.evenShareSeconds, 1e-9) - 1)
        let workers = shape.workers == 1 ? "1 worker" : "\(shape.workers) workers"
        return [
            "cuts     \(shape.chunksAtKeyFrames) of \(shape.chunks) chunks start at a key frame of the "
                + "source; \(Quantity.decimal(again, 1)) % of it is decoded again for the others",
            "tasks    \(shape.encodeUnits), "
                + (parts == 0
                    ? "each of all renditions" : "\(parts) more than chunks, parted by renditions")
                + "; about \(Quantity.clock(seconds: shape.makespanSeconds)) for \(workers), "
                + "\(Quantity.decimal(max(excess, 0), 1)) % above an even share",
        ]
    }

    private func gridLine(_ video: VideoPlan) -> String {
        let grid = video.grid
        let length = Quantity.clock(seconds: grid.duration.approximation)
        guard let cadence = grid.cadence else {
            return
                "grid     \(grid.frames) frames at \(grid.rate) fps (\(length)), a key frame each "
                + "\(video.keyFrameInterval), a segment each \(video.segmentFrames) frames"
                + (video.leadFrames.map { ", the first of \($0)" } ?? "")
        }
        let scale = Int64(grid.timescale)
        return
            "grid     \(grid.frames) frames at their own times, of about \(grid.rate) fps (\(length)), "
            + "a key frame each \(cadence.keyFrameTicks / scale) s, a segment each "
            + "\(cadence.segmentTicks / scale) s"
            + (cadence.leadTicks.map { ", the first of \($0 / scale) s" } ?? "")
    }

    private func row(_ count: String, _ kind: String, _ estimates: [Estimate]) -> [String] {
        [
            count, kind, Quantity.decimal(estimates.reduce(0) { $0 + $1.cpuSeconds }, 1),
            Quantity.bytes(estimates.reduce(0) { $0 + $1.outputBytes }),
        ]
    }
}
