import CLibAV
import Foundation
import TranscodeModel
import WorkerProtocol

extension StreamSurvey {
    /// The index of all that was gathered, streams in the file's order.
    func index(
        _ demuxer: borrowing Demuxer, name: String
    ) throws(Failure) -> SourceIndex {
        var index = SourceIndex(
            container: String(cString: demuxer.context.pointee.iformat.pointee.name),
            byteCount: demuxer.byteCount, video: [], audio: [], omitted: omitted, warnings: [])
        for (number, record) in records.sorted(by: { $0.key < $1.key }) {
            let stream = demuxer.stream(number)
            guard record.shown > 0 else {
                index.omitted.append(
                    StreamSurvey.omission(stream.pointee, .empty, "no packets"))
                continue
            }
            if record.isEncrypted {
                index.omitted.append(
                    StreamSurvey.omission(stream.pointee, .encrypted, "encrypted"))
                continue
            }
            guard let first = trials[number]?.firstFrame else {
                index.omitted.append(
                    StreamSurvey.omission(
                        stream.pointee, .undecodable, "nothing of it can be decoded"))
                index.damage.append(
                    Damage(kind: .undecodableStream, streamIndex: number, count: record.shown))
                continue
            }
            try requireDuration(record, name: name)
            if record.isVideo {
                index.video.append(
                    try video(demuxer, stream, record, first, name, &index.warnings))
            } else if var track = audio(stream.pointee, record, first) {
                track.coded = coded[number]?.result(first)
                index.audio.append(track)
            } else {
                index.omitted.append(
                    StreamSurvey.omission(
                        stream.pointee, .other, "no packet says when it is heard"))
            }
            index.damage += corruption(record, number)
        }
        index.damage += fileDamage(index)
        let programs = StreamSurvey.programs(demuxer)
        for number in index.video.indices {
            index.video[number].program = programs[index.video[number].streamIndex]?.first
        }
        for number in index.audio.indices {
            index.audio[number].programs = programs[index.audio[number].streamIndex] ?? []
        }
        if let repair, repair.jumps > 0 {
            index.warnings.append(
                "The source's clock jumps \(repair.jumps == 1 ? "once" : "\(repair.jumps) times"); its "
                    + "times go on where they were.")
        }
        index.damage = Array(index.damage.prefix(Damage.entriesMaximum))
        TextSurvey.complete(&index, demuxer, limits: limits)
        index.omitted.sort { $0.streamIndex < $1.streamIndex }
        return index
    }

    /// Packets that came damaged, and pictures before the first that could be decoded: no later unit looks at those.
    private func corruption(_ record: Record, _ number: Int) -> [Damage] {
        func seconds(_ ticks: Int64?) -> Rational? {
            ticks.flatMap { ticks in
                Rational(exactly: ticks, record.timeBase.denominator)
                    .map { $0 * Rational(record.timeBase.numerator) }
            }
        }
        func damage(
            _ kind: Damage.Kind, _ count: Int, _ times: (first: Int64, last: Int64)?
        ) -> [Damage] {
            count == 0
                ? []
                : [
                    Damage(
                        kind: kind, streamIndex: number, count: count,
                        start: seconds(times?.first), end: seconds(times?.last))
                ]
        }
        let early = record.isVideo ? trials[number]?.earlyErrors ?? [] : []
        return damage(.corruptPackets, record.corrupt, record.corruptTimes)
            + damage(
                .decodeErrors, early.count,
                early.min().flatMap { first in early.max().map { (first, $0) } })
    }

    /// That the file ends too soon, and where: after the last picture, or else the last sound.
    private func fileDamage(_ index: SourceIndex) -> [Damage] {
        guard isCutShort || isUnreadable else { return [] }
        let end =
            index.video.compactMap { track in
                track.frameTimes.last.map { Rational($0) * track.timeBase }
            }.max() ?? index.audio.map { Rational($0.endTicks) * $0.timeBase }.max()
        return [
            Damage(
                kind: isCutShort ? .cutShort : .unreadable, streamIndex: nil, count: 1, start: end)
        ]
    }

    /// Of a broadcast multiplex, the numbers of the programmes that each stream belongs to, in the file's order.
    private static func programs(_ demuxer: borrowing Demuxer) -> [Int: [Int]] {
        var found: [Int: [Int]] = [:]
        for number in 0..<Int(demuxer.context.pointee.nb_programs) {
            guard let program = demuxer.context.pointee.programs[number]?.pointee else { continue }
            for index in 0..<Int(program.nb_stream_indexes) {
                let stream = Int(program.stream_index[index])
                found[stream, default: []].append(Int(program.id))
            }
        }
        return found
    }

    private func requireDuration(_ record: Record, name: String) throws(Failure) {
        guard record.startTicks <= record.endTicks else { return }
        let (span, overflow) = record.endTicks.subtractingReportingOverflow(record.startTicks)
        // Int128: a hostile file may claim any time.
        let scaled = Int128(span) * Int128(record.timeBase.numerator)
        let most = Int128(limits.durationMaximumSeconds) * Int128(record.timeBase.denominator)
        guard !overflow, scaled <= most else {
            throw Failure(
                .permanent, .overLimit,
                "\(name) is longer than \(limits.durationMaximumSeconds) s. Split it, or raise the limit "
                    + "of the duration.")
        }
    }

    private func video(
        _ demuxer: borrowing Demuxer, _ stream: UnsafeMutablePointer<AVStream>, _ record: Record,
        _ first: StreamTrial.FirstFrame, _ name: String, _ warnings: inout [String]
    ) throws(Failure) -> VideoTrack {
        let parameters = stream.pointee.codecpar.pointee
        let (width, height) = DeclaredShape.shown(parameters, first: first.width, first.height)
        guard max(width, height) <= limits.sideMaximum, width * height <= limits.pixelsMaximum
        else {
            throw Failure(
                .permanent, .overLimit,
                "\(name) has pictures of \(width)×\(height), more than is allowed. Scale it down, or "
                    + "raise the limit of pixels.")
        }
        let timing = PictureTiming(record, first: first, rate: StreamSurvey.countedRate(stream))
        if timing.dropped > 0 {
            warnings.append(
                "Stream \(stream.pointee.index): \(timing.dropped) pictures before the first that can "
                    + "be decoded are left out.")
        }
        let format = PixelFormatName(AVPixelFormat(first.pixelFormat))
        let aspect = sampleAspect(demuxer, stream, first)
        let rate = stream.pointee.avg_frame_rate
        let order = parameters.field_order
        var track = VideoTrack(
            streamIndex: Int(stream.pointee.index),
            codec: String(cString: avcodec_get_name(parameters.codec_id)),
            pixelFormat: format.name, bitDepth: format.bitDepth, width: width, height: height,
            sampleAspect: aspect,
            orientation: Orientation(displayMatrixOf: stream),
            color: first.traits.color.filled(from: parameters, isFullRange: format.isFullRange),
            isInterlaced: first.traits.isInterlaced
                || (order != AV_FIELD_UNKNOWN && order != AV_FIELD_PROGRESSIVE),
            timeBase: timing.timeBase,
            averageFrameRate: rate.num > 0 && rate.den > 0
                ? Rational(Int64(rate.num), Int64(rate.den)) : nil,
            frameTimes: timing.frameTimes, lastFrameDuration: timing.lastFrameDuration,
            randomAccessPoints: timing.randomAccessPoints,
            clock: clock(timing, stream: Int(stream.pointee.index)),
            codedAspect: Rational(coded: parameters.sample_aspect_ratio),
            light: first.traits.light ?? PictureTraits.light(of: stream))
        track.density = timing.density
        track.coded = codedPictures[track.streamIndex]?.result(record, timing)
        return track
    }

    /// A step that no jump explains is as long as it says, however long: the others have gone on meanwhile.
    private func clock(_ timing: PictureTiming, stream: Int) -> SourceClock {
        let usual = ClockRepair.forwardSeconds * timing.timeBase.denominator
        return SourceClock(
            isCounted: timing.isCounted, splices: repair?.splices(ofStream: stream) ?? [],
            stepMaximum: repair.map { _ in
                max(usual, timing.frameTimes.runs.map(\.step).max() ?? 0)
            })
    }

    /// The container's word on the shape of samples, or else the bitstream's.
    private func sampleAspect(
        _ demuxer: borrowing Demuxer, _ stream: UnsafeMutablePointer<AVStream>,
        _ first: StreamTrial.FirstFrame
    ) -> Rational {
        let aspect = Rational(coded: av_guess_sample_aspect_ratio(demuxer.context, stream, nil))
        guard stream.pointee.sample_aspect_ratio.num > 0,
            let declared = declared[Int(stream.pointee.index)]
        else { return aspect }
        return declared.corrected(aspect, width: first.width, height: first.height)
    }

    /// The rate of a stream whose file gives no times: what its header says, if that is plausible.
    private static func countedRate(_ stream: UnsafeMutablePointer<AVStream>) -> Rational {
        for rate in [stream.pointee.avg_frame_rate, stream.pointee.r_frame_rate]
        where rate.num > 0 && rate.den > 0 {
            let rate = Rational(Int64(rate.num), Int64(rate.den))
            if rate >= .one, rate <= Rational(240), rate.numerator <= 1_001_000 { return rate }
        }
        return Rational(25)
    }

    /// Nil for a track of which neither times nor durations are known.
    private func audio(
        _ stream: AVStream, _ record: Record, _ first: StreamTrial.FirstFrame
    ) -> AudioTrack? {
        let parameters = stream.codecpar.pointee
        let isTimed = record.startTicks <= record.endTicks
        guard isTimed || record.durations > 0 else { return nil }
        var layout = parameters.ch_layout
        let layoutName = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            buffer[0] = 0
            _ = av_channel_layout_describe(&layout, buffer.baseAddress, buffer.count)
            return String(cString: buffer.baseAddress!)
        }
        return AudioTrack(
            streamIndex: Int(stream.index),
            codec: String(cString: avcodec_get_name(parameters.codec_id)),
            sampleRate: first.sampleRate, channels: first.channels,
            channelLayout: TextBounds.title(layoutName),
            language: TextBounds.language(tag(stream, "language")),
            title: tag(stream, "title").map(TextBounds.title),
            isDefault: stream.disposition & AV_DISPOSITION_DEFAULT != 0,
            timeBase: record.timeBase, startTicks: isTimed ? record.startTicks : 0,
            endTicks: isTimed ? record.endTicks : record.durations, roles: roles(stream),
            clock: SourceClock(splices: repair?.splices(ofStream: Int(stream.index)) ?? []))
    }

    private func roles(_ stream: AVStream) -> [SoundRole]? {
        let known: [(Int32, SoundRole)] = [
            (AV_DISPOSITION_COMMENT, .commentary),
            (AV_DISPOSITION_VISUAL_IMPAIRED, .description),
            (AV_DISPOSITION_DESCRIPTIONS, .description),
            (AV_DISPOSITION_HEARING_IMPAIRED, .clearSpeech),
            (AV_DISPOSITION_DUB, .dub),
        ]
        var roles: [SoundRole] = []
        for (flag, role) in known where stream.disposition & flag != 0 && !roles.contains(role) {
            roles.append(role)
        }
        return roles.isEmpty ? nil : roles
    }

    private func tag(_ stream: AVStream, _ key: String) -> String? {
        av_dict_get(stream.metadata, key, nil, 0).map { String(cString: $0.pointee.value) }
    }
}

/// A pixel format's name without libav's old `yuvj` family, which only says full range.
struct PixelFormatName {
    var name = "unknown"
    var bitDepth = 8
    var isFullRange = false

    init(_ format: AVPixelFormat) {
        guard let descriptor = av_pix_fmt_desc_get(format) else { return }
        name = String(cString: descriptor.pointee.name)
        bitDepth = Int(descriptor.pointee.comp.0.depth)
        guard name.hasPrefix("yuvj") else { return }
        name = "yuv" + name.dropFirst(4)
        isFullRange = true
    }
}

extension Orientation {
    /// A mirror, if any, comes first and the turn after it, as libavfilter's `hflip,transpose` would do.
    init(displayMatrixOf stream: UnsafeMutablePointer<AVStream>) {
        var size = 0
        guard let data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size),
            size >= 36
        else {
            self = .upright
            return
        }
        var matrix = data.withMemoryRebound(to: Int32.self, capacity: 9) {
            Array(UnsafeBufferPointer(start: $0, count: 9))
        }
        let determinant =
            Int128(matrix[0]) * Int128(matrix[4]) - Int128(matrix[1]) * Int128(matrix[3])
        let isMirrored = determinant < 0
        // Takes the mirror out, so that only the turn is left.
        if isMirrored { av_display_matrix_flip(&matrix, 1, 0) }
        let angle = av_display_rotation_get(matrix)
        guard angle.isFinite else {
            self = .upright
            return
        }
        // libav takes out a mirror that follows the turn. Moved before it, the turn goes the other way round.
        let clockwise = isMirrored ? angle : -angle
        let quarters = ((Int((clockwise / 90).rounded()) % 4) + 4) % 4
        self.init(clockwiseDegrees: quarters * 90, isMirrored: isMirrored)
    }
}
