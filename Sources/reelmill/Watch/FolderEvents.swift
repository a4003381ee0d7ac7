import CFileSystem
import Glibc

/// The kernel's word of what happens in folders (inotify(7)). A hint, and no proof: whoever hears of a file looks at it.
struct FolderEvents: ~Copyable {
    enum Event: Hashable {
        /// A file was made, or closed by somebody who had written it.
        case changed(String)
        /// A file came to this name from another.
        case renamed(String)
        /// A folder appeared, with whatever is in it.
        case folder(String)
        /// Some were missed.
        case overflow
    }

    private let descriptor: Int32
    private var folders: [Int32: String] = [:]

    /// Nil when the kernel gives no more of them.
    init?() {
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { return nil }
    }

    deinit { close(descriptor) }

    /// Hears of a folder from now on; again is no harm, and tells its new name. False when the kernel refuses.
    mutating func hear(of folder: String) -> Bool {
        let mask =
            IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | Int32(IN_ONLYDIR) | Int32(IN_EXCL_UNLINK)
        let watch = inotify_add_watch(descriptor, folder, UInt32(mask))
        guard watch >= 0 else { return false }
        folders[watch] = folder
        return true
    }

    /// All that has happened and was not told.
    mutating func take() -> [Event] {
        var events: [Event] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return events }
            events += buffer.withUnsafeBytes { decode($0, count) }
        }
    }

    private mutating func decode(_ bytes: UnsafeRawBufferPointer, _ count: Int) -> [Event] {
        var events: [Event] = []
        var offset = 0
        let header = MemoryLayout<inotify_event>.size
        while offset + header <= count {
            let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
            let name = bytes[(offset + header)..<(offset + header + Int(event.len))]
            offset += header + Int(event.len)
            let mask = Int32(bitPattern: event.mask)
            if mask & IN_Q_OVERFLOW != 0 { events.append(.overflow) }
            if mask & IN_IGNORED != 0 { folders[event.wd] = nil }
            guard let folder = folders[event.wd], event.len > 0 else { continue }
            let path = folder + "/" + String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            if mask & Int32(IN_ISDIR) != 0 {
                events.append(.folder(path))
            } else {
                events.append(mask & IN_MOVED_TO != 0 ? .renamed(path) : .changed(path))
            }
        }
        return events
    }
}
