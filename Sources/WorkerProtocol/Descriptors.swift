/// The descriptors that a worker is started with. It has no others.
///
/// 0 carries one framed request, 1 carries framed events, 2 is the log. A worker never opens a path.
public enum WorkerDescriptor {
    public static let request: Int32 = 0
    public static let events: Int32 = 1
    public static let log: Int32 = 2
    /// The upload, or the first input, read-only.
    public static let source: Int32 = 3
    /// The staging file, read-write and empty.
    public static let staging: Int32 = 4
    /// Further inputs follow, in the request's order.
    public static let firstExtraInput: Int32 = 5
}
