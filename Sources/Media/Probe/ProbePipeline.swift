import CLibAV
import Foundation
import TranscodeModel
import WorkerProtocol

/// Reads every packet of the source once and writes the `SourceIndex` to staging.
enum ProbePipeline {
    /// More packets than a day of video and sound at 120 frames a second has.
    private static let packetsMaximum = 50_000_000

    static func run(
        _ request: ProbeRequest, limits: WorkerLimits, reporter: ProgressReporter,
        source: Int32 = WorkerDescriptor.source, staging: Int32 = WorkerDescriptor.staging
    ) throws(Failure) -> WorkResult {
        let name = request.displayName
        var clock = StageClock()
        try FirstBytes.refuseForeign(descriptor: source, name: name)
        let demuxer = try Demuxer.open(
            descriptor: source, name: name, streamsMaximum: limits.streamsMaximum)
        try FirstBytes.refuseCutMatroska(
            descriptor: source, name: name, byteCount: demuxer.byteCount)
        try demuxer.findStreamParameters(name: name)
        var survey = StreamSurvey(demuxer, limits: limits)
        try survey.requireUsable(name: name)
        let start = clock.now
        var warnings = try readPackets(demuxer, &survey, reporter, name: name)
        clock.add("demux", since: start)
        warnings += survey.warnings
        let index = try survey.index(demuxer, name: name, warnings: warnings)
        var file = StagingFile(descriptor: staging)
        let extent = try file.append(try encoded(index))
        let fragment = Fragment(extent: extent, decodeTime: 0, duration: 0, samples: 0)
        return WorkResult(
            pieces: [
                Piece(
                    name: "index", initialization: nil, initializationDigest: nil,
                    fragments: [fragment])
            ],
            stageCPUSeconds: clock.secondsByStage, warnings: warnings)
    }

    private static func readPackets(
        _ demuxer: borrowing Demuxer, _ survey: inout StreamSurvey, _ reporter: ProgressReporter,
        name: String
    ) throws(Failure) -> [String] {
        let packet = try Packet.allocate()
        var count = 0
        var passesEnd = false
        var damaged = 0
        while true {
            do throws(LibAVError) {
                guard try demuxer.read(into: packet) else { break }
            } catch {
                throw Failure(
                    .permanent, .truncated,
                    "\(name) is damaged or cut short after \(count) packets (\(error.text)). Upload "
                        + "it again.")
            }
            count += 1
            guard count <= packetsMaximum else {
                throw Failure(
                    .permanent, .overLimit,
                    "\(name) has over \(packetsMaximum) packets. Split it into shorter files.")
            }
            let value = packet.pointer.pointee
            passesEnd =
                passesEnd
                || (value.pos >= 0 && value.pos > demuxer.byteCount - Int64(value.size))
                || (value.flags & AV_PKT_FLAG_CORRUPT != 0 && !survey.isTransportStream)
            damaged += value.flags & AV_PKT_FLAG_CORRUPT != 0 ? 1 : 0
            try survey.record(value, name: name)
            if count % 1000 == 0 { reporter.update(done: count, bytes: 0) }
        }
        guard !passesEnd else {
            throw Failure(
                .permanent, .truncated,
                "\(name) is cut short: it has \(demuxer.byteCount) bytes, and packets that it lists "
                    + "are after its end. Upload it again.")
        }
        return damaged > 0 ? ["\(damaged) packets are damaged."] : []
    }

    private static func encoded(_ index: SourceIndex) throws(Failure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do { return [UInt8](try encoder.encode(index)) } catch {
            throw Failure(.permanent, .internalFault, "The index cannot be written: \(error).")
        }
    }
}
