import ContentDigest
import Ledger
import TranscodeModel

/// Made-up jobs and plans, all from chance.
extension DuelGenerator {
    static let tenants = ["t1", "t2", "t3"].compactMap { TenantID($0) }

    mutating func estimate() -> Estimate {
        Estimate(
            cpuSeconds: Double(number(1...40)) / 8, memoryBytes: Int64(number(1...1000)),
            outputBytes: Int64(number(1...1000)))
    }

    mutating func submission(_ number: Int) -> JobSubmission {
        let isHigh = chance(30)
        let profile = Profile(
            name: "p\(self.number(1...2))", summary: "", video: nil, audio: nil, images: nil,
            packaging: .cmaf)
        let content = chance(80) ? "job \(number)" : "job \(self.number(1...max(number, 1)))"
        return JobSubmission(
            id: JobID("j\(number)"), tenant: element(Self.tenants) ?? .standard,
            key: chance(20) ? "key \(self.number(1...10))" : nil,
            source: SourceReference(
                locator: "/\(number)", displayName: "\(number)", digest: Digest.sha256("s"),
                byteCount: 1, modificationMilliseconds: 1),
            profile: profile, profileDigest: Digest.sha256(profile.name), destination: "/o",
            jobClass: chance(60) ? .live : .backfill, priority: isHigh ? 5 : 0,
            content: Digest.sha256(content), probeContent: Digest.sha256("probe \(content)"),
            probeEstimate: estimate(), attemptsMaximum: self.number(1...4))
    }

    /// A plan whose units wait for some of those before them.
    mutating func planned(_ submission: JobSubmission) -> PlannedJob {
        let count = number(1...6)
        var units: [PlannedUnit] = []
        for position in 1...count {
            let before = (1..<position).filter { _ in chance(40) }
            units.append(
                PlannedUnit(
                    position: position, work: work(position), dependencies: before,
                    content: Digest.sha256("unit \(number(1...50))"), estimate: estimate()))
        }
        units.append(
            PlannedUnit(
                position: count + 1, work: .publish, dependencies: Array(1...count),
                content: Digest.sha256("publish"), estimate: estimate()))
        let plan = Plan(
            source: submission.source.digest, profile: submission.profile,
            packaging: submission.profile.packaging, video: nil, audio: [], images: nil,
            units: units, warnings: [])
        return PlannedJob(
            plan: plan, criticalSeconds: units.map { _ in Double(number(0...8)) / 2 })
    }

    private mutating func work(_ position: Int) -> Work {
        switch number(0...6) {
        case 0: .audio(rendition: "a")
        case 1: .images
        case 3: .text
        case 2: .stitch(rendition: "v")
        default: .encode(chunk: position, renditions: ["v"])
        }
    }

    /// Always the same for the same content, so that it does not matter which of two is found.
    func artifact(_ content: Digest) -> Artifact {
        Artifact(
            digest: Digest.sha256("bytes \(content.hex)"), byteCount: 7, pieces: [],
            usage: Usage(cpuSeconds: Double(content.bytes[0]) / 16), warnings: [])
    }
}
