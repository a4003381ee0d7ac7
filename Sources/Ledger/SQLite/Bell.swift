import Glibc

/// A file beside a ledger that is written after each commit, so that others can be told of it. The ledger's own log will
/// not do: it is written before the commit can be seen.
final class Bell: Sendable {
    private let file: Int32

    static func name(ledger path: String) -> String { path + "-bell" }

    init(ledger path: String) throws(LedgerFailure) {
        file = open(Bell.name(ledger: path), O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else {
            throw LedgerFailure(
                .unreachable,
                "\(path): the file beside it, -bell, cannot be made (errno \(errno)). Check the rights."
            )
        }
    }

    deinit { close(file) }

    /// Who misses it looks again before long: nothing rests on it.
    func ring() { _ = pwrite(file, "!", 1, 0) }
}
