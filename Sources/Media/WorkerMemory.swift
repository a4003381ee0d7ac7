import CLibAV

/// How a worker's memory is kept.
public enum WorkerMemory {
    /// Memory is kept for the next picture instead of being given back to the kernel after each, which would clear it and map
    /// it again, page by page. Call it before memory is much used, and before there is a second thread.
    public static func keep() {
        // Greatest that the C library takes: what is larger is mapped by itself, and given back when it is freed.
        let mappedBytes: Int32 = 32 << 20
        let keptBytes: Int32 = 256 << 20
        guard reelmill_keep_memory(mappedBytes, keptBytes) != 0
        else { preconditionFailure("the C library does not take its own limits") }
    }
}
