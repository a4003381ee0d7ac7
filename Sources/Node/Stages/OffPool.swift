import Foundation

/// Does synchronous work on a thread of its own, so that the threads which keep the node's time are
/// never blocked by a disk.
package func offPool<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
) async throws -> Value {
    let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
        let thread = Thread { continuation.resume(returning: Result { try work() }) }
        thread.name = "stage"
        thread.start()
    }
    return try result.get()
}
