import ArgumentParser
import Ledger
import Node

struct CollectGarbage: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Remove the artifacts of jobs that ended long ago. A dry run unless --delete.",
        discussion: """
            Artifacts are what segment tasks made: the pieces of an output, not the output itself, which is never \
            touched. While they are there, `retry` and other jobs on the same source use them again. Rows and \
            history of jobs stay for ever. What any other job needs that has not ended, or is within its own time, \
            stays too. Nodes may go on working.

            A time is 0 or a number with s, m, h, d or w.

            EXIT CODES:
              0    done
              2    wrong usage
              4    the ledger or the store cannot be reached; run it again, it goes on where it was

            EXAMPLES:
              reelmill gc
              reelmill gc --keep-ready 12h --keep-failed 2w --delete
              reelmill gc --keep-ready 0 --keep-failed 0 --keep-cancelled 0 --delete --json
            """)

    @Option(help: ArgumentHelp("After a job was published.", valueName: "time"))
    var keepReady = Age(argument: "7d")!
    @Option(help: ArgumentHelp("After it failed.", valueName: "time"))
    var keepFailed = Age(argument: "30d")!
    @Option(help: ArgumentHelp("After it was cancelled.", valueName: "time"))
    var keepCancelled = Age(argument: "1d")!
    @Flag(help: "Do it, instead of only telling what would be done.")
    var delete = false
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    func run() throws {
        let collection = GarbageCollection(
            workplace: try state.workplace(),
            policy: RetentionPolicy(
                readyMilliseconds: keepReady.milliseconds,
                failedMilliseconds: keepFailed.milliseconds,
                cancelledMilliseconds: keepCancelled.milliseconds))
        let report = try delete ? collection.run() : collection.look()
        if format.json {
            try Console.printJSON("collection", report)
        } else {
            show(report)
        }
    }

    private func show(_ report: GarbageCollection.Report) {
        var table = TextTable(
            header: ["STATE", "KEPT FOR", "JOBS", "ARTIFACTS", "BYTES"], rightAligned: [1, 2, 3, 4])
        for (name, age, share) in [
            ("ready", keepReady, report.expired.ready),
            ("failed", keepFailed, report.expired.failed),
            ("cancelled", keepCancelled, report.expired.cancelled),
        ] {
            table.add([
                name, age.defaultValueDescription, "\(share.jobs)", "\(share.artifacts)",
                Quantity.bytes(share.bytes),
            ])
        }
        Console.print(table.text)
        Console.print("")
        if report.expired.artifactsShared > 0 {
            Console.print(
                "\(report.expired.artifactsShared) of their artifacts stay: other jobs need them")
        }
        guard report.isDeleted else {
            return Console.print(
                "\(Quantity.bytes(report.expired.total.bytes)) would be freed, and the logs of "
                    + "\(report.jobsWithLogs) jobs; --delete does it")
        }
        Console.print(
            "removed \(report.removed.artifacts) artifacts, \(Quantity.bytes(report.removed.bytes)), and "
                + "the logs of \(report.jobsWithLogs) jobs and \(report.staged) staged files of dead attempts"
        )
    }
}
