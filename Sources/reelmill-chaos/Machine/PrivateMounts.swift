import Foundation

/// A mount name space of the harness's own, in which it may make small disks that nobody else sees.
enum PrivateMounts {
    private static let mark = "REELMILL_CHAOS_MOUNTS"
    private static let tool = "/usr/bin/unshare"

    /// Whether this process is in such a name space.
    static var isInside: Bool { ProcessInfo.processInfo.environment[mark] == "private" }

    /// Starts this program again in one; returns only when that cannot be, with the reason.
    static func enter(log: String) throws(ChaosFault) -> String {
        let trial = try Child.start(
            tool, ["-m", "mount", "-t", "tmpfs", "-o", "size=64k", "none", "/mnt"],
            environment: ProcessInfo.processInfo.environment, log: log)
        guard trial.wait(seconds: 30) == 0 else {
            return "this user may not make a mount name space (unshare -m: "
                + trial.errors.trimmingCharacters(in: .whitespacesAndNewlines) + ")"
        }
        setenv(mark, "private", 1)
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
        var words =
            ([tool, "-m", "--propagation", "private", own] + CommandLine.arguments.dropFirst())
            .map { strdup($0) } + [nil]
        execv(tool, &words)
        return "\(tool): \(String(cString: strerror(errno)))"
    }
}
