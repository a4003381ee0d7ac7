import Dispatch
import Foundation
import Ledger
import Logging
import Node
import TranscodeModel

/// Watches a folder and enqueues what has settled. It looks and acts; what has settled, `WatchedFiles` decides.
struct WatchLoop: Sendable {
    /// Absolute, without links.
    let folder: String
    let names: WatchedNames
    let settleMilliseconds: Int64
    let rescanMilliseconds: Int64
    /// Ends when all that is there has been dealt with.
    let isOnce: Bool
    /// A line for each job that was made.
    let onJob: @Sendable (_ job: JobID, _ source: String, _ output: String) throws -> Void

    private static let pause = Duration.milliseconds(200)
    private static let backoffMaximum: Int64 = 60_000

    struct Tally {
        var created: [JobID] = []
        var refused = 0
    }

    private struct State {
        var files: WatchedFiles
        var tally = Tally()
        var nextScan: Int64 = 0
        /// While the ledger or the disk is in trouble: how long is waited, and until when.
        var backoff: Int64 = 0
        var waitsUntil: Int64 = 0
        var saidFailures: Set<String> = []
        /// Files that have settled, and are not enqueued yet.
        var waiting: ArraySlice<String> = []
    }

    /// Returns with `isOnce`; else it goes on until its task is cancelled.
    func run(_ enlistment: WatchEnlistment) async throws -> Tally {
        try await withTaskCancellationHandler {
            try await loop(enlistment)
        } onCancel: {
            enlistment.stop()
        }
    }

    private func loop(_ enlistment: WatchEnlistment) async throws -> Tally {
        var state = State(files: WatchedFiles(settleMilliseconds: settleMilliseconds))
        var events = FolderEvents()
        if events == nil { sayNoEvents() }
        while !Task.isCancelled {
            let now = WatchLoop.now()
            var isMissing = now >= state.nextScan
            for event in events?.take() ?? [] {
                switch event {
                case .changed(let path): look(path, &state)
                case .renamed(let path): look(path, &state, wasRenamed: true)
                case .folder(let path) where names.isFolder(path):
                    scan(path, &state, &events)
                case .folder: break
                case .overflow: isMissing = true
                }
            }
            if isMissing {
                scanAll(&state, &events, enlistment)
                state.nextScan = WatchLoop.now() + rescanMilliseconds
            }
            for path in state.files.due(at: WatchLoop.now()) { look(path, &state) }
            try await enqueue(&state, enlistment)
            if isOnce, state.files.isQuiet, state.waiting.isEmpty { break }
            do { try await Task.sleep(for: WatchLoop.pause) } catch { break }
        }
        return state.tally
    }

    /// Looks at a file, which may have settled.
    private func look(_ path: String, _ state: inout State, wasRenamed: Bool = false) {
        guard names.isUpload(path) else { return }
        guard let sight = WatchedFiles.Sight.of(path) else { return state.files.forget(path) }
        let isReady = state.files.see(
            path, sight, wasRenamed: wasRenamed, at: WatchLoop.now(),
            isWritten: isOpenForWriting(path))
        if isReady { state.waiting.append(path) }
    }

    /// A folder and those below it.
    @discardableResult private func scan(
        _ root: String, _ state: inout State, _ events: inout FolderEvents?
    ) -> FolderScan {
        var isDeaf = false
        let scan = FolderScan.run(root, names) { folder in
            if events?.hear(of: folder) == false { isDeaf = true }
        }
        if isDeaf, state.saidFailures.insert("inotify").inserted { sayNoEvents() }
        for path in scan.uploads { look(path, &state) }
        return scan
    }

    private func scanAll(
        _ state: inout State, _ events: inout FolderEvents?, _ enlistment: WatchEnlistment
    ) {
        let scan = scan(folder, &state, &events)
        for failure in scan.failures where state.saidFailures.insert(failure).inserted {
            // What may be in there was not dealt with.
            state.tally.refused += 1
            Console.note(
                "reelmill: watch: \(failure)"
                    + (isOnce ? "; what is in it is passed over" : "; it is tried again"),
                level: .error)
        }
        for path in scan.unusable where state.saidFailures.insert(path).inserted {
            state.tally.refused += 1
            Console.note(
                "reelmill: watch: \(path): the name is not UTF-8, so that the file cannot be "
                    + "enqueued. Rename it.", level: .error)
        }
        // What could not be listed is not gone.
        guard scan.failures.isEmpty else { return }
        let uploads = Set(scan.uploads)
        state.files.keep(only: uploads)
        enlistment.keep(only: uploads)
    }

    /// Enqueues what waits, one after the other. One bad file is said, and never stops the others; a ledger or a disk in
    /// trouble is waited for.
    private func enqueue(_ state: inout State, _ enlistment: WatchEnlistment) async throws {
        guard WatchLoop.now() >= state.waitsUntil else { return }
        while let path = state.waiting.first, !Task.isCancelled {
            guard let sight = WatchedFiles.Sight.of(path), state.files.isStill(path, sight) else {
                // It has changed while others had their turn, or is gone; then it has to settle again.
                state.waiting.removeFirst()
                again(path, &state)
                continue
            }
            let name = String(path.dropFirst(folder.count + 1))
            do {
                // Hashing a large file takes its time, on a thread of its own.
                let outcome = try await offPool {
                    try enlistment.enlist(path, name: name, sight: sight) {
                        Console.note("reelmill: warning: \($0)", level: .warning)
                    }
                }
                state.waiting.removeFirst()
                if case .created(let job, let output) = outcome {
                    state.tally.created.append(job)
                    try onJob(job, path, output)
                }
                recover(&state)
            } catch is CancellationError {
                return
            } catch {
                if try wait(after: error, &state) { return }
                state.waiting.removeFirst()
                reject(path, error, &state)
            }
        }
    }

    private func again(_ path: String, _ state: inout State) {
        state.files.forget(path)
        look(path, &state)
    }

    /// Whether the error is of the ledger or the disk, and will pass.
    private func wait(after error: any Error, _ state: inout State) throws -> Bool {
        guard let fault = CommandFault(error) else { throw error }
        guard fault.status == .unreachable else { return false }
        // A job of cron that cannot reach its ledger says so and ends.
        if isOnce { throw fault }
        state.backoff = min(max(1000, state.backoff * 2), WatchLoop.backoffMaximum)
        state.waitsUntil = WatchLoop.now() + state.backoff
        Console.note(
            "reelmill: watch: \(fault.message) Tried again in \(state.backoff / 1000) s; "
                + "\(state.waiting.count) files wait.", level: .error)
        return true
    }

    private func recover(_ state: inout State) {
        guard state.backoff > 0 else { return }
        state.backoff = 0
        Console.note("reelmill: watch: it works again")
    }

    private func reject(_ path: String, _ error: any Error, _ state: inout State) {
        if let failure = error as? Failure {
            // It changed under our hands, or is gone: it is looked at anew.
            if failure.code == .sourceChanged || failure.code == .sourceMissing {
                return again(path, &state)
            }
        }
        state.tally.refused += 1
        let message = CommandFault(error)?.message ?? "\(error)"
        Console.note(
            "reelmill: watch: refused until it changes: \(message)", level: .error)
    }

    private func sayNoEvents() {
        Console.note(
            "reelmill: warning: the kernel tells of no more folders (fs.inotify.max_user_watches); new "
                + "files are found by looking every \(rescanMilliseconds / 1000) s",
            level: .warning)
    }

    /// Milliseconds of a clock that never goes back.
    private static func now() -> Int64 {
        Int64(DispatchTime.now().uptimeNanoseconds / 1_000_000)
    }
}
