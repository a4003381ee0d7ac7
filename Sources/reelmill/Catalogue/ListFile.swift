import Foundation
import WorkerHost

/// A list of sources in a file, or what came on standard input, kept in a file so that it can be read twice.
final class ListFile {
    private let descriptor: Int32
    private let name: String
    private let format: ListFormat
    /// Keeps the file of standard input as long as it is needed.
    private let scratch: ScratchFile?

    /// A longer line is no row of a list.
    private static let lineBytesMaximum = 1 << 20

    init(_ path: String, format: ListFormat?) throws {
        self.format = format ?? ListFormat(path: path)
        if path == "-" {
            name = "standard input"
            let scratch = try ScratchFile()
            try ListFile.copy(STDIN_FILENO, to: scratch.descriptor)
            self.scratch = scratch
            descriptor = scratch.descriptor
            return
        }
        name = path
        let opened = open(path, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else {
            throw CommandFault(
                .usage,
                "\(path): the list cannot be read (\(String(cString: strerror(errno)))). Check the path."
            )
        }
        // A pipe is read once only.
        if lseek(opened, 0, SEEK_CUR) < 0 {
            let scratch = try ScratchFile()
            defer { close(opened) }
            try ListFile.copy(opened, to: scratch.descriptor)
            self.scratch = scratch
            descriptor = scratch.descriptor
        } else {
            scratch = nil
            descriptor = opened
        }
    }

    deinit { if scratch == nil { close(descriptor) } }

    private static func copy(_ input: Int32, to output: Int32) throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(input, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count == 0 { return }
            guard count > 0, write(output, buffer, count) == count else {
                throw CommandFault(
                    .unreachable,
                    "standard input: the list cannot be kept in \(NSTemporaryDirectory())")
            }
        }
    }

    func readEach(_ body: (CatalogueEntry) throws -> Void) throws {
        var columns: [String]?
        var number = 0
        try forEachRecord { record in
            number += 1
            guard let text = record else {
                return try body(
                    CatalogueEntry(
                        fault: "\(name), row \(number): it is longer than a megabyte, or not UTF-8",
                        line: number))
            }
            if text.allSatisfy(\.isWhitespace) { return }
            switch format {
            case .lines:
                try body(CatalogueEntry(path: text, name: (text as NSString).lastPathComponent))
            case .ndjson: try body(ListRow.json(text, line: number, name))
            case .csv:
                let fields = ListRow.fields(text)
                guard let names = columns else {
                    guard fields.contains("input") else {
                        throw CommandFault(
                            .usage,
                            "\(name): the first line must name the columns, with “input” among them"
                        )
                    }
                    columns = fields
                    return
                }
                try body(ListRow.entry(fields, columns: names, line: number, name))
            }
        }
    }

    /// Each line without its end; in CSV, line ends within quotes belong to the record, and a quote begins one at the start
    /// of a field only. Nil for what is no text.
    private func forEachRecord(_ body: (String?) throws -> Void) throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var record: [UInt8] = []
        var isTooLong = false
        var quotes = QuoteState()
        var offset: off_t = 0
        func end() throws {
            if record.last == 0x0D { record.removeLast() }
            try body(isTooLong ? nil : String(validating: record, as: UTF8.self))
            record.removeAll(keepingCapacity: true)
            (isTooLong, quotes) = (false, QuoteState())
        }
        while true {
            let count = pread(descriptor, &buffer, buffer.count, offset)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw CommandFault(
                    .usage,
                    "\(name): the list cannot be read (\(String(cString: strerror(errno)))). Copy it to "
                        + "a file of this machine, and name that.")
            }
            if count == 0 { break }
            // The mark that some programs put before UTF-8.
            let isMarked = offset == 0 && buffer[..<count].starts(with: [0xEF, 0xBB, 0xBF])
            offset += off_t(count)
            for byte in buffer[(isMarked ? 3 : 0)..<count] {
                let isWithinQuotes = format == .csv && quotes.isOpen(before: byte)
                if byte == 0x0A, !isWithinQuotes || isTooLong {
                    try end()
                } else if record.count < ListFile.lineBytesMaximum {
                    record.append(byte)
                } else {
                    isTooLong = true
                }
            }
        }
        if !record.isEmpty { try end() }
    }
}

/// Whether a place in a record of CSV is within quotes.
private struct QuoteState {
    private enum Place { case start, plain, quoted, quoteInQuoted }
    private var place = Place.start

    /// Takes the next byte, and tells whether it is within quotes.
    mutating func isOpen(before byte: UInt8) -> Bool {
        let isQuote = byte == UInt8(ascii: "\"")
        switch place {
        case .start where isQuote: place = .quoted
        case .quoted:
            if isQuote { place = .quoteInQuoted }
            return true
        case .quoteInQuoted where isQuote: place = .quoted
        default: place = byte == UInt8(ascii: ",") ? .start : .plain
        }
        return false
    }
}
