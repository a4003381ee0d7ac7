import Foundation
import Synchronization

/// A terminal that is taken whole, and given back as it was.
final class Terminal {
    private var saved = termios()
    private let allowsColor: Bool

    /// Set by SIGTERM and SIGHUP, which must give the terminal back too.
    private static let isEnded = Atomic(false)

    enum Key: Equatable {
        case up, down, tab, enter, escape, end
        case character(Character)
    }

    /// Nil where standard input or output is none.
    init?() {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1,
            tcgetattr(STDIN_FILENO, &saved) == 0
        else { return nil }
        allowsColor = ProcessInfo.processInfo.environment["NO_COLOR", default: ""].isEmpty
        var raw = saved
        cfmakeraw(&raw)
        // Output as it was: line feeds go to the left.
        raw.c_oflag = saved.c_oflag
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) == 0 else { return nil }
        for number in [SIGTERM, SIGHUP] {
            signal(number) { _ in Terminal.isEnded.store(true, ordering: .relaxed) }
        }
        // The other screen, without a cursor.
        Console.write("\u{1B}[?1049h\u{1B}[?25l", to: STDOUT_FILENO)
    }

    deinit {
        Console.write("\u{1B}[?25h\u{1B}[?1049l", to: STDOUT_FILENO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved)
    }

    var size: (columns: Int, rows: Int) { Terminal.size(of: STDOUT_FILENO) ?? (80, 24) }

    static func size(of descriptor: Int32) -> (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
        else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// All lines at once, from the top, so that nothing flickers.
    func show(_ lines: [ScreenLine]) {
        var text = "\u{1B}[H"
        for (index, line) in lines.enumerated() {
            // What was there goes first: behind a full line the cursor still stands on its last column.
            text += "\u{1B}[2K" + styled(line)
            if index < lines.count - 1 { text += "\r\n" }
        }
        Console.write(text + "\u{1B}[J", to: STDOUT_FILENO)
    }

    private func styled(_ line: ScreenLine) -> String {
        let code =
            switch line.style {
            case .plain: ""
            case .bold: "1"
            case .dim: "2"
            case .chosen: "7"
            case .alarm: allowsColor ? "31" : "1"
            }
        return code.isEmpty ? line.text : "\u{1B}[\(code)m\(line.text)\u{1B}[0m"
    }

    /// Keys that were pressed within the time; `end` when there will be no more.
    func keys(waitMilliseconds: Int32) -> [Key] {
        var ready = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        let count = poll(&ready, 1, waitMilliseconds)
        if Terminal.isEnded.load(ordering: .relaxed) { return [.end] }
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: 256)
        let length = read(STDIN_FILENO, &bytes, bytes.count)
        guard length > 0 else { return length < 0 && errno == EINTR ? [] : [.end] }
        return Terminal.keys(in: bytes[..<length])
    }

    /// What the bytes of a terminal say (ECMA-48; arrows as of the VT100).
    static func keys(in bytes: ArraySlice<UInt8>) -> [Key] {
        var keys: [Key] = []
        var rest = bytes
        while let byte = rest.first {
            rest = rest.dropFirst()
            switch byte {
            case 0x1B where rest.first == 0x5B || rest.first == 0x4F:
                rest = rest.dropFirst()
                // Parameters and intermediates, then what it is.
                while let next = rest.first, (0x20...0x3F).contains(next) {
                    rest = rest.dropFirst()
                }
                if rest.first == 0x41 { keys.append(.up) }
                if rest.first == 0x42 { keys.append(.down) }
                rest = rest.dropFirst()
            case 0x1B: keys.append(.escape)
            case 0x09: keys.append(.tab)
            case 0x0A, 0x0D: keys.append(.enter)
            // Interrupt and end of file.
            case 0x03, 0x04: keys.append(.end)
            case 0x20...0x7E: keys.append(.character(Character(Unicode.Scalar(byte))))
            default: break
            }
        }
        return keys
    }
}
