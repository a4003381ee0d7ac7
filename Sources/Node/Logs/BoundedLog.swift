/// What is kept of an attempt's log: its head for good, of the rest only the end, and between them a line that says how
/// much is left out. It says which bytes a store must still be given, so that what stands there is the same.
package struct BoundedLog {
    private let headMaximum: Int
    private let tailMaximum: Int
    private var head: [UInt8] = []
    private var tail: ArraySlice<[UInt8]> = []
    private var tailBytes = 0
    private var leftOut = 0
    /// As it begins the last line that was left out.
    private var lastLeftOut: [UInt8] = []
    /// How many of the first bytes the store has.
    private var written = 0

    /// Half of `maximum` bytes for the head, the other for the end.
    init(maximum: Int = 64 << 10) {
        headMaximum = maximum / 2
        tailMaximum = maximum / 2
    }

    /// A line, without its end.
    mutating func append(_ line: String) {
        let bytes = Array(line.utf8) + [UInt8(ascii: "\n")]
        if tail.isEmpty, head.count + bytes.count <= headMaximum {
            head += bytes
            return
        }
        tail.append(bytes)
        tailBytes += bytes.count
        while tailBytes > tailMaximum, let first = tail.first, tail.count > 1 {
            tail = tail.dropFirst()
            tailBytes -= first.count
            leftOut += first.count
            lastLeftOut = first
            written = min(written, head.count)
        }
    }

    /// What must stand after the first `offset` bytes in the store, and nothing after it; nil when the store is up to date.
    mutating func takeUnwritten() -> (offset: Int, bytes: [UInt8])? {
        var bytes = head[min(written, head.count)...] + []
        var rest: [UInt8] = leftOut > 0 ? leftOutLine : []
        for line in tail { rest += line }
        bytes += rest.dropFirst(max(0, written - head.count))
        guard !bytes.isEmpty else { return nil }
        defer { written += bytes.count }
        return (written, Array(bytes))
    }

    /// The store did not take what was to stand after so many bytes.
    mutating func notWritten(after offset: Int) { written = min(written, offset) }

    /// It has the time of the last line that it stands for.
    private var leftOutLine: [UInt8] {
        let time = lastLeftOut.prefix { $0 != UInt8(ascii: " ") }
        return time + Array(" node … \(leftOut)\(BoundedLog.leftOutWords)\n".utf8)
    }

    private static let leftOutWords = " bytes of this log are left out here …"

    /// How many bytes a message of a node stands for; nil for one that is no such line.
    package static func leftOut(of message: Substring) -> Int? {
        guard message.hasPrefix("… "), message.hasSuffix(leftOutWords) else { return nil }
        return Int(message.dropFirst(2).dropLast(leftOutWords.count))
    }
}
