/// A kind of call on a kind of file that can be made to fail.
struct FaultTarget: Hashable {
    /// As people name it: `sync-ledger`.
    var name: String
    var call: String
    /// A piece of the paths that are meant.
    var text: String
    var effects: [String]
    /// Whether every unit makes such calls, so that one in several may fail again and again without
    /// using up any unit's attempts.
    var isSpread = false

    static let syncs = [
        FaultTarget(
            name: "staging", call: "sync", text: "/store/staging", effects: ["EIO", "ENOSPC"],
            isSpread: true),
        FaultTarget(name: "objects", call: "sync", text: "/store/objects", effects: ["EIO"]),
        FaultTarget(
            name: "ledger", call: "sync", text: "/ledger.sqlite", effects: ["EIO"], isSpread: true),
        FaultTarget(name: "output", call: "sync", text: ".reelmill-", effects: ["EIO", "ENOSPC"]),
    ]

    static let writes = [
        FaultTarget(
            name: "write-ledger", call: "write", text: "/ledger.sqlite",
            effects: ["EIO", "ENOSPC", "short"], isSpread: true),
        FaultTarget(
            name: "write-staging", call: "write", text: "/store/staging",
            effects: ["EIO", "ENOSPC", "short"]),
        FaultTarget(
            name: "copy-staging", call: "copy", text: "/store/staging",
            effects: ["EIO", "ENOSPC", "short"]),
        FaultTarget(
            name: "copy-output", call: "copy", text: ".reelmill-",
            effects: ["EIO", "ENOSPC", "short"]),
        FaultTarget(
            name: "rename-objects", call: "rename", text: "/store/objects", effects: ["EIO"]),
        FaultTarget(name: "rename-output", call: "rename", text: ".reelmill-", effects: ["EIO"]),
    ]

    /// A rule of the fault layer.
    func rule(_ effect: String, when: String) -> String { "\(call):\(effect):\(when):\(text)" }
}
