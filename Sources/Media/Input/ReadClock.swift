import Glibc

/// CPU-seconds that the calling thread has spent in reading sources, so that no stage that reads counts them too.
///
/// Kept by thread, as the CPU time is that it is compared with.
enum ReadClock {
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        precondition(pthread_key_create(&key) { free($0) } == 0, "a process has room for one key")
        return key
    }()

    /// So far.
    static var seconds: Double {
        pthread_getspecific(key)?.assumingMemoryBound(to: Double.self).pointee ?? 0
    }

    /// Performs one read and adds what it took.
    static func measure<Value>(_ body: () -> Value) -> Value {
        let start = threadSeconds
        let value = body()
        cell.pointee += threadSeconds - start
        return value
    }

    private static var cell: UnsafeMutablePointer<Double> {
        if let known = pthread_getspecific(key) {
            return known.assumingMemoryBound(to: Double.self)
        }
        // `free` ends it with its thread.
        guard let memory = calloc(1, MemoryLayout<Double>.size),
            pthread_setspecific(key, memory) == 0
        else { preconditionFailure("there is no memory for eight bytes") }
        return memory.assumingMemoryBound(to: Double.self)
    }

    /// CPU-seconds of this thread.
    static var threadSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
