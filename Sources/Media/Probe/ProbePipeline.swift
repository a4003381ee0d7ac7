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
        let declared = DeclaredShape.all(demuxer)
        try demuxer.findStreamParameters(name: name)
        var survey = try StreamSurvey(demuxer, limits: limits)
        survey.declared = declared
        survey.isCutShort = FirstBytes.isCutMatroska(
            descriptor: source, byteCount: demuxer.byteCount)
        let start = clock.now
        try readPackets(demuxer, &survey, reporter, name: name)
        try survey.finishTrials()
        clock.add("demux", since: start)
        let index = try survey.index(demuxer, name: name)
        try requireUsable(index, source: source, name: name)
        var file = StagingFile(descriptor: staging)
        let extent = try file.append(try encoded(index))
        let fragment = Fragment(extent: extent, decodeTime: 0, duration: 0, samples: 0)
        return WorkResult(
            pieces: [
                Piece(
                    name: "index", initialization: nil, initializationDigest: nil,
                    fragments: [fragment])
            ],
            stageCPUSeconds: clock.secondsByStage, warnings: index.warnings,
            damage: index.damage)
    }

    private static func readPackets(
        _ demuxer: borrowing Demuxer, _ survey: inout StreamSurvey, _ reporter: ProgressReporter,
        name: String
    ) throws(Failure) {
        let packet = try Packet.allocate()
        var count = 0
        while true {
            do throws(LibAVError) {
                guard try demuxer.read(into: packet) else { return }
            } catch {
                if error.code == reelmill_error_no_memory { throw Failure.outOfMemory("Reading") }
                survey.isUnreadable = true
                return
            }
            count += 1
            guard count <= packetsMaximum else {
                throw Failure(
                    .permanent, .overLimit,
                    "\(name) has over \(packetsMaximum) packets. Split it into shorter files.")
            }
            if isCut(packet, demuxer, survey) {
                survey.isCutShort = true
            } else {
                try survey.take(packet, name: name)
            }
            if count % 1000 == 0 { reporter.update(done: count, bytes: 0) }
        }
    }

    /// Whether a packet that the file lists goes on after the file's end.
    private static func isCut(
        _ packet: borrowing Packet, _ demuxer: borrowing Demuxer, _ survey: StreamSurvey
    ) -> Bool {
        let value = packet.pointer.pointee
        if value.pos >= 0, value.pos > demuxer.byteCount - Int64(value.size) { return true }
        // What could be read of the last packet only.
        return value.flags & AV_PKT_FLAG_CORRUPT != 0 && !survey.isTransportStream
            && demuxer.isAtEnd
    }

    /// Refuses a source of which nothing can be transcoded, with the reason.
    private static func requireUsable(
        _ index: SourceIndex, source: Int32, name: String
    ) throws(Failure) {
        let isUndecodable = index.omitted.contains { $0.cause == .undecodable }
        if isUndecodable, FirstBytes.isProtected(descriptor: source) {
            throw Failure(
                .permanent, .encrypted, "\(name) is encrypted. Upload a file without protection.")
        }
        guard index.video.isEmpty, index.audio.isEmpty else { return }
        func first(_ cause: OmittedStream.Cause) -> OmittedStream? {
            index.omitted.first { $0.cause == cause }
        }
        if let stream = first(.encrypted) {
            throw Failure(
                .permanent, .encrypted,
                "\(name) is encrypted (stream \(stream.streamIndex)). Upload a file without protection."
            )
        }
        if let stream = first(.undecodable) {
            throw Failure(
                .permanent, .undecodable,
                "\(name): nothing of its \(stream.kind) (\(stream.codec)) can be decoded. Upload an "
                    + "undamaged file.")
        }
        if let stream = first(.noDecoder) {
            throw Failure(
                .permanent, .unsupportedCodec,
                "\(name) holds \(stream.codec == "none" ? "a codec" : stream.codec) that this build "
                    + "cannot decode. Convert it.")
        }
        throw Failure(
            .permanent, .noStreams,
            "\(name) has no picture or sound that can be decoded. Upload another file.")
    }

    private static func encoded(_ index: SourceIndex) throws(Failure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do { return [UInt8](try encoder.encode(index)) } catch {
            throw Failure(.permanent, .internalFault, "The index cannot be written: \(error).")
        }
    }
}
