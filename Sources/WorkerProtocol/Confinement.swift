/// What confines a worker, as it says before it reads its request (I13). At that time it has seen no byte of a
/// source, so nobody else can have put these words in its mouth.
public struct Confinement: Sendable, Codable, Hashable {
    public var noNewPrivileges: Bool
    /// The filter of system calls.
    public var seccomp: Bool
    /// Version of Landlock that is in force, from 1 on; 0 means none.
    public var landlock: Int
    public var limits: ConfinementLimits

    public init(
        noNewPrivileges: Bool, seccomp: Bool, landlock: Int, limits: ConfinementLimits
    ) {
        self.noNewPrivileges = noNewPrivileges
        self.seccomp = seccomp
        self.landlock = landlock
        self.limits = limits
    }

    /// Whether it is as much as `SandboxPolicy.required` asks for. Landlock is a second wall behind seccomp,
    /// which not every kernel has.
    public var isSufficient: Bool { seccomp && noNewPrivileges }

    /// What is in force, for people: `no_new_privs, seccomp, Landlock 7`.
    public var text: String {
        let parts =
            (noNewPrivileges ? ["no_new_privs"] : []) + (seccomp ? ["seccomp"] : [])
            + (landlock > 0 ? ["Landlock \(landlock)"] : [])
        return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
    }

    /// What is not, in the same words.
    public var missing: [String] {
        (noNewPrivileges ? [] : ["no_new_privs"]) + (seccomp ? [] : ["seccomp"])
            + (landlock > 0 ? [] : ["Landlock"])
    }
}

/// The kernel's limits on a worker, as they are in force.
public struct ConfinementLimits: Sendable, Codable, Hashable {
    public var addressSpaceBytes: UInt64
    public var cpuSeconds: UInt64
    public var fileBytes: UInt64
    public var openFiles: UInt64
    public var coreBytes: UInt64

    public init(
        addressSpaceBytes: UInt64, cpuSeconds: UInt64, fileBytes: UInt64, openFiles: UInt64,
        coreBytes: UInt64
    ) {
        self.addressSpaceBytes = addressSpaceBytes
        self.cpuSeconds = cpuSeconds
        self.fileBytes = fileBytes
        self.openFiles = openFiles
        self.coreBytes = coreBytes
    }
}
