import CLibAV
import Glibc
import TranscodeModel

/// libav's view of the staging descriptor, for a muxer that goes back to fill in sizes.
///
/// Without a descriptor it only measures what would be written.
struct SeekableOutput: ~Copyable {
    let context: UnsafeMutablePointer<AVIOContext>
    private let cursor: Unmanaged<WriteCursor>

    private init(
        owning context: UnsafeMutablePointer<AVIOContext>, _ cursor: Unmanaged<WriteCursor>
    ) {
        self.context = context
        self.cursor = cursor
    }

    static func open(descriptor: Int32?) throws(Failure) -> SeekableOutput {
        let buffer = try requireAllocated(av_malloc(1 << 16), "Opening the staging file")
        let cursor = Unmanaged.passRetained(WriteCursor(descriptor: descriptor))
        guard
            let context = avio_alloc_context(
                buffer.assumingMemoryBound(to: UInt8.self), 1 << 16, 1, cursor.toOpaque(), nil,
                { WriteCursor.of($0).write($1, $2) }, { WriteCursor.of($0).seek($1, $2) })
        else {
            av_free(buffer)
            cursor.release()
            throw Failure.outOfMemory("Opening the staging file")
        }
        return SeekableOutput(owning: context, cursor)
    }

    /// Where the muxer is now.
    var position: Int64 { avio_tell(context) }

    /// The length of all that was written, after a flush.
    func flushedLength() -> Int64 {
        avio_flush(context)
        return cursor.takeUnretainedValue().end
    }

    /// Throws what the system said of a write that failed; libav passes on only that one did.
    func requireWritten() throws(Failure) {
        let reason = cursor.takeUnretainedValue().reason
        if reason != 0 { throw StagingFile.failure(reason) }
    }

    deinit {
        av_free(context.pointee.buffer)
        var context: UnsafeMutablePointer<AVIOContext>? = context
        avio_context_free(&context)
        cursor.release()
    }
}

/// Where the next write to a descriptor goes.
private final class WriteCursor {
    private let descriptor: Int32?
    private var position: Int64 = 0
    private(set) var end: Int64 = 0
    /// The system's error number of the first write that failed, or 0.
    private(set) var reason: Int32 = 0

    init(descriptor: Int32?) { self.descriptor = descriptor }

    static func of(_ opaque: UnsafeMutableRawPointer?) -> WriteCursor {
        Unmanaged<WriteCursor>.fromOpaque(opaque!).takeUnretainedValue()
    }

    func write(_ bytes: UnsafeMutablePointer<UInt8>?, _ size: Int32) -> Int32 {
        var done = 0
        while let descriptor, done < Int(size) {
            let count = pwrite(descriptor, bytes! + done, Int(size) - done, Int(position) + done)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                if reason == 0 { reason = errno }
                return reelmill_error_io
            }
            done += count
        }
        position += Int64(size)
        end = max(end, position)
        return size
    }

    func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
        if whence & AVSEEK_SIZE != 0 { return end }
        let base: Int64
        switch whence & ~AVSEEK_FORCE {
        case SEEK_SET: base = 0
        case SEEK_CUR: base = position
        case SEEK_END: base = end
        default: return Int64(reelmill_error_invalid)
        }
        let (target, overflow) = base.addingReportingOverflow(offset)
        guard !overflow, target >= 0 else { return Int64(reelmill_error_invalid) }
        position = target
        return target
    }
}
