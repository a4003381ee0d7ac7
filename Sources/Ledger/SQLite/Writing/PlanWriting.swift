import CLedger
import TranscodeModel

/// A plan as it is kept: JSON with sorted keys. Its units, of which there may be thousands, are written by hand, to the
/// letter as the encoder would.
enum PlanWriting {
    /// Refuses a plan whose units do not stand in the order of their positions, or wait for one that is not there.
    static func requireOrder(_ plan: Plan) throws(LedgerFailure) {
        for (index, unit) in plan.units.enumerated() {
            let isOrdered =
                unit.position == index + 1 && unit.position <= Schema.positionMask
                && unit.dependencies.allSatisfy { $0 > 0 && $0 < unit.position }
                && (unit.dependencies.count < 2
                    || Set(unit.dependencies).count == unit.dependencies.count)
            guard isOrdered else {
                throw LedgerFailure(
                    .refused, "a plan's units stand in the order of their positions")
            }
        }
    }

    /// - Parameter works: the JSON of each unit's work.
    static func text(_ plan: Plan, works: [[UInt8]]) throws -> [UInt8] {
        var frame = plan
        frame.units = []
        let text = Array(try json(frame).utf8)
        guard let start = startOfUnits(text) else {
            throw LedgerFailure(.refused, "a plan could not be written as JSON")
        }
        var whole: [UInt8] = []
        whole.reserveCapacity(text.count + plan.units.count * 256)
        whole += text[..<start]
        for (unit, work) in zip(plan.units, works) {
            if whole.count > start { whole.append(UInt8(ascii: ",")) }
            try unit.content.bytes.withUnsafeBytes { content in
                try work.withUnsafeBytes {
                    try append(
                        unit.position, content, unit.dependencies, unit.estimate, $0, to: &whole)
                }
            }
        }
        whole += text[start...]
        return whole
    }

    /// Where the first unit is, or would be. Within strings quotes are escaped, so that this is no part of one.
    static func startOfUnits(_ text: [UInt8]) -> Int? {
        let key = Array("\"units\":[".utf8)
        let place = text.withUnsafeBytes {
            reelmill_find($0.baseAddress, $0.count, key, key.count)
        }
        return place < 0 ? nil : place + key.count
    }

    /// One unit.
    static func append(
        _ position: Int, _ content: UnsafeRawBufferPointer, _ dependencies: [Int],
        _ estimate: Estimate, _ work: UnsafeRawBufferPointer, to text: inout [UInt8]
    ) throws {
        guard estimate.cpuSeconds.isFinite else {
            throw LedgerFailure(.refused, "a unit's estimate is no number")
        }
        text += "{\"content\":\"".utf8
        for byte in content {
            text.append(hex[Int(byte >> 4)])
            text.append(hex[Int(byte & 15)])
        }
        text += "\",\"dependencies\":[".utf8
        for (index, dependency) in dependencies.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            text += "\(dependency)".utf8
        }
        text += "],\"estimate\":{\"cpuSeconds\":".utf8
        // The encoder leaves out the fraction of a whole number.
        var seconds = "\(estimate.cpuSeconds)"
        if seconds.hasSuffix(".0") { seconds.removeLast(2) }
        text += seconds.utf8
        text +=
            ",\"memoryBytes\":\(estimate.memoryBytes),\"outputBytes\":\(estimate.outputBytes)},\"position\":"
            .utf8
        text += "\(position),\"work\":".utf8
        text += work
        text.append(UInt8(ascii: "}"))
    }

    private static let hex = Array("0123456789abcdef".utf8)

    static func work(_ work: Work) throws -> [UInt8] {
        switch work {
        case .encode(let chunk, let renditions) where renditions.allSatisfy(isPlain):
            let names = renditions.map { "\"\($0)\"" }.joined(separator: ",")
            return Array("{\"encode\":{\"chunk\":\(chunk),\"renditions\":[\(names)]}}".utf8)
        case .audio(let rendition) where isPlain(rendition):
            return Array("{\"audio\":{\"rendition\":\"\(rendition)\"}}".utf8)
        case .stitch(let rendition) where isPlain(rendition):
            return Array("{\"stitch\":{\"rendition\":\"\(rendition)\"}}".utf8)
        default: return Array(try json(work).utf8)
        }
    }

    /// Needs no escape in JSON.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy {
            $0 >= 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
    }
}
