import Foundation

/// Where a child is: the seed that it is at, kept in a file so that it outlives a trap.
struct Mark {
    private let descriptor: Int32

    init(path: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw FuzzFault("\(path): \(String(cString: strerror(errno)))")
        }
    }

    /// `unreported` are the rounds whose outcomes are not told yet, this one too.
    func set(seed: UInt64, unreported: Int) {
        let words = [seed, UInt64(unreported)]
        words.withUnsafeBytes { _ = pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    func get() -> (seed: UInt64, unreported: Int)? {
        var words: [UInt64] = [0, 0]
        let count = words.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        return count == 16 ? (words[0], Int(words[1])) : nil
    }

    func shut() { close(descriptor) }
}
