import ArgumentParser
import Foundation
import Ledger

struct Top: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watch the machine at work, and steer it.",
        discussion: """
            Shows the queue, the workers with their tasks and speeds, when all will be done at the pace of the last five \
            minutes, tenants, backfills, open breakers, and jobs. Keys: up and down choose a job, c cancels it, r \
            retries it, p pauses it or lets it go on, + and - change its priority, tab goes from the jobs under way to those \
            that failed and those that are done, q ends. Without a terminal, or with --once, one frame is printed.

            EXAMPLES:
              reelmill top
              reelmill top --interval 0.5
              reelmill top --once
              reelmill top --once --json
            """)

    @Option(help: ArgumentHelp("Seconds between looks, from 0.1 to 60.", valueName: "seconds"))
    var interval = 1.0
    @Flag(help: "Print one frame and end.")
    var once = false
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard (0.1...60).contains(interval) else {
            throw ValidationError("--interval must be from 0.1 to 60 seconds")
        }
        guard once || !format.json else { throw ValidationError("--json goes with --once") }
    }

    private static let plainRows = 24

    func run() throws {
        let workplace = try state.workplace()
        if format.json {
            return try Console.printJSON(
                "top", workplace.ledger.overview(recentMilliseconds: 300_000))
        }
        guard !once, let terminal = Terminal() else { return try printOnce(workplace) }
        try TopSession(
            workplace, terminal, intervalMilliseconds: Int32(interval * 1000)
        ).run()
    }

    private func printOnce(_ workplace: Workplace) throws {
        let size = Terminal.size(of: STDOUT_FILENO) ?? (80, Self.plainRows)
        let view = try TopSampler(workplace).view(.underWay, jobsMaximum: size.rows)
        let screen = TopScreen(view: view, columns: size.columns, rows: size.rows)
        var lines = screen.lines.dropLast().map { line in
            var text = Substring(line.text)
            while text.last == " " { text.removeLast() }
            return String(text)
        }
        while lines.last == "" { lines.removeLast() }
        Console.print(lines.joined(separator: "\n"))
    }
}
