/// Something of a source that could not be used as it should be, and where.
///
/// It is found by the process that parses uploads, so it is only ever shown and counted, never computed with.
public struct Damage: Hashable, Sendable, Codable {
    /// What was wrong. Coded names are stable: receipts have them.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// The file ends before what its index lists.
        case cutShort = "cut-short"
        /// The demuxer could not read on.
        case unreadable
        /// Packets that the container itself marks as damaged.
        case corruptPackets = "corrupt-packets"
        /// Packets that the decoder refused, or pictures that it had to patch up.
        case decodeErrors = "decode-errors"
        /// A stream of which nothing could be decoded.
        case undecodableStream = "undecodable-stream"
    }

    public var kind: Kind
    /// Nil for the file as a whole.
    public var streamIndex: Int?
    /// Packets or pictures; at least 1.
    public var count: Int
    /// Seconds on the source's timeline from the first to the last; nil where that is not known.
    public var start: Rational?
    public var end: Rational?

    public init(
        kind: Kind, streamIndex: Int?, count: Int, start: Rational? = nil, end: Rational? = nil
    ) {
        self.kind = kind
        self.streamIndex = streamIndex
        self.count = count
        self.start = start
        self.end = end
    }

    /// Entries that are told of one source or of one piece of work: what a worker tells beyond them is left out.
    public static let entriesMaximum = 500

    /// Whether the count can be added up.
    public var isInRange: Bool { (0...1 << 40).contains(count) }

    /// One sentence for people.
    public var text: String {
        let stream = streamIndex.map { "Stream \($0)" } ?? "The file"
        let things = count == 1 ? "" : "s"
        switch kind {
        case .cutShort:
            return
                "\(stream) is cut short\(place(" at ")): what its index lists after that is missing."
        case .unreadable:
            return "\(stream) is damaged and cannot be read on\(place(" after "))."
        case .corruptPackets:
            return "\(stream): \(count) packet\(things) came damaged\(place(", "))."
        case .decodeErrors:
            return "\(stream): \(count) error\(things) while decoding\(place(", ")); what could be "
                + "decoded is used, and gaps are held."
        case .undecodableStream: return "\(stream): nothing of it can be decoded."
        }
    }

    private func place(_ preposition: String) -> String {
        guard let start else { return "" }
        let first = Damage.seconds(start)
        let last = end.map(Damage.seconds) ?? first
        return preposition + (first == last ? "\(first) s" : "from \(first) to \(last) s")
    }

    /// Three decimals, without a formatter that asks for a locale.
    private static func seconds(_ time: Rational) -> String {
        let thousandths = (time.approximation * 1000).rounded()
        guard thousandths.magnitude < 1e15 else { return "?" }
        let whole = Int64(thousandths)
        let part = String(whole.magnitude % 1000)
        return (whole < 0 ? "-" : "") + "\(whole.magnitude / 1000)."
            + String(repeating: "0", count: 3 - part.count) + part
    }
}

extension Damage {
    /// One entry for each stream and kind, from the first to the last, in the order of their first appearance.
    public static func merged(_ damage: [Damage]) -> [Damage] {
        var result: [Damage] = []
        for entry in damage {
            guard
                let index = result.firstIndex(where: {
                    $0.kind == entry.kind && $0.streamIndex == entry.streamIndex
                })
            else {
                result.append(entry)
                continue
            }
            result[index].count &+= entry.count
            result[index].start = [result[index].start, entry.start].compactMap { $0 }.min()
            result[index].end = [result[index].end, entry.end].compactMap { $0 }.max()
        }
        return result
    }
}

extension Damage {
    /// What several units found, in their order, each thing once: where two decode one stream, both meet the same errors.
    /// What one unit tells twice stays.
    public static func ofUnits(_ units: [[Damage]]) -> [Damage] {
        var result: [Damage] = []
        for list in units {
            let known = result
            result += list.filter { entry in
                !known.contains {
                    $0.kind == entry.kind && $0.streamIndex == entry.streamIndex
                        && $0.start == entry.start && $0.end == entry.end
                }
            }
        }
        return result
    }
}

/// What becomes of a source that is damaged.
public enum DamagePolicy: String, Hashable, Sendable, Codable, CaseIterable {
    /// Any damage fails the job, naming time and stream.
    case strict
    /// What can be decoded is used; gaps are held, so that sound and picture stay together, and the damage is listed.
    case salvage
}
