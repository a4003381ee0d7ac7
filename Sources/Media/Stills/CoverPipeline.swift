import CLibAV
import TranscodeModel
import WorkerProtocol

/// Makes the poster of sound from the picture that is attached to it. A broken picture is a warning: the sound is
/// what was uploaded.
enum CoverPipeline {
    static func run(
        _ plan: ImagePlan, limits: WorkerLimits, source: Int32, staging: Int32
    ) throws(Failure) -> WorkResult {
        var clock = StageClock()
        let demuxer = try Demuxer.open(
            descriptor: source, name: "The source", streamsMaximum: limits.streamsMaximum)
        try demuxer.findStreamParameters(name: "The source")
        let start = clock.now
        guard let picture = try picture(demuxer, plan.streamIndex, limits),
            try plan.treatment.apply(to: picture)
        else {
            return WorkResult(
                pieces: [],
                warnings: [
                    "The cover art (stream \(plan.streamIndex)) cannot be decoded: there is no "
                        + "poster."
                ])
        }
        clock.add("decode", since: start)
        var album = StillAlbum(plan, staging: staging)
        try album.place(
            picture, for: [StillWish(purpose: .poster, ticks: 0, isExact: true)], &clock)
        return WorkResult(pieces: album.pieces(), stageCPUSeconds: clock.secondsByStage)
    }

    private static func picture(
        _ demuxer: borrowing Demuxer, _ number: Int, _ limits: WorkerLimits
    ) throws(Failure) -> Frame? {
        guard number < demuxer.streamCount else { return nil }
        let stream = demuxer.stream(number)
        guard stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0,
            stream.pointee.attached_pic.size > 0
        else { return nil }
        let packet = try Packet.allocate()
        try requireSuccess(
            av_packet_ref(packet.pointer, &stream.pointee.attached_pic), "Reading the cover art")
        let frame = try Frame.allocate()
        do throws(Failure) {
            let decoder = try Decoder.open(stream: stream, threads: limits.threads)
            guard try CoverPipeline.decode(packet, decoder, frame) else { return nil }
        } catch {
            guard error.category == .permanent else { throw error }
            return nil
        }
        let (width, height) = (Int(frame.pointer.pointee.width), Int(frame.pointer.pointee.height))
        guard width > 0, height > 0, max(width, height) <= limits.sideMaximum,
            width * height <= limits.pixelsMaximum
        else { return nil }
        return frame
    }

    private static func decode(
        _ packet: borrowing Packet, _ decoder: borrowing Decoder, _ frame: borrowing Frame
    ) throws(Failure) -> Bool {
        do throws(LibAVError) {
            try decoder.send(packet)
            try decoder.sendEnd()
            return try decoder.receive(into: frame) == .ready
        } catch {
            if error.code == reelmill_error_no_memory { throw Failure.outOfMemory("Decoding") }
            return false
        }
    }
}
