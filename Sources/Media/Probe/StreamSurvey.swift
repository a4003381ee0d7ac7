import CLibAV
import TranscodeModel
import WorkerProtocol

/// What one pass over the packets gathers of each stream.
struct StreamSurvey {
    /// Of one stream, in its own ticks.
    struct Record {
        var times: [Int64] = []
        /// Bytes of the packets that are shown at `times`.
        var sizes: [Int32] = []
        var points: [RandomAccessPoint] = []
        var lastDuration: Int64 = 0
        var lastTime = Int64.min
        var startTicks = Int64.max
        var endTicks = Int64.min
        /// Packets that are shown, and their durations.
        var shown = 0
        var durations: Int64 = 0
        var hasPresentationTimes = true
        var isVideo = false
        var isEncrypted = false
        var codec = AV_CODEC_ID_NONE
        var timeBase = Rational.one
        /// Packets that the demuxer calls damaged, and when.
        var corrupt = 0
        var corruptTimes: (first: Int64, last: Int64)?
    }
    private(set) var records: [Int: Record] = [:]
    private(set) var omitted: [OmittedStream] = []
    private(set) var trials: [Int: StreamTrial] = [:]
    private var pairings: [Int: FieldPairing] = [:]
    private(set) var coded: [Int: CodedSoundSurvey] = [:]
    private(set) var codedPictures: [Int: CodedPictureSurvey] = [:]
    private(set) var repair: ClockRepair?
    /// What headers say of the sizes of pictures, by stream.
    var declared: [Int: DeclaredShape] = [:]
    /// Whether packets are missing that the file's index lists, or the file says that it is longer.
    var isCutShort = false
    /// Whether the demuxer could not read on.
    var isUnreadable = false
    let limits: WorkerLimits
    let isTransportStream: Bool

    init(_ demuxer: borrowing Demuxer, limits: WorkerLimits) throws(Failure) {
        self.limits = limits
        let format = demuxer.context.pointee.iformat.pointee
        self.isTransportStream = String(cString: format.name) == "mpegts"
        let mayJump = demuxer.mayJump
        for number in 0..<demuxer.streamCount {
            let pointer = demuxer.stream(number)
            let stream = pointer.pointee
            let parameters = stream.codecpar.pointee
            if TextSurvey.isText(parameters) { continue }
            if let (cause, reason) = StreamSurvey.reasonToOmit(stream) {
                omitted.append(StreamSurvey.omission(stream, cause, reason))
                continue
            }
            var record = Record()
            record.isVideo = parameters.codec_type == AVMEDIA_TYPE_VIDEO
            record.codec = parameters.codec_id
            record.timeBase = Rational(
                Int64(stream.time_base.num), Int64(stream.time_base.den))
            records[number] = record
            trials[number] = try StreamTrial(pointer, isBroadcast: mayJump)
            coded[number] = CodedSoundSurvey(pointer)
            codedPictures[number] = CodedPictureSurvey(
                pointer, container: String(cString: format.name))
            pairings[number] = try FieldPairing.open(pointer, isBroadcast: mayJump)
        }
        // All streams of such files count in one unit.
        let bases = Set(records.values.map(\.timeBase))
        if mayJump, bases.count == 1, let base = bases.first, base.numerator == 1 {
            repair = ClockRepair(ticksPerSecond: base.denominator)
        }
    }

    static func omission(
        _ stream: AVStream, _ cause: OmittedStream.Cause, _ reason: String
    ) -> OmittedStream {
        let parameters = stream.codecpar.pointee
        return OmittedStream(
            streamIndex: Int(stream.index),
            kind: av_get_media_type_string(parameters.codec_type).map { String(cString: $0) }
                ?? "unknown",
            codec: String(cString: avcodec_get_name(parameters.codec_id)), cause: cause,
            reason: reason)
    }

    private static func reasonToOmit(_ stream: AVStream) -> (OmittedStream.Cause, String)? {
        let parameters = stream.codecpar.pointee
        switch parameters.codec_type {
        case AVMEDIA_TYPE_VIDEO where stream.disposition & AV_DISPOSITION_ATTACHED_PIC != 0:
            return (.other, "cover art")
        case AVMEDIA_TYPE_VIDEO, AVMEDIA_TYPE_AUDIO:
            return avcodec_find_decoder(parameters.codec_id) == nil
                ? (.noDecoder, "no decoder in this build") : nil
        case AVMEDIA_TYPE_SUBTITLE: return (.other, TextSurvey.reasonToOmit(parameters))
        default: return (.data, "not picture or sound")
        }
    }

    /// Takes in the next packet, whose times are put right.
    mutating func take(_ packet: borrowing Packet, name: String) throws(Failure) {
        let number = Int(packet.pointer.pointee.stream_index)
        guard let place = records.index(forKey: number) else { return }
        // Taken out and put back: a second reference to its lists would have them copied for each packet.
        var record = Record()
        swap(&record, &records.values[place])
        defer { swap(&record, &records.values[place]) }
        if av_packet_get_side_data(packet.pointer, AV_PKT_DATA_ENCRYPTION_INFO, nil) != nil {
            record.isEncrypted = true
        }
        repairClock(packet, number)
        coded[number]?.take(packet)
        codedPictures[number]?.take(packet)
        let value = packet.pointer.pointee
        // A missing presentation time is taken from the decode time, as for AVI.
        let time = value.pts != reelmill_no_pts ? value.pts : value.dts
        try note(packet, at: time, isSecondField: pairings[number]?.isSecondField(packet), &record)
        guard record.endTicks != Int64.max, repair?.isHopeless != true else {
            throw Failure(
                .permanent, .brokenTimestamps,
                "\(name) has times out of range in stream \(number). Rewrite the file.")
        }
        if !record.isEncrypted { try trials[number]?.feed(packet) }
    }

    private mutating func repairClock(_ packet: borrowing Packet, _ number: Int) {
        let value = packet.pointer.pointee
        guard repair != nil, value.dts != reelmill_no_pts || value.pts != reelmill_no_pts else {
            return
        }
        packet.shift(
            by: repair!.offset(
                stream: number, time: value.pts != reelmill_no_pts ? value.pts : value.dts,
                bytePosition: value.pos))
    }

    private func note(
        _ packet: borrowing Packet, at time: Int64, isSecondField: Bool?, _ record: inout Record
    ) throws(Failure) {
        let value = packet.pointer.pointee
        let hasTime = time != reelmill_no_pts
        if value.flags & AV_PKT_FLAG_CORRUPT != 0 {
            record.corrupt += 1
            if hasTime { record.corruptTimes = (record.corruptTimes?.first ?? time, time) }
        }
        let isHidden =
            value.flags & AV_PKT_FLAG_DISCARD != 0 || isSecondField == true
            || (record.codec == AV_CODEC_ID_VP8 && value.size > 0 && value.data[0] & 16 == 0)
        guard !isHidden else { return }
        record.shown += 1
        record.durations &+= max(value.duration, 0)
        guard hasTime else { return }
        if value.pts == reelmill_no_pts { record.hasPresentationTimes = false }
        let (end, overflow) = time.addingReportingOverflow(max(value.duration, 0))
        record.startTicks = min(record.startTicks, time)
        record.endTicks = overflow ? Int64.max : max(record.endTicks, end)
        guard record.isVideo else { return }
        record.times.append(time)
        record.sizes.append(value.size)
        if time >= record.lastTime {
            record.lastTime = time
            record.lastDuration = max(value.duration, 0)
        }
        guard value.flags & AV_PKT_FLAG_KEY != 0 else { return }
        record.points.append(
            RandomAccessPoint(
                pts: time, dts: value.dts != reelmill_no_pts ? value.dts : time,
                bytePosition: value.pos))
    }

    /// Ends what is still being tried, after the last packet.
    func finishTrials() throws(Failure) {
        for (number, trial) in trials where records[number]?.isEncrypted == false {
            try trial.finish()
        }
    }
}
