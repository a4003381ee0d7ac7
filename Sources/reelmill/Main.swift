import ArgumentParser
import Foundation
import Logging

/// The command line's entry: parses, runs, and turns every error into one sentence and a documented
/// exit code.
@main
enum Main {
    static func main() async {
        // A reader that went away is seen as a failed write.
        signal(SIGPIPE, SIG_IGN)
        exit(await run())
    }

    private static func run() async -> Int32 {
        do {
            var command = try Reelmill.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return ExitStatus.done.rawValue
        } catch {
            return report(error)
        }
    }

    private static func report(_ error: any Error) -> Int32 {
        if let fault = CommandFault(error) {
            Console.note("reelmill: \(fault.message)", level: .error)
            return fault.status.rawValue
        }
        let code = Reelmill.exitCode(for: error)
        let text = Reelmill.fullMessage(for: error)
        if code.isSuccess {
            Console.print(text)
        } else if !text.isEmpty {
            Console.note(text, level: .error)
        }
        return code == .validationFailure ? ExitStatus.usage.rawValue : code.rawValue
    }
}

struct Reelmill: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "reelmill",
        abstract: "Transcodes videos in segment tasks, each exactly once.",
        discussion: """
            EXAMPLES:
              reelmill transcode talk.mov -o out/talk
              reelmill enqueue a.mp4 b.mp4 -o out && reelmill run --until-idle
              reelmill status
              reelmill verify out/talk

            EXIT CODES:
            \(ExitStatus.table)

            ENVIRONMENT:
              REELMILL_STATE     where the ledger and the artifacts live
              REELMILL_PROFILE   the profile when none is named
              REELMILL_WORKERS   segment tasks at a time
              REELMILL_WORKER    path of reelmill-worker
              REELMILL_SANDBOX   required, or best-effort where the kernel has no sandbox
              REELMILL_MAX_BYTES, _SIDE, _PIXELS, _STREAMS, _SECONDS, REELMILL_PROBE_SECONDS
                                 limits of sources; larger ones are refused
              REELMILL_DISK_LOW, REELMILL_DISK_HIGH
                                 free space below which nothing new is begun, and
                                 above which it is again: 10G or 5%
              REELMILL_CONFIG    path of a config file with the same settings
              REELMILL_LOG       trace, debug, info, notice, warning, error or critical: what a node says
              REELMILL_LOG_FORMAT  text or json
              NO_COLOR           no progress bars
            """,
        version: Reelmill.version,
        groupedSubcommands: [
            CommandGroup(
                name: "Transcoding",
                subcommands: [Transcode.self, Enqueue.self, Run.self, Backfill.self, Watch.self]
            ),
            CommandGroup(
                name: "Jobs",
                subcommands: [
                    StatusCommand.self, Top.self, List.self, Wait.self, Cancel.self, Retry.self,
                    Events.self, Logs.self, Tenant.self,
                ]),
            CommandGroup(
                name: "Inspecting",
                subcommands: [ProbeCommand.self, PlanCommand.self, Profiles.self]),
            CommandGroup(
                name: "Checking",
                subcommands: [Verify.self, Audit.self, Simulate.self, Doctor.self, Bench.self]),
            CommandGroup(
                name: "Upkeep",
                subcommands: [CollectGarbage.self, LedgerUpkeep.self, Manual.self]),
        ])
}
