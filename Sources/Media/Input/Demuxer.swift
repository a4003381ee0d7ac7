import CLibAV
import TranscodeModel

/// Reads packets from one descriptor, by its content and never by a name.
struct Demuxer: ~Copyable {
    /// Self-contained formats only: none of them reads a second file.
    static let formats =
        "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,mpegvideo,avi,flv,ogg,asf,wav,w64,mp3,aac,"
        + "flac,ac3,eac3,dts,aiff,amr,caf,h264,hevc,m4v,av1,obu,ivf,mxf,gif,apng,nut,rm,yuv4mpegpipe,dv,vob,"
        + "h263,vc1,dirac,wtv,gxf,nsv,pva,flic,smk,bink,roq,swf,amrnb,amrwb,au,tta,wv,ape,mpc,mpc8,loas,truehd,"
        + "mlp,voc,oma,xwma"

    let context: UnsafeMutablePointer<AVFormatContext>
    private let source: InputSource

    private init(
        owning context: UnsafeMutablePointer<AVFormatContext>, _ source: consuming InputSource
    ) {
        self.context = context
        self.source = source
    }

    /// Opens the container and reads its header, not its packets.
    static func open(
        descriptor: Int32, name: String, streamsMaximum: Int
    ) throws(Failure) -> Demuxer {
        let source = try InputSource.open(descriptor: descriptor)
        guard source.byteCount > 0 else {
            throw Failure(
                .permanent, .sourceEmpty, "\(name) has no bytes. Upload the file again.")
        }
        var context: UnsafeMutablePointer<AVFormatContext>? = try requireAllocated(
            avformat_alloc_context(), "Opening \(name)")
        context!.pointee.pb = source.context
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        for (key, value) in [
            ("format_whitelist", formats), ("protocol_whitelist", "none"),
            ("max_streams", String(streamsMaximum + 1)), ("probesize", "20000000"),
            ("analyzeduration", "20000000"),
        ] {
            try requireSuccess(av_dict_set(&options, key, value, 0), "Opening \(name)")
        }
        // On failure this frees the context and clears the pointer.
        let answer = avformat_open_input(&context, nil, nil, &options)
        if LogSink.sawTooManyStreams { throw tooManyStreams(name, streamsMaximum) }
        if answer == reelmill_error_no_memory { throw Failure.outOfMemory("Opening \(name)") }
        guard answer >= 0 else { throw FirstBytes.unopened(descriptor: descriptor, name: name) }
        let demuxer = Demuxer(owning: context!, source)
        guard demuxer.streamCount <= streamsMaximum else {
            throw tooManyStreams(name, streamsMaximum)
        }
        return demuxer
    }

    private static func tooManyStreams(_ name: String, _ most: Int) -> Failure {
        Failure(
            .permanent, .overLimit,
            "\(name) has more than \(most) streams. Take out those that are not needed, or raise "
                + "max-streams.")
    }

    var streamCount: Int { Int(context.pointee.nb_streams) }

    /// Whether the format allows that its clock jumps.
    var mayJump: Bool { context.pointee.iformat.pointee.flags & AVFMT_TS_DISCONT != 0 }

    /// Whether a read came to the file's end.
    var isAtEnd: Bool { avio_feof(source.context) != 0 }

    /// Of the whole file.
    var byteCount: Int64 { source.byteCount }

    func stream(_ index: Int) -> UnsafeMutablePointer<AVStream> { context.pointee.streams[index]! }

    /// Reads the first packets to fill in what headers leave out.
    func findStreamParameters(name: String) throws(Failure) {
        try requireSuccess(
            avformat_find_stream_info(context, nil), .permanent, .undecodable,
            "The streams of \(name) cannot be read")
    }

    /// Drops packets of every stream but one.
    func keepOnly(stream kept: Int) {
        for index in 0..<streamCount {
            stream(index).pointee.discard = index == kept ? AVDISCARD_DEFAULT : AVDISCARD_ALL
        }
    }

    /// Fills `packet` with the next one; false at the end of the file.
    func read(into packet: borrowing Packet) throws(LibAVError) -> Bool {
        packet.clear()
        let answer = av_read_frame(context, packet.pointer)
        if answer == reelmill_error_eof { return false }
        guard answer >= 0 else { throw LibAVError(code: answer) }
        return true
    }

    deinit {
        var context: UnsafeMutablePointer<AVFormatContext>? = context
        avformat_close_input(&context)
    }
}
