import CLibAV
import Glibc
import TranscodeModel

/// libav's view of one read-only descriptor, which the caller owns. Reads by `pread`, opens no path.
struct InputSource: ~Copyable {
    let context: UnsafeMutablePointer<AVIOContext>
    /// Of the whole file.
    let byteCount: Int64
    private let cursor: Unmanaged<DescriptorCursor>

    private init(
        owning context: UnsafeMutablePointer<AVIOContext>, _ cursor: Unmanaged<DescriptorCursor>,
        byteCount: Int64
    ) {
        self.context = context
        self.cursor = cursor
        self.byteCount = byteCount
    }

    static func open(descriptor: Int32) throws(Failure) -> InputSource {
        // Not by `fstat`: the C library's asks by an empty path, and the sandbox allows no call that takes one.
        // Everything is read by `pread`, so the place is nobody's.
        let end = lseek(descriptor, 0, SEEK_END)
        guard end >= 0 else {
            throw Failure(
                .transient, .sourceUnreadable,
                "The source cannot be read: \(String(cString: strerror(errno))). Retry.")
        }
        let byteCount = Int64(end)
        let buffer = try requireAllocated(av_malloc(1 << 16), "Opening the source")
        let cursor = Unmanaged.passRetained(
            DescriptorCursor(descriptor: descriptor, byteCount: byteCount))
        guard
            let context = avio_alloc_context(
                buffer.assumingMemoryBound(to: UInt8.self), 1 << 16, 0, cursor.toOpaque(),
                { DescriptorCursor.of($0).read($1, $2) }, nil,
                { DescriptorCursor.of($0).seek($1, $2) })
        else {
            av_free(buffer)
            cursor.release()
            throw Failure.outOfMemory("Opening the source")
        }
        return InputSource(owning: context, cursor, byteCount: byteCount)
    }

    deinit {
        av_free(context.pointee.buffer)
        var context: UnsafeMutablePointer<AVIOContext>? = context
        avio_context_free(&context)
        cursor.release()
    }
}

/// Where the next read of a descriptor starts.
private final class DescriptorCursor {
    private let descriptor: Int32
    private let byteCount: Int64
    private var position: Int64 = 0

    init(descriptor: Int32, byteCount: Int64) {
        self.descriptor = descriptor
        self.byteCount = byteCount
    }

    static func of(_ opaque: UnsafeMutableRawPointer?) -> DescriptorCursor {
        Unmanaged<DescriptorCursor>.fromOpaque(opaque!).takeUnretainedValue()
    }

    func read(_ buffer: UnsafeMutablePointer<UInt8>?, _ size: Int32) -> Int32 {
        while true {
            let count = ReadClock.measure { pread(descriptor, buffer!, Int(size), Int(position)) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return count == 0 ? reelmill_error_eof : reelmill_error_io }
            position += Int64(count)
            return Int32(count)
        }
    }

    func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
        if whence & AVSEEK_SIZE != 0 { return byteCount }
        let base: Int64
        switch whence & ~AVSEEK_FORCE {
        case SEEK_SET: base = 0
        case SEEK_CUR: base = position
        case SEEK_END: base = byteCount
        default: return Int64(reelmill_error_invalid)
        }
        let (target, overflow) = base.addingReportingOverflow(offset)
        guard !overflow, target >= 0 else { return Int64(reelmill_error_invalid) }
        position = target
        return target
    }
}
