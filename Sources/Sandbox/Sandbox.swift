import CSandbox
public import WorkerProtocol

/// The walls around a worker (I13), each of which would do against most attacks alone.
public enum SandboxLayer: String, Sendable, CaseIterable {
    /// No file, no TCP and no other process within reach.
    case landlock
    /// No system call but those that computing takes.
    case seccomp
}

/// Closes the calling process in, for good.
///
/// Call it after all libraries are loaded, before any other thread is started and before a byte is read that
/// a stranger could have written.
public enum Sandbox {
    /// Does ahead what each child of this process would do in ``enter(_:)``, and is as good as without it.
    public static func prepare() { _ = reelmill_prepare_seccomp() }

    /// Enters what the kernel offers of `layers` and says what is in force; decides nothing about what is missing.
    public static func enter(_ layers: Set<SandboxLayer> = Set(SandboxLayer.allCases))
        -> Confinement
    {
        let cannotGain = reelmill_forbid_new_privileges() == 0
        let limits = reelmill_limits_in_force()
        var landlock: Int32 = 0
        // The filter comes last: it forbids what the others need.
        if layers.contains(.landlock), reelmill_enter_landlock(&landlock) != 0 { landlock = 0 }
        let isFiltered = layers.contains(.seccomp) && reelmill_enter_seccomp() == 0
        return Confinement(
            noNewPrivileges: cannotGain, seccomp: isFiltered, landlock: Int(landlock),
            limits: ConfinementLimits(
                addressSpaceBytes: UInt64(limits.address_space_bytes),
                cpuSeconds: UInt64(limits.cpu_seconds), fileBytes: UInt64(limits.file_bytes),
                openFiles: UInt64(limits.open_files), coreBytes: UInt64(limits.core_bytes)))
    }
}
