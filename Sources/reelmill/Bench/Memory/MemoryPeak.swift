/// The most memory that all processes of a run had at one time.
struct MemoryPeak: Encodable, Equatable {
    /// How pages that several processes share were counted.
    enum Method: String, Encodable {
        /// To each process its part of them (`Pss` of `smaps_rollup`).
        case proportional
        /// Once: what is not shared of each process, and the shared part of the one with most of it.
        case sharedOnce
    }

    var bytes: Int64
    /// That there were at that time.
    var processes: Int
    var method: Method
    /// How often was looked.
    var samples: Int
}
