import TranscodeModel

/// A kind of job: its units and what they wait for. All jobs of a shape share it.
final class JobShape: Sendable {
    let name: String
    let profile: Profile
    let profileDigest: Digest
    let units: [PlannedUnit]
    /// By unit: seconds from its start to the job's end if it never waits.
    let criticalSeconds: [Double]
    /// By unit: those that wait for it.
    let dependents: [[Int]]
    let probeEstimate = Estimate(
        cpuSeconds: 0.3, memoryBytes: 100_000_000, outputBytes: 10_000)

    /// The codec that encode units use.
    var encoder: String { profile.video?.codec.rawValue ?? "" }
    var cpuSeconds: Double { units.map(\.estimate.cpuSeconds).reduce(0.3, +) }

    init(_ name: String, codec: VideoCodec?, build: (inout ShapeGraph) -> Void) {
        self.name = name
        var graph = ShapeGraph()
        build(&graph)
        units = graph.units
        var waiting = [[Int]](repeating: [], count: units.count + 1)
        var critical = units.map(\.estimate.cpuSeconds)
        for unit in units.reversed() {
            for dependency in unit.dependencies {
                waiting[dependency].append(unit.position)
                critical[dependency - 1] = max(
                    critical[dependency - 1],
                    units[dependency - 1].estimate.cpuSeconds + critical[unit.position - 1])
            }
        }
        dependents = waiting.map { $0.sorted() }
        criticalSeconds = critical
        profile = Profile(
            name: name, summary: "", video: codec.map(JobShape.video), audio: nil, images: nil,
            packaging: .cmaf)
        profileDigest = digest(1, UInt64(name.utf8.reduce(0) { $0 &* 31 &+ Int($1) }), 0)
    }

    private static func video(_ codec: VideoCodec) -> VideoSettings {
        VideoSettings(
            codec: codec, preset: "medium", quality: 23,
            ladder: [Rung(lines: 720, averageKilobitsPerSecond: 2000)],
            frameRateMaximum: Rational(60), keyFrameIntervalSeconds: 2, segmentDurationSeconds: 4,
            chunkDurationSeconds: 8, parameters: [:])
    }

    static let all: [JobShape] = [
        JobShape("clip", codec: .h264) { graph in
            let encode = graph.encode(0, ["v720"], 1.2)
            graph.finish(after: [graph.stitch("v720", after: [encode])])
        },
        JobShape("ladder", codec: .h264) { graph in
            let encodes = (0..<3).map { graph.encode($0, ["v720", "v360"], 2) }
            let pictures = ["v720", "v360"].map { graph.stitch($0, after: encodes) }
            let sound = graph.stitch("a1", after: [graph.add(.audio(rendition: "a1"), [], 0.8)])
            let images = graph.add(.images, [], 0.5)
            graph.finish(after: pictures + [sound, images])
        },
        JobShape("split", codec: .hevc) { graph in
            let upper = (0..<3).map { graph.encode($0, ["v1080"], 3) }
            let lower = (0..<3).map { graph.encode($0, ["v720", "v360"], 2) }
            let sound = graph.stitch("a1", after: [graph.add(.audio(rendition: "a1"), [], 1)])
            graph.finish(
                after: [
                    graph.stitch("v1080", after: upper), graph.stitch("v720", after: lower),
                    graph.stitch("v360", after: lower), sound,
                ])
        },
        JobShape("sound", codec: nil) { graph in
            let audio = graph.add(.audio(rendition: "a1"), [], 1)
            graph.finish(after: [graph.stitch("a1", after: [audio])])
        },
        JobShape("stills", codec: nil) { graph in
            graph.finish(after: [graph.add(.images, [], 0.6)])
        },
        JobShape("film", codec: .h264) { graph in
            let encodes = (0..<12).map { graph.encode($0, ["v720", "v480", "v360"], 2.5) }
            let pictures = ["v720", "v480", "v360"].map { graph.stitch($0, after: encodes) }
            let sound = graph.stitch("a1", after: [graph.add(.audio(rendition: "a1"), [], 2)])
            graph.finish(after: pictures + [sound])
        },
    ]
}

/// Units as they are added.
struct ShapeGraph {
    private(set) var units: [PlannedUnit] = []

    mutating func add(_ work: Work, _ dependencies: [Int], _ cpuSeconds: Double) -> Int {
        let position = units.count + 1
        // Short enough that a world is over soon.
        let cpuSeconds = cpuSeconds / 2
        let memory: Int64 = work.kind == .encode ? 900_000_000 : 200_000_000
        units.append(
            PlannedUnit(
                position: position, work: work, dependencies: dependencies,
                content: digest(2, UInt64(position), 0),
                estimate: Estimate(
                    cpuSeconds: cpuSeconds, memoryBytes: memory, outputBytes: 100_000)))
        return position
    }

    mutating func encode(_ chunk: Int, _ renditions: [String], _ cpuSeconds: Double) -> Int {
        add(.encode(chunk: chunk, renditions: renditions), [], cpuSeconds)
    }

    mutating func stitch(_ rendition: String, after units: [Int]) -> Int {
        add(.stitch(rendition: rendition), units, 0.1)
    }

    mutating func finish(after made: [Int]) {
        let package = add(.package, made, 0.1)
        let verify = add(.verify, made + [package], 0.2)
        _ = add(.publish, made + [package, verify], 0.1)
    }
}

/// A digest that stands for something of the world, and for nothing else.
func digest(_ sort: UInt64, _ first: UInt64, _ second: UInt64) -> Digest {
    let digest = Digest(
        bytes: [UInt8](unsafeUninitializedCapacity: Digest.byteCount) { buffer, count in
            let words = [sort, first, second, sort ^ first &* 31 ^ second &* 17]
            for index in 0..<Digest.byteCount {
                buffer[index] = UInt8(truncatingIfNeeded: words[index / 8] >> UInt64(index % 8 * 8))
            }
            count = Digest.byteCount
        })
    guard let digest else { preconditionFailure("32 bytes make a digest") }
    return digest
}
