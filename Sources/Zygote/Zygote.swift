import CSpawn

/// A process of a worker program that has loaded everything, and makes a child for each worker that its host orders.
///
/// It never starts a thread, never opens media and never reads what a stranger could have written, so that each child is
/// as a worker just started is. It ends with its host.
public enum Zygote {
    /// What this process was started with, without its name; in the child of a zygote, what its host ordered.
    ///
    /// In a process that its host asked to be a zygote this returns in the children only, with the descriptors
    /// and limits of a worker.
    /// - Parameter preload: does once what every child would do first.
    public static func arguments(preload: () -> Void) -> [String] {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments == [REELMILL_ZYGOTE_ARGUMENT] else { return arguments }
        preload()
        var order = reelmill_zygote_order()
        reelmill_zygote_serve(&order)
        return [
            withUnsafeBytes(of: order.argument) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
        ]
    }
}
