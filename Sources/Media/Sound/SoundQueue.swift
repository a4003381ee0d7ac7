import CLibAV
import TranscodeModel

/// Holds converted samples until there is a whole codec frame of them, up to the plan's count.
struct SoundQueue: ~Copyable {
    private let fifo: OpaquePointer
    private let form: SoundForm
    private let limit: Int
    /// Samples put in so far.
    private(set) var appended = 0

    private init(owning fifo: OpaquePointer, _ form: SoundForm, limit: Int) {
        self.fifo = fifo
        self.form = form
        self.limit = limit
    }

    /// A queue that takes `limit` samples in all and drops any more.
    static func open(for form: SoundForm, limit: Int) throws(Failure) -> SoundQueue {
        let fifo = try requireAllocated(
            av_audio_fifo_alloc(form.format, form.channels, 1 << 14), "Making room for sound")
        return SoundQueue(owning: fifo, form, limit: limit)
    }

    /// Samples that can be taken.
    var available: Int { Int(av_audio_fifo_size(fifo)) }
    var isFull: Bool { appended == limit }

    /// An empty block of the queue's form.
    func block(samples: Int32) throws(Failure) -> Frame {
        let frame = try Frame.allocate()
        frame.pointer.pointee.nb_samples = samples
        frame.pointer.pointee.format = form.format.rawValue
        frame.pointer.pointee.sample_rate = form.rate
        form.setLayout(&frame.pointer.pointee.ch_layout)
        try requireSuccess(av_frame_get_buffer(frame.pointer, 0), "Making a block of sound")
        return frame
    }

    mutating func append(_ block: borrowing Frame) throws(Failure) {
        let wanted = min(Int(block.pointer.pointee.nb_samples), limit - appended)
        guard wanted > 0 else { return }
        try block.withPlanes { planes throws(Failure) in
            let written = try requireSuccess(
                av_audio_fifo_write(fifo, planes, Int32(wanted)), "Queueing sound")
            precondition(written == wanted)
        }
        appended += wanted
    }

    /// Takes that many samples, of those available.
    func take(_ samples: Int) throws(Failure) -> Frame {
        precondition(samples <= available)
        let frame = try block(samples: Int32(samples))
        try frame.withPlanes { planes throws(Failure) in
            let read = try requireSuccess(
                av_audio_fifo_read(fifo, planes, Int32(samples)), "Queueing sound")
            precondition(read == samples)
        }
        return frame
    }

    deinit { av_audio_fifo_free(fifo) }
}

extension Frame {
    /// Calls `body` with the addresses of a block's planes.
    func withPlanes(
        _ body: (UnsafeMutablePointer<UnsafeMutableRawPointer?>) throws(Failure) -> Void
    ) throws(Failure) {
        let planar = av_sample_fmt_is_planar(AVSampleFormat(pointer.pointee.format)) != 0
        let count = planar ? Int(pointer.pointee.ch_layout.nb_channels) : 1
        var planes = (0..<count).map { index in
            pointer.pointee.extended_data[index].map { UnsafeMutableRawPointer($0) }
        }
        var failure: Failure?
        planes.withUnsafeMutableBufferPointer { buffer in
            do throws(Failure) { try body(buffer.baseAddress!) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}

extension Frame {
    /// Multiplies every sample of a block of floating-point samples.
    func multiply(with gain: Float) {
        guard gain != 1 else { return }
        let isPlanar = av_sample_fmt_is_planar(AVSampleFormat(pointer.pointee.format)) != 0
        let channels = Int(pointer.pointee.ch_layout.nb_channels)
        let count = Int(pointer.pointee.nb_samples) * (isPlanar ? 1 : channels)
        for plane in 0..<(isPlanar ? channels : 1) {
            guard let bytes = pointer.pointee.extended_data[plane] else { continue }
            bytes.withMemoryRebound(to: Float.self, capacity: count) { samples in
                for index in 0..<count { samples[index] *= gain }
            }
        }
    }
}
