import Ledger
import Packager
import TranscodeModel

/// What one run of ours left behind, beside its numbers.
struct BenchRun {
    /// By input.
    struct Output {
        var plan: Plan
        /// Of the input.
        var sourceBytes: Int64
        /// Where it was published.
        var path: String
        /// Bytes of each rendition's track, as it was joined.
        var bytes: [String: Int64]

        /// The file that holds a rendition.
        func track(_ name: String) -> String {
            path + "/"
                + (plan.packaging == .progressive
                    ? OutputLayout.progressivePath(plan) : OutputLayout.trackPath(name, in: plan))
        }
    }

    var sample: BenchSample
    var outputs: [Output]
    var bars: [UnitBar]

    /// Seconds of video, over all inputs.
    var videoSeconds: Double { outputs.reduce(0) { $0 + $1.plan.duration.approximation } }
    var frames: Int { outputs.reduce(0) { $0 + ($1.plan.video?.grid.frames ?? 0) } }
}

extension BenchRun.Output {
    init(_ plan: Plan, sourceBytes: Int64, path: String, artifacts: [CommittedArtifact]) {
        let made = Dictionary(artifacts.map { ($0.position, $0.artifact) }) { first, _ in first }
        var bytes: [String: Int64] = [:]
        for unit in plan.units {
            guard case .stitch(let name) = unit.work else { continue }
            bytes[name] = made[unit.position]?.byteCount
        }
        self.init(plan: plan, sourceBytes: sourceBytes, path: path, bytes: bytes)
    }
}

extension Work {
    /// In a few words; empty where the kind says all.
    var benchLabel: String {
        switch self {
        case .encode(let chunk, let renditions):
            "chunk \(chunk) of \(renditions.joined(separator: ", "))"
        case .audio(let name), .stitch(let name): name
        case .preview(let chunk): "through chunk \(chunk)"
        case .images, .text, .package, .verify, .publish: ""
        }
    }
}
