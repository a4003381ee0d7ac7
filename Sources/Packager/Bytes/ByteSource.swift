public import TranscodeModel

/// Bytes that can be read anywhere: an open file, an artifact, memory.
public protocol ByteSource: Sendable {
    /// What people call it in messages, such as `video/v720.mp4`.
    var name: String { get }
    var byteCount: Int64 { get }
    /// Exactly `length` bytes from `offset`. A range that is not inside the source is
    /// `outputInvalid`; a read that the system refuses is `storageFailed`.
    func read(at offset: Int64, length: Int) throws(Failure) -> [UInt8]
}

extension ByteSource {
    /// The bytes of an extent.
    public func read(_ extent: Extent) throws(Failure) -> [UInt8] {
        guard let length = Int(exactly: extent.length) else {
            throw fault("a range of \(extent.length) bytes", at: extent.offset)
        }
        return try read(at: extent.offset, length: length)
    }

    /// Refuses a range that does not lie inside the source.
    func checkRange(at offset: Int64, length: Int) throws(Failure) {
        guard offset >= 0, length >= 0, offset <= byteCount, Int64(length) <= byteCount - offset
        else {
            throw fault("\(length) bytes are needed, but the file has \(byteCount)", at: offset)
        }
    }

    func fault(_ reason: String, at offset: Int64) -> Failure {
        .invalidBytes(name, reason, at: offset)
    }
}

extension Failure {
    /// Bytes that Reelmill made and that are not what they should be.
    static func invalidBytes(_ name: String, _ reason: String, at offset: Int64) -> Failure {
        Failure(
            .permanent, .outputInvalid,
            "\(name) is not valid at byte \(offset): \(reason). Transcode the source again.")
    }
}

/// Bytes in memory.
public struct MemoryByteSource: ByteSource {
    public let name: String
    public let bytes: [UInt8]

    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    public var byteCount: Int64 { Int64(bytes.count) }

    public func read(at offset: Int64, length: Int) throws(Failure) -> [UInt8] {
        try checkRange(at: offset, length: length)
        return Array(bytes[Int(offset)..<Int(offset) + length])
    }
}
