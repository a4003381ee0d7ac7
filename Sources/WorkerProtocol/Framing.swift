public import Foundation

/// One message on a descriptor: four bytes of length, big-endian, then that many bytes of JSON.
public enum Framing {
    /// A longer message is refused: a worker is not trusted to say how much the node reads (I17).
    public static let messageBytesMaximum = 64 << 20

    public static func frame(_ message: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let body = try encoder.encode(message)
        var framed = Data(capacity: body.count + 4)
        withUnsafeBytes(of: UInt32(body.count).bigEndian) { framed.append(contentsOf: $0) }
        framed.append(body)
        return framed
    }
}

/// Cuts a byte stream back into messages.
public struct FrameReader: Sendable {
    public struct Oversized: Error, Hashable, Sendable { public var byteCount: Int }
    private var buffer = Data()

    public init() {}

    public mutating func append(_ bytes: some DataProtocol) { buffer.append(contentsOf: bytes) }

    /// Whether bytes of an unfinished message are left.
    public var isMidMessage: Bool { !buffer.isEmpty }

    /// The next whole message, or nil until more bytes come.
    public mutating func next<Message: Decodable>(_ type: Message.Type) throws -> Message? {
        guard buffer.count >= 4 else { return nil }
        let length = Int(buffer.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
        guard length <= Framing.messageBytesMaximum else { throw Oversized(byteCount: length) }
        guard buffer.count >= 4 + length else { return nil }
        let body = Data(buffer.dropFirst(4).prefix(length))
        buffer = Data(buffer.dropFirst(4 + length))
        return try JSONDecoder().decode(type, from: body)
    }
}
