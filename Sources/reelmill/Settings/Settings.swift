import Foundation
import Scheduler
import TranscodeModel
import WorkerProtocol

/// Settings that stand outside a command's own flags: flags over environment (`REELMILL_*`) over the
/// config file over defaults.
struct Settings {
    /// Holds the ledger and the store.
    var stateDirectory: String
    var profile: String
    var workers: Int
    /// The worker executable; nil means the one beside `reelmill`.
    var workerPath: String?
    var limits = SourceLimits()
    var sandbox = SandboxPolicy.required
    /// Below and above which free space of the store work stops and goes on.
    var disk = DiskRule.standard
    var logFormat = LogFormat.text

    /// Fails with a usage fault that names the variable or the line.
    static func resolve(
        state: String? = nil, profile: String? = nil, workers: Int? = nil,
        sandbox: SandboxPolicy? = nil, logFormat: LogFormat? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> Settings {
        let file = try ConfigFile.read(environment: environment)
        func value(_ flag: String?, _ variable: String, _ key: String) -> String? {
            if let flag { return flag }
            if let set = environment[variable], !set.isEmpty { return set }
            return file.values[key]
        }
        let count =
            try workers
            ?? value(nil, "REELMILL_WORKERS", "workers").map {
                try positive($0, name: "workers (REELMILL_WORKERS, or the config file)")
            }
        if let count, count < 1 { throw CommandFault(.usage, "--workers must be at least 1") }
        return Settings(
            stateDirectory: absolute(
                value(state, "REELMILL_STATE", "state") ?? defaultState(environment)),
            profile: value(profile, "REELMILL_PROFILE", "profile") ?? "web",
            workers: count ?? ProcessInfo.processInfo.activeProcessorCount,
            workerPath: value(nil, "REELMILL_WORKER", "worker"),
            limits: try LimitSettings.resolve { value(nil, $0, $1) },
            sandbox: try sandbox
                ?? value(nil, "REELMILL_SANDBOX", "sandbox").map(policy) ?? .required,
            disk: try DiskSettings.resolve { value(nil, $0, $1) },
            logFormat: try logFormat
                ?? value(nil, "REELMILL_LOG_FORMAT", "log-format").map(format) ?? .text)
    }

    var ledgerPath: String { stateDirectory + "/ledger.sqlite" }
    var storePath: String { stateDirectory + "/store" }

    /// `$XDG_STATE_HOME/reelmill`, else `~/.local/state/reelmill` (XDG Base Directory Specification 0.8).
    private static func defaultState(_ environment: [String: String]) -> String {
        if let base = environment["XDG_STATE_HOME"], base.hasPrefix("/") {
            return base + "/reelmill"
        }
        return NSHomeDirectory() + "/.local/state/reelmill"
    }

    private static func policy(_ name: String) throws -> SandboxPolicy {
        guard let policy = SandboxPolicy(rawValue: name) else {
            throw CommandFault(
                .usage,
                "sandbox (REELMILL_SANDBOX, or the config file) must be "
                    + "\(SandboxPolicy.allCases.map(\.rawValue).joined(separator: " or ")), not “\(name)”"
            )
        }
        return policy
    }

    private static func format(_ name: String) throws -> LogFormat {
        guard let format = LogFormat(rawValue: name) else {
            throw CommandFault(
                .usage,
                "log-format (REELMILL_LOG_FORMAT, or the config file) must be text or json, not "
                    + "“\(name)”")
        }
        return format
    }

    private static func positive(_ text: String, name: String) throws -> Int {
        guard let value = Int(text), value >= 1 else {
            throw CommandFault(
                .usage, "\(name) must be a whole number of at least 1, not “\(text)”")
        }
        return value
    }
}

/// A path made absolute against the working directory, without following links.
func absolute(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.path
}
