import CLibAV
import TranscodeModel
import WorkerProtocol

/// Writes every track of text as one WebVTT file, in one pass over the source.
///
/// A track that cannot be decoded fails only itself: it has no piece then, and a warning says so.
enum TextPipeline {
    static func run(
        _ request: TextRequest, limits: WorkerLimits, reporter: ProgressReporter,
        source: Int32 = WorkerDescriptor.source, staging: Int32 = WorkerDescriptor.staging
    ) throws(Failure) -> WorkResult {
        var clock = StageClock()
        let demuxer = try Demuxer.open(
            descriptor: source, name: "The source", streamsMaximum: limits.streamsMaximum)
        try demuxer.findStreamParameters(name: "The source")
        skipOtherStreams(demuxer, request)
        var warnings: [String] = []
        var tracks: [Int: Track] = [:]
        for rendition in request.renditions {
            if let track = try Track.open(rendition, demuxer) {
                tracks[rendition.streamIndex] = track
            } else {
                warnings.append(
                    "\(rendition.name) is left out: stream \(rendition.streamIndex) has no text "
                        + "that can be decoded.")
            }
        }
        let start = clock.now
        if let damage = try read(demuxer, tracks, reporter) { warnings.append(damage) }
        clock.add("decode", since: start)
        var file = StagingFile(descriptor: staging)
        var pieces: [Piece] = []
        for rendition in request.renditions {
            guard let track = tracks[rendition.streamIndex] else { continue }
            let (cues, said) = track.collection.cues()
            warnings += said
            guard !cues.isEmpty else {
                warnings.append(
                    "\(rendition.name) is left out: stream \(rendition.streamIndex) has nothing "
                        + "to show.")
                continue
            }
            let extent = try file.append(bytes(of: cues))
            pieces.append(
                Piece(
                    name: rendition.name + ".vtt", initialization: nil, initializationDigest: nil,
                    fragments: [
                        Fragment(extent: extent, decodeTime: 0, duration: 0, samples: cues.count)
                    ]))
        }
        return WorkResult(
            pieces: pieces, stageCPUSeconds: clock.secondsByStage, warnings: warnings)
    }

    /// A decoder and what it gave.
    private final class Track {
        let decoder: TextDecoder
        var collection: TextCollection

        private init(_ decoder: consuming TextDecoder, _ collection: TextCollection) {
            self.decoder = decoder
            self.collection = collection
        }

        static func open(
            _ rendition: TextRendition, _ demuxer: borrowing Demuxer
        ) throws(Failure) -> Track? {
            guard rendition.streamIndex < demuxer.streamCount else { return nil }
            let stream = demuxer.stream(rendition.streamIndex)
            guard TextSurvey.isText(stream.pointee.codecpar.pointee),
                let decoder = try TextDecoder.open(stream)
            else { return nil }
            return Track(decoder, TextCollection(rendition))
        }
    }

    /// An MP4 file's tables lead to the text alone. Other formats are read through in any case, and packet by packet
    /// the host sees that it goes on.
    private static func skipOtherStreams(_ demuxer: borrowing Demuxer, _ request: TextRequest) {
        guard String(cString: demuxer.context.pointee.iformat.pointee.name).hasPrefix("mov") else {
            return
        }
        let wanted = Set(request.renditions.map(\.streamIndex))
        for number in 0..<demuxer.streamCount where !wanted.contains(number) {
            demuxer.stream(number).pointee.discard = AVDISCARD_ALL
        }
    }

    /// Reads to the end, or to where the file cannot be read on; says so then.
    private static func read(
        _ demuxer: borrowing Demuxer, _ tracks: [Int: Track], _ reporter: ProgressReporter
    ) throws(Failure) -> String? {
        let packet = try Packet.allocate()
        var count = 0
        while true {
            do throws(LibAVError) {
                guard try demuxer.read(into: packet) else { return nil }
            } catch {
                if error.code == reelmill_error_no_memory { throw .outOfMemory("Reading text") }
                return "The source is damaged (\(error.text)): subtitles may end too soon."
            }
            count += 1
            reporter.update(done: count, bytes: 0)
            let value = packet.pointer.pointee
            guard let track = tracks[Int(value.stream_index)], value.size > 0 else { continue }
            guard !track.collection.isFull else {
                track.collection.skip()
                continue
            }
            let time = value.pts != reelmill_no_pts ? value.pts : value.dts
            track.collection.add(
                try track.decoder.decode(packet), ticks: time != reelmill_no_pts ? time : nil,
                duration: value.duration)
        }
    }

    private static func bytes(of cues: [TextCue]) -> [UInt8] {
        var bytes = Array("WEBVTT\n".utf8)
        for cue in cues { bytes += cue.block.utf8 }
        return bytes
    }
}
