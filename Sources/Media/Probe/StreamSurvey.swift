import CLibAV
import TranscodeModel
import WorkerProtocol

/// What one pass over the packets gathers of each stream.
struct StreamSurvey {
    /// Of one stream, in its own ticks.
    struct Record {
        var times: [Int64] = []
        var points: [RandomAccessPoint] = []
        var lastDuration: Int64 = 0
        var lastTime = Int64.min
        var startTicks = Int64.max
        var endTicks = Int64.min
        var lastDecodeTime: Int64?
        var isVideo = false
        var codec = AV_CODEC_ID_NONE
        var timeBase = Rational.one
    }
    private(set) var records: [Int: Record] = [:]
    private(set) var omitted: [OmittedStream] = []
    private(set) var warnings: [String] = []
    let limits: WorkerLimits
    let isTransportStream: Bool

    init(_ demuxer: borrowing Demuxer, limits: WorkerLimits) {
        self.limits = limits
        self.isTransportStream =
            String(cString: demuxer.context.pointee.iformat.pointee.name) == "mpegts"
        for number in 0..<demuxer.streamCount {
            let stream = demuxer.stream(number).pointee
            let parameters = stream.codecpar.pointee
            let base = stream.time_base
            if TextSurvey.isText(parameters) { continue }
            if let reason = StreamSurvey.reasonToOmit(stream) {
                omitted.append(
                    OmittedStream(
                        streamIndex: number,
                        kind: av_get_media_type_string(parameters.codec_type)
                            .map { String(cString: $0) } ?? "unknown",
                        codec: String(cString: avcodec_get_name(parameters.codec_id)),
                        reason: reason))
            } else {
                var record = Record()
                record.isVideo = parameters.codec_type == AVMEDIA_TYPE_VIDEO
                record.codec = parameters.codec_id
                record.timeBase = Rational(Int64(base.num), Int64(base.den))
                records[number] = record
            }
        }
    }

    static let noDecoder = "no decoder in this build"

    private static func reasonToOmit(_ stream: AVStream) -> String? {
        let parameters = stream.codecpar.pointee
        switch parameters.codec_type {
        case AVMEDIA_TYPE_VIDEO:
            if stream.disposition & AV_DISPOSITION_ATTACHED_PIC != 0 { return "cover art" }
            if avcodec_find_decoder(parameters.codec_id) == nil { return noDecoder }
            return parameters.width <= 0 || parameters.height <= 0 ? "no picture size" : nil
        case AVMEDIA_TYPE_AUDIO:
            if avcodec_find_decoder(parameters.codec_id) == nil { return noDecoder }
            return parameters.sample_rate <= 0 || parameters.ch_layout.nb_channels <= 0
                ? "no sample rate or channels" : nil
        case AVMEDIA_TYPE_SUBTITLE: return TextSurvey.reasonToOmit(parameters)
        default: return "not picture or sound"
        }
    }

    /// Refuses a source with nothing to decode.
    func requireUsable(name: String) throws(Failure) {
        guard records.isEmpty else { return }
        guard let missing = omitted.first(where: { $0.reason == StreamSurvey.noDecoder }) else {
            throw Failure(
                .permanent, .noStreams,
                "\(name) has no picture or sound that can be decoded. Upload another file.")
        }
        throw Failure(
            .permanent, .unsupportedCodec,
            "\(name) holds \(missing.codec == "none" ? "a codec" : missing.codec) that this build "
                + "cannot decode. Convert it.")
    }

    mutating func record(_ packet: AVPacket, name: String) throws(Failure) {
        var packet = packet
        let number = Int(packet.stream_index)
        guard var record = records[number] else { return }
        if av_packet_get_side_data(&packet, AV_PKT_DATA_ENCRYPTION_INFO, nil) != nil {
            throw Failure(
                .permanent, .encrypted,
                "\(name) is encrypted (stream \(number)). Upload a file without protection.")
        }
        if isTransportStream { noteJump(packet, &record, number) }
        // A missing presentation time is taken from the decode time, as for AVI.
        let time = packet.pts != reelmill_no_pts ? packet.pts : packet.dts
        let isHidden =
            packet.flags & AV_PKT_FLAG_DISCARD != 0
            || (record.codec == AV_CODEC_ID_VP8 && packet.size > 0 && packet.data[0] & 16 == 0)
        if time != reelmill_no_pts, !isHidden {
            let (end, overflow) = time.addingReportingOverflow(max(packet.duration, 0))
            guard !overflow else {
                throw Failure(
                    .permanent, .brokenTimestamps,
                    "\(name) has times out of range in stream \(number). Rewrite the file.")
            }
            record.startTicks = min(record.startTicks, time)
            record.endTicks = max(record.endTicks, end)
            if record.isVideo { note(packet, at: time, &record) }
        }
        records[number] = record
    }

    private func note(_ packet: AVPacket, at time: Int64, _ record: inout Record) {
        record.times.append(time)
        if time >= record.lastTime {
            record.lastTime = time
            record.lastDuration = max(packet.duration, 0)
        }
        guard packet.flags & AV_PKT_FLAG_KEY != 0 else { return }
        record.points.append(
            RandomAccessPoint(
                pts: time, dts: packet.dts != reelmill_no_pts ? packet.dts : time,
                bytePosition: packet.pos))
    }

    /// A step of over ten seconds is a jump; the planner refuses such a source.
    private mutating func noteJump(_ packet: AVPacket, _ record: inout Record, _ number: Int) {
        guard packet.dts != reelmill_no_pts else { return }
        defer { record.lastDecodeTime = packet.dts }
        guard let last = record.lastDecodeTime else { return }
        let step = Rational(packet.dts - last) * record.timeBase
        guard step < .zero || step > Rational(10), warnings.isEmpty else { return }
        warnings.append("timestamp-jump: stream \(number) jumps by \(step.rounded) s.")
    }
}
