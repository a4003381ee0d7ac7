import CFileSystem
import Glibc

/// The system calls on which durability rests, so that a test can see in which order they are made.
package struct StorageCalls: Sendable {
    /// Makes a file's bytes, or a directory's entries, durable; 0, or -1 with `errno`. The path is for the reader.
    package var sync: @Sendable (_ descriptor: Int32, _ path: String) -> Int32
    /// Renames, and never replaces: 0, or the code of the error.
    package var rename: @Sendable (_ from: String, _ to: String) -> Int32

    package init(
        sync: @escaping @Sendable (Int32, String) -> Int32,
        rename: @escaping @Sendable (String, String) -> Int32
    ) {
        self.sync = sync
        self.rename = rename
    }

    /// The system's own.
    package static let system = StorageCalls(
        sync: { descriptor, _ in fsync(descriptor) },
        rename: { from, to in reelmill_rename_without_replacing(from, to) })
}
