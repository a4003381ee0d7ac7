import Dispatch
import Ledger
import TranscodeModel

/// The live view: shows, listens to keys, and does what they ask.
final class TopSession {
    private let workplace: Workplace
    private let terminal: Terminal
    private let sampler: TopSampler
    private let intervalMilliseconds: Int32
    private var tab = TopView.Tab.underWay
    private var chosen: JobID?
    private var jobs: [JobRecord] = []
    private var message = ""
    /// A job whose cancellation waits for a yes.
    private var asked: JobRecord?

    init(_ workplace: Workplace, _ terminal: Terminal, intervalMilliseconds: Int32) {
        self.workplace = workplace
        self.terminal = terminal
        self.intervalMilliseconds = intervalMilliseconds
        sampler = TopSampler(workplace)
    }

    /// Until q, or the terminal goes.
    func run() throws {
        while true {
            let size = terminal.size
            var view = try sampler.view(tab, jobsMaximum: size.rows)
            jobs = view.jobs.map(\.record)
            let index = jobs.firstIndex { $0.id == chosen } ?? (jobs.isEmpty ? nil : 0)
            chosen = index.map { jobs[$0].id }
            view.selected = index
            view.message = message
            terminal.show(TopScreen(view: view, columns: size.columns, rows: size.rows).lines)
            let keys = terminal.keys(waitMilliseconds: intervalMilliseconds)
            for key in keys where try !handle(key) { return }
        }
    }

    /// False to end.
    private func handle(_ key: Terminal.Key) throws -> Bool {
        if let job = asked {
            asked = nil
            message = ""
            if key == .character("y") { try cancel(job) }
            return key != .end
        }
        message = ""
        switch key {
        case .end, .character("q"): return false
        case .up, .character("k"): move(-1)
        case .down, .character("j"): move(1)
        case .tab: (tab, chosen) = (tab.next, nil)
        case .character("c"): askToCancel()
        case .character("r"): try withChosen(retry)
        case .character("p"): try withChosen(pause)
        case .character("+"), .character("="): try withChosen { try prioritise($0, 1) }
        case .character("-"): try withChosen { try prioritise($0, -1) }
        default: break
        }
        return true
    }

    private func move(_ step: Int) {
        guard let index = jobs.firstIndex(where: { $0.id == chosen }) else { return }
        chosen = jobs[max(0, min(jobs.count - 1, index + step))].id
    }

    private func withChosen(_ act: (JobRecord) throws -> Void) throws {
        guard let job = jobs.first(where: { $0.id == chosen }) else {
            message = "no job is chosen"
            return
        }
        do { try act(job) } catch {
            guard let fault = CommandFault(error) else { throw error }
            message = fault.message
        }
    }

    private func askToCancel() {
        guard let job = jobs.first(where: { $0.id == chosen }), !job.state.isFinal else {
            message = "there is nothing to cancel"
            return
        }
        asked = job
        message = "cancel \(job.id), \(job.source.displayName)? y for yes"
    }

    private func cancel(_ job: JobRecord) throws {
        let done = try workplace.ledger.cancel(job.id, reason: "cancelled by a person")
        message = done ? "\(job.id): cancelled" : "\(job.id): it had ended already"
    }

    private func retry(_ job: JobRecord) throws {
        guard job.state == .failed || job.state == .cancelled else {
            message = "\(job.id) is \(job.state.rawValue): only what failed can be retried"
            return
        }
        message = "\(job.id): retried as \(try Enlistment.again(job, workplace).job)"
    }

    private func pause(_ job: JobRecord) throws {
        if let name = job.terms.backfill, try workplace.ledger.backfill(name)?.state == .paused {
            message = "\(job.id): `reelmill backfill resume \(name)` lets all of it go on"
            return
        }
        let now = workplace.ledger.nowMilliseconds
        let isHeld = (job.terms.leasableUntilMilliseconds ?? .max) <= now
        let steered = try workplace.ledger.steer(
            JobSteering(
                job: job.id, hold: isHeld ? JobHold.none : .now,
                reason: isHeld ? "resumed by a person" : "paused by a person"))
        message =
            steered
            ? "\(job.id): \(isHeld ? "resumed" : "paused; tasks under way end")"
            : "\(job.id): it had ended already"
    }

    private func prioritise(_ job: JobRecord, _ step: Int) throws {
        let priority = max(-100, min(100, job.priority + step))
        let steered = try workplace.ledger.steer(
            JobSteering(job: job.id, priority: priority, reason: "priority \(priority)"))
        message =
            steered ? "\(job.id): priority \(priority)" : "\(job.id): it had ended already"
    }
}
