import CSpawn
import Foundation
import TranscodeModel
import WorkerProtocol

/// What passes between the host and one worker, and the watch on its clock.
struct Conversation {
    private let limits: ProcessLimits
    private let policy: SandboxPolicy
    /// As the worker told it at its start.
    private var confinement: Confinement?
    private var request: ArraySlice<UInt8>
    private var reader = FrameReader()
    private var logTail: [UInt8] = []
    private var logLines: LogLines
    private let onNote: (WorkerNote) -> Void
    private var verdict: WorkerEvent?
    private var misconduct: String?
    private var killReason: WorkerEnding.KillReason?
    private let start: UInt64
    private var lastEvent: UInt64
    private var lastChange: UInt64
    private var progress: WorkProgress?
    private var eventCount = 0
    private static let logBytesMaximum = 8 << 10
    /// A worker reports twice a second; this many are a nuisance to the node.
    private static let eventsPerSecond = 100.0
    private static let eventsAtOnce = 200.0

    /// `start` is on the monotonic clock, in nanoseconds.
    init(
        limits: ProcessLimits, policy: SandboxPolicy, request: [UInt8], start: UInt64,
        onNote: @escaping (WorkerNote) -> Void
    ) {
        self.onNote = onNote
        logLines = LogLines(at: start)
        self.limits = limits
        self.policy = policy
        self.request = request[...]
        self.start = start
        lastEvent = start
        lastChange = start
    }

    /// Returns once the process has ended; kills it when a limit is passed or the task is cancelled.
    mutating func watch(
        _ worker: inout StartedWorker, wake: Int32, isCancelled: () -> Bool,
        onProgress: (WorkProgress) -> Void
    ) {
        let (events, log) = (worker.lines.events.readEnd, worker.lines.log.readEnd)
        var eventsOpen = true
        var logOpen = true
        while true {
            var polled = [
                pollfd(fd: worker.processDescriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: eventsOpen ? events : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: logOpen ? log : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: killReason == nil ? wake : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: worker.lines.request.writeEnd, events: Int16(POLLOUT), revents: 0),
            ]
            _ = poll(&polled, nfds_t(polled.count), 250)
            if polled[4].revents != 0 { sendRequest(&worker.lines.request) }
            if polled[2].revents != 0 { logOpen = readLog(log) }
            if polled[1].revents != 0 { eventsOpen = readEvents(events, onProgress) }
            if polled[0].revents != 0 { return }
            if killReason == nil, let reason = reasonToKill(isCancelled: isCancelled()) {
                killReason = reason
                kill(-worker.process, SIGKILL)
            }
        }
    }

    /// Reads what was left in the pipes when the process ended.
    mutating func readRest(of worker: borrowing StartedWorker) {
        let (events, log) = (worker.lines.events.readEnd, worker.lines.log.readEnd)
        while readEvents(events, { _ in }), hasMore(events) {}
        while readLog(log), hasMore(log) {}
        for note in logLines.finish(tail: logTail) { onNote(note) }
        if misconduct == nil, reader.isMidMessage, killReason == nil {
            misconduct = "a message was cut short"
        }
    }

    func ending(status: Int32, cpuSeconds: Double) -> WorkerEnding {
        WorkerEnding(
            confinement: confinement, policy: policy, verdict: verdict, misconduct: misconduct,
            killReason: killReason,
            exitCode: reelmill_exit_code(status), signal: reelmill_death_signal(status),
            cpuSeconds: cpuSeconds, log: String(decoding: logTail, as: UTF8.self), limits: limits)
    }

    private func hasMore(_ descriptor: Int32) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&polled, 1, 0) > 0 && polled.revents & Int16(POLLIN) != 0
    }

    private func reasonToKill(isCancelled: Bool) -> WorkerEnding.KillReason? {
        if isCancelled { return .cancelled }
        if misconduct != nil { return .misconduct }
        if let confinement, policy.refusal(of: confinement) != nil { return .unconfined }
        let now = DispatchTime.now().uptimeNanoseconds
        func exceeds(_ since: UInt64, _ seconds: Double) -> Bool {
            Double(now - since) / 1e9 > seconds
        }
        if exceeds(start, limits.wallSeconds) { return .wall }
        if exceeds(lastEvent, limits.silenceSeconds) { return .silence }
        return exceeds(lastChange, limits.stallSeconds) ? .stall : nil
    }

    private mutating func sendRequest(_ pipe: inout Pipe) {
        let count = request.withUnsafeBytes { write(pipe.writeEnd, $0.baseAddress, $0.count) }
        if count > 0 { request = request.dropFirst(count) }
        // A worker that does not read its request answers for it by its end.
        let isBroken = count < 0 && errno != EAGAIN && errno != EINTR
        if request.isEmpty || isBroken { pipe.closeWriteEnd() }
    }

    private mutating func readLog(_ descriptor: Int32) -> Bool {
        guard let bytes = readAvailable(descriptor) else { return false }
        logTail = Array((logTail + bytes).suffix(Conversation.logBytesMaximum))
        let now = DispatchTime.now().uptimeNanoseconds
        for note in logLines.append(bytes, at: now) { onNote(note) }
        return true
    }

    private mutating func readEvents(_ descriptor: Int32, _ onProgress: (WorkProgress) -> Void)
        -> Bool
    {
        guard let bytes = readAvailable(descriptor) else { return false }
        guard misconduct == nil else { return true }
        reader.append(bytes)
        do {
            while let event = try reader.next(WorkerEvent.self) { note(event, onProgress) }
        } catch let error as FrameReader.Oversized {
            misconduct = "a message of \(error.byteCount) bytes"
        } catch {
            misconduct = "a message that cannot be read"
        }
        return true
    }

    private mutating func note(_ event: WorkerEvent, _ onProgress: (WorkProgress) -> Void) {
        guard verdict == nil else {
            misconduct = "a message after the result"
            return
        }
        lastEvent = DispatchTime.now().uptimeNanoseconds
        eventCount += 1
        let seconds = Double(lastEvent - start) / 1e9
        guard
            Double(eventCount) <= Conversation.eventsAtOnce + Conversation.eventsPerSecond * seconds
        else {
            misconduct = "a flood of messages"
            return
        }
        if case .confined(let told) = event {
            guard confinement == nil else {
                misconduct = "a second sandbox"
                return
            }
            confinement = told
            onNote(.confined(told))
            return
        }
        guard confinement != nil else {
            misconduct = "a message before it said what confines it"
            return
        }
        switch event {
        case .confined: break
        case .progress(let progress):
            if progress != self.progress { lastChange = lastEvent }
            self.progress = progress
            onProgress(progress)
        case .result, .failure: verdict = event
        }
    }
}
