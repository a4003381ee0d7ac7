public import TranscodeModel

/// Where an assembled file goes, from its first byte to its last.
public protocol ByteSink {
    mutating func write(_ bytes: [UInt8]) throws(Failure)
    /// Appends a range of another source. A sink on a file lets the system copy it.
    mutating func copy(from source: any ByteSource, _ extent: Extent) throws(Failure)
}

extension ByteSink {
    /// Copies through memory, a mebibyte at a time.
    public mutating func copy(from source: any ByteSource, _ extent: Extent) throws(Failure) {
        var extent = extent
        while extent.length > 0 {
            let length = min(extent.length, 1 << 20)
            try write(source.read(Extent(offset: extent.offset, length: length)))
            extent = Extent(offset: extent.offset + length, length: extent.length - length)
        }
    }
}

/// Collects the bytes in memory.
public struct MemoryByteSink: ByteSink {
    public private(set) var bytes: [UInt8] = []
    public init() {}
    public mutating func write(_ bytes: [UInt8]) throws(Failure) { self.bytes += bytes }
}
