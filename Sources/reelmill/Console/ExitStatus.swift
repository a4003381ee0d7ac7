import ArgumentParser

/// The documented exit codes. 2 is usage, 130 and 143 are the signals' own.
enum ExitStatus: Int32 {
    case done = 0
    case jobFailed = 1
    case usage = 2
    case someFailed = 3
    case unreachable = 4
    case faultFound = 5
    case interrupted = 130
    case terminated = 143

    var code: ExitCode { ExitCode(rawValue) }

    /// What `--help` and the README say of each.
    static let table = """
          0    done
          1    the job failed
          2    wrong usage, or input that cannot be used
          3    some of several failed
          4    the ledger or the store cannot be reached, or has no room
          5    verify, audit or simulate found a fault
          130  interrupted (SIGINT)
          143  terminated (SIGTERM)
        """
}
