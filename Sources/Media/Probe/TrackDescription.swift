import CLibAV
import Foundation
import TranscodeModel
import WorkerProtocol

extension StreamSurvey {
    /// The index of all that was recorded, streams in the file's order.
    func index(
        _ demuxer: borrowing Demuxer, name: String, warnings: [String]
    ) throws(Failure) -> SourceIndex {
        var index = SourceIndex(
            container: String(cString: demuxer.context.pointee.iformat.pointee.name),
            byteCount: demuxer.byteCount, video: [], audio: [], omitted: omitted,
            warnings: warnings)
        for (number, record) in records.sorted(by: { $0.key < $1.key }) {
            let stream = demuxer.stream(number)
            guard record.startTicks <= record.endTicks else {
                index.omitted.append(
                    OmittedStream(
                        streamIndex: number, kind: record.isVideo ? "video" : "audio",
                        codec: String(cString: avcodec_get_name(record.codec)),
                        reason: "no packets"))
                continue
            }
            try requireDuration(record, name: name)
            if record.isVideo {
                index.video.append(try video(demuxer, stream, record, name: name))
            } else {
                index.audio.append(audio(stream.pointee, record))
            }
        }
        guard !index.video.isEmpty || !index.audio.isEmpty else {
            throw Failure(
                .permanent, .noStreams,
                "\(name) has no packet that says when it is shown. Put it into a container such as "
                    + "MP4 or Matroska.")
        }
        try requireOneProgram(demuxer, index, name: name)
        let chapters = demuxer.context.pointee.nb_chapters
        if chapters > 0 {
            index.warnings.append("Its \(chapters) chapters are not carried over yet.")
        }
        index.omitted.sort { $0.streamIndex < $1.streamIndex }
        return index
    }

    /// A broadcast multiplex has several programmes, and nothing says which of them is meant.
    private func requireOneProgram(
        _ demuxer: borrowing Demuxer, _ index: SourceIndex, name: String
    ) throws(Failure) {
        let pictures = Set(index.video.map(\.streamIndex))
        var programs = 0
        for number in 0..<Int(demuxer.context.pointee.nb_programs) {
            guard let program = demuxer.context.pointee.programs[number]?.pointee else { continue }
            let streams = (0..<Int(program.nb_stream_indexes)).map {
                Int(program.stream_index[$0])
            }
            programs += streams.contains { pictures.contains($0) } ? 1 : 0
        }
        guard programs <= 1 else {
            throw Failure(
                .permanent, .unsupportedSource,
                "\(name) is a multiplex of \(programs) programmes with pictures. Extract the one "
                    + "that is meant.")
        }
    }

    private func requireDuration(_ record: Record, name: String) throws(Failure) {
        let (span, overflow) = record.endTicks.subtractingReportingOverflow(record.startTicks)
        // Int128: a hostile file may claim any time.
        let scaled = Int128(span) * Int128(record.timeBase.numerator)
        let most = Int128(limits.durationMaximumSeconds) * Int128(record.timeBase.denominator)
        guard !overflow, scaled <= most else {
            throw Failure(
                .permanent, .overLimit,
                "\(name) is longer than \(limits.durationMaximumSeconds) s. Split it.")
        }
    }

    private func video(
        _ demuxer: borrowing Demuxer, _ stream: UnsafeMutablePointer<AVStream>, _ record: Record,
        name: String
    ) throws(Failure) -> VideoTrack {
        let parameters = stream.pointee.codecpar.pointee
        let (width, height) = (Int(parameters.width), Int(parameters.height))
        guard max(width, height) <= limits.sideMaximum, width * height <= limits.pixelsMaximum
        else {
            throw Failure(
                .permanent, .overLimit,
                "\(name) has pictures of \(width)×\(height), more than is allowed. Scale it down.")
        }
        // Two packets of one time are the two fields of one frame.
        var times: [Int64] = []
        for time in record.times.sorted() where time != times.last { times.append(time) }
        let format = PixelFormatName(AVPixelFormat(parameters.format))
        let aspect = av_guess_sample_aspect_ratio(demuxer.context, stream, nil)
        let rate = stream.pointee.avg_frame_rate
        let order = parameters.field_order
        return VideoTrack(
            streamIndex: Int(stream.pointee.index),
            codec: String(cString: avcodec_get_name(parameters.codec_id)),
            pixelFormat: format.name, bitDepth: format.bitDepth, width: width, height: height,
            sampleAspect: aspect.num > 0 && aspect.den > 0
                ? Rational(Int64(aspect.num), Int64(aspect.den)) : .one,
            orientation: Orientation(displayMatrixOf: stream),
            color: ColorDescription(
                primaries: text(av_color_primaries_name(parameters.color_primaries)),
                transfer: text(av_color_transfer_name(parameters.color_trc)),
                matrix: text(av_color_space_name(parameters.color_space)),
                isFullRange: format.isFullRange || parameters.color_range == AVCOL_RANGE_JPEG),
            isInterlaced: order != AV_FIELD_UNKNOWN && order != AV_FIELD_PROGRESSIVE,
            timeBase: record.timeBase,
            averageFrameRate: rate.num > 0 && rate.den > 0
                ? Rational(Int64(rate.num), Int64(rate.den)) : nil,
            frameTimes: TickRuns(times), lastFrameDuration: record.lastDuration,
            randomAccessPoints: record.points.sorted { $0.pts < $1.pts })
    }

    private func audio(_ stream: AVStream, _ record: Record) -> AudioTrack {
        let parameters = stream.codecpar.pointee
        var layout = parameters.ch_layout
        let layoutName = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            buffer[0] = 0
            _ = av_channel_layout_describe(&layout, buffer.baseAddress, buffer.count)
            return String(cString: buffer.baseAddress!)
        }
        return AudioTrack(
            streamIndex: Int(stream.index),
            codec: String(cString: avcodec_get_name(parameters.codec_id)),
            sampleRate: Int(parameters.sample_rate),
            channels: Int(parameters.ch_layout.nb_channels),
            channelLayout: layoutName, language: language(stream),
            title: tag(stream, "title"),
            isDefault: stream.disposition & AV_DISPOSITION_DEFAULT != 0,
            timeBase: record.timeBase, startTicks: record.startTicks, endTicks: record.endTicks,
            roles: roles(stream))
    }

    /// The first language that the container names, if it is a code and not a word.
    private func language(_ stream: AVStream) -> String {
        // Transport streams name both languages of a track with one in each channel.
        let first = (tag(stream, "language") ?? "").split(separator: ",").first ?? ""
        let parts = first.split(separator: "-", omittingEmptySubsequences: false)
        guard let primary = parts.first?.lowercased(), (2...3).contains(primary.utf8.count),
            primary.utf8.allSatisfy({ (97...122).contains($0) }), first.utf8.count <= 35
        else { return "und" }
        return ([primary] + parts.dropFirst().map(String.init)).joined(separator: "-")
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

    private func text(_ name: UnsafePointer<CChar>?) -> String {
        name.map { String(cString: $0) } ?? "unknown"
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
