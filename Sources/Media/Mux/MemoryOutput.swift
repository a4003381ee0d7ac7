import CLibAV
import TranscodeModel

/// Collects what a muxer writes. It cannot seek, so only fragmented forms can be written.
struct MemoryOutput: ~Copyable {
    let context: UnsafeMutablePointer<AVIOContext>
    private let bytes: Unmanaged<OutputBytes>

    private init(
        owning context: UnsafeMutablePointer<AVIOContext>, _ bytes: Unmanaged<OutputBytes>
    ) {
        self.context = context
        self.bytes = bytes
    }

    static func open() throws(Failure) -> MemoryOutput {
        let buffer = try requireAllocated(av_malloc(1 << 16), "Opening a muxer")
        let bytes = Unmanaged.passRetained(OutputBytes())
        guard
            let context = avio_alloc_context(
                buffer.assumingMemoryBound(to: UInt8.self), 1 << 16, 1, bytes.toOpaque(), nil,
                { opaque, data, size in
                    Unmanaged<OutputBytes>.fromOpaque(opaque!).takeUnretainedValue().list
                        .append(contentsOf: UnsafeBufferPointer(start: data, count: Int(size)))
                    return size
                }, nil)
        else {
            av_free(buffer)
            bytes.release()
            throw Failure.outOfMemory("Opening a muxer")
        }
        return MemoryOutput(owning: context, bytes)
    }

    /// All bytes since the last call.
    func drain() -> [UInt8] {
        avio_flush(context)
        let box = bytes.takeUnretainedValue()
        defer { box.list = [] }
        return box.list
    }

    deinit {
        av_free(context.pointee.buffer)
        var context: UnsafeMutablePointer<AVIOContext>? = context
        avio_context_free(&context)
        bytes.release()
    }
}

private final class OutputBytes { var list: [UInt8] = [] }
