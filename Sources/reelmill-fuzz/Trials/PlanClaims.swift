import Foundation
import Planner
import TranscodeModel

/// What holds of every plan, whatever index it was made of. Each sentence is a finding.
enum PlanClaims {
    static func findings(_ plan: Plan) -> [String] {
        var findings: [String] = []
        func require(_ holds: Bool, _ text: @autoclosure () -> String) {
            if !holds { findings.append("the plan is wrong: \(text())") }
        }
        if let video = plan.video {
            var next = 0
            for chunk in video.chunks {
                require(
                    chunk.frames.lowerBound == next && !chunk.frames.isEmpty,
                    "chunk \(chunk.index) has the frames \(chunk.frames) after \(next)")
                require(!chunk.entryPoints.isEmpty, "chunk \(chunk.index) has no entry point")
                require(
                    video.timing.segments.start(at: video.grid.ticks(of: chunk.frames.lowerBound)),
                    "chunk \(chunk.index) starts within a segment")
                next = chunk.frames.upperBound
            }
            require(next == video.grid.frames, "chunks end at \(next) of \(video.grid.frames)")
            require(!video.renditions.isEmpty, "there are no renditions")
            for rendition in video.renditions {
                require(
                    rendition.width > 0 && rendition.height > 0 && rendition.width % 2 == 0
                        && rendition.height % 2 == 0,
                    "\(rendition.name) has \(rendition.width)x\(rendition.height)")
            }
            // A worker asks this of every frame.
            for frame in [0, video.grid.frames - 1, video.grid.frames] {
                _ = video.grid.deadlineTicks(frame: frame, timeBase: video.sourceTimeBase)
            }
        }
        for rendition in plan.audio {
            require(rendition.samples > 0, "\(rendition.name) has \(rendition.samples) samples")
        }
        if let images = plan.images {
            require(SpriteGeometry(images).sheets > 0, "there are no sheets of thumbnails")
        }
        for unit in plan.units {
            require(
                unit.dependencies.allSatisfy { (1..<unit.position).contains($0) },
                "unit \(unit.position) waits for \(unit.dependencies)")
            require(
                unit.estimate.cpuSeconds.isFinite && unit.estimate.cpuSeconds >= 0
                    && unit.estimate.memoryBytes >= 0 && unit.estimate.outputBytes >= 0,
                "unit \(unit.position) is estimated at \(unit.estimate)")
        }
        require(
            Planning.criticalSeconds(plan.units).allSatisfy { $0.isFinite },
            "the critical path has no length")
        require(
            plan.duration.isPositive || (plan.video == nil && plan.audio.isEmpty),
            "it lasts \(plan.duration) s")
        do {
            let copy = try JSONDecoder().decode(Plan.self, from: JSONEncoder().encode(plan))
            require(copy == plan, "it is another one after it was stored")
        } catch { require(false, "it cannot be stored: \(error)") }
        return findings
    }
}
