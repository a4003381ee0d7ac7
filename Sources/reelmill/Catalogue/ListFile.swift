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
        scratch = nil
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFault(
                .usage,
                "\(path): the list cannot be read (\(String(cString: strerror(errno)))). Check the path."
            )
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

    func forEach(_ body: (CatalogueEntry) throws -> Void) throws {
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

    /// Each line without its end; in CSV, line ends within quotes belong to the record. Nil for what is no text.
    private func forEachRecord(_ body: (String?) throws -> Void) throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var record: [UInt8] = []
        var isTooLong = false
        var isQuoted = false
        var offset: off_t = 0
        func end() throws {
            if record.last == 0x0D { record.removeLast() }
            try body(isTooLong ? nil : String(validating: record, as: UTF8.self))
            record.removeAll(keepingCapacity: true)
            isTooLong = false
        }
        while true {
            let count = pread(descriptor, &buffer, buffer.count, offset)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw CommandFault(
                    .usage,
                    "\(name): the list cannot be read (\(String(cString: strerror(errno)))).")
            }
            if count == 0 { break }
            offset += off_t(count)
            for byte in buffer[..<count] {
                if byte == 0x22, format == .csv { isQuoted.toggle() }
                if byte == 0x0A, !isQuoted || isTooLong {
                    isQuoted = false
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
