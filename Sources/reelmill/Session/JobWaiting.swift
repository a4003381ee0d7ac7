import Ledger
import TranscodeModel

/// Waits for jobs that other processes run.
struct JobWaiting {
    let workplace: Workplace
    private static let interval = Duration.milliseconds(500)

    /// Returns how many did not become ready, after a line of reason for each.
    func wait(for jobs: [JobID]) async throws -> Int {
        var failed = 0
        for id in jobs {
            var record = try workplace.job(id.text)
            while !record.state.isFinal {
                try await Task.sleep(for: JobWaiting.interval)
                record = try workplace.job(id.text)
            }
            if record.state != .ready {
                failed += 1
                Console.note("reelmill: " + JobReport.failureText(record))
            }
        }
        return failed
    }
}
