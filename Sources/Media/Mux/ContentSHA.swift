import CLibAV
import TranscodeModel

extension Digest {
    /// The SHA-256 of some bytes, by libavutil: the worker links nothing else that has one.
    static func ofInitializationSegment(_ bytes: [UInt8]) throws(Failure) -> Digest {
        let context = try requireAllocated(av_sha_alloc(), "Hashing")
        defer { av_free(UnsafeMutableRawPointer(context)) }
        try requireSuccess(av_sha_init(context, 256), "Hashing")
        av_sha_update(context, bytes, bytes.count)
        var result = [UInt8](repeating: 0, count: Digest.byteCount)
        av_sha_final(context, &result)
        guard let digest = Digest(bytes: result) else {
            preconditionFailure("SHA-256 has 32 bytes")
        }
        return digest
    }
}
