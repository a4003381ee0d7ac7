import CSpawn
import Glibc

/// Both ends of a pipe; what is still open is closed at the end of its life.
struct Pipe: ~Copyable {
    private(set) var readEnd: Int32
    private(set) var writeEnd: Int32

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        let code = reelmill_pipe(&ends)
        guard code == 0 else { throw SystemError(code: code) }
        readEnd = ends[0]
        writeEnd = ends[1]
    }

    mutating func closeReadEnd() {
        close(readEnd)
        readEnd = -1
    }

    mutating func closeWriteEnd() {
        close(writeEnd)
        writeEnd = -1
    }

    deinit {
        if readEnd >= 0 { close(readEnd) }
        if writeEnd >= 0 { close(writeEnd) }
    }
}

/// An `errno`.
struct SystemError: Error {
    var code: Int32
    var text: String { String(cString: strerror(code)) }
}

func setNonBlocking(_ descriptor: Int32) {
    let flags = fcntl(descriptor, F_GETFL)
    precondition(flags >= 0 && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0)
}

/// What is there to read now, up to `maximum` bytes; nil at the end of the stream.
func readAvailable(_ descriptor: Int32, maximum: Int = 1 << 16) -> [UInt8]? {
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: maximum) { buffer, filled in
        repeat {
            count = read(descriptor, buffer.baseAddress, maximum)
        } while count < 0
            && errno == EINTR
        filled = max(count, 0)
    }
    if count > 0 { return bytes }
    return count < 0 && errno == EAGAIN ? [] : nil
}
