import ContentDigest
import Foundation
import TranscodeModel

/// How each event is chained to the one before it (I10): a SHA-256 over the hash before and every field, each with
/// its type and length, so that no two different events hash the same text.
enum EventChain {
    static let start = Digest.sha256Start

    static func hash(after previous: Digest, _ event: EventRecord) -> Digest {
        var bytes = Array("b32:".utf8) + previous.bytes
        add(&bytes, event.sequence)
        add(&bytes, event.atMilliseconds)
        add(&bytes, event.tenant?.text)
        add(&bytes, event.job?.text)
        add(&bytes, event.position.map { Int64($0) })
        add(&bytes, event.kind)
        add(&bytes, event.from)
        add(&bytes, event.to)
        add(&bytes, event.epoch)
        add(&bytes, event.attempt.map { Int64($0) })
        add(&bytes, event.node)
        add(&bytes, event.detail)
        return Digest.sha256(bytes)
    }

    private static func add(_ bytes: inout [UInt8], _ number: Int64?) {
        bytes += number.map { Array("i\($0);".utf8) } ?? Array("-;".utf8)
    }

    private static func add(_ bytes: inout [UInt8], _ text: String?) {
        bytes += text.map { Array("s\($0.utf8.count):".utf8) + $0.utf8 } ?? Array("-;".utf8)
    }

    /// The text of a value in the history: its keys sorted, so that the same value is the same text.
    static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch { preconditionFailure("our own values have a JSON form: \(error)") }
    }
}

extension Digest {
    /// What the first event is chained to.
    fileprivate static var sha256Start: Digest {
        guard let digest = Digest(bytes: [UInt8](repeating: 0, count: Digest.byteCount)) else {
            preconditionFailure("SHA-256 has 32 bytes")
        }
        return digest
    }
}
