import ArtifactStore
import Dispatch
import Foundation
import Ledger
import Synchronization
import TranscodeModel
import WorkerHost

/// The log of one attempt, on its way to the store. Whoever says something is never kept waiting: lines are gathered in
/// memory, within bounds, and written by a queue of their own, several times a second at most.
final class AttemptLog: Sendable {
    private struct State {
        var log = BoundedLog()
        var isDue = false
        /// In nanoseconds of the clock that never goes back.
        var lastWrite: UInt64 = 0
        var isLost = false
    }

    let token: LeaseToken
    let kind: UnitKind
    private let desk: LogDesk
    private let state = Mutex(State())
    private static let pauseNanoseconds: UInt64 = 200_000_000

    init(token: LeaseToken, kind: UnitKind, desk: LogDesk) {
        self.token = token
        self.kind = kind
        self.desk = desk
    }

    /// Something that the node has to say of the attempt.
    func say(_ text: String) { append("node", text, urgently: true) }

    /// Something that its worker said, or that its host says of it.
    func take(_ note: WorkerNote) {
        switch note {
        case .started(let process): say("worker started: process \(process)")
        case .warned(let text): say(text)
        // Told with the result.
        case .confined: break
        case .said(let line): append("worker", line, urgently: false)
        case .leftOut(let bytes):
            append("node", "… the worker wrote \(bytes) more bytes …", urgently: false)
        }
    }

    /// Whether the lease is another's: whatever comes of the attempt, its log ends with it.
    var isLost: Bool {
        get { state.withLock { $0.isLost } }
        set { state.withLock { $0.isLost = newValue } }
    }

    static func line(_ source: String, _ text: String) -> String {
        let now = Int64((Date().timeIntervalSince1970 * 1000).rounded(.down))
        let oneLine = text.unicodeScalars.map {
            $0.properties.generalCategory == .control ? " " : $0
        }
        return "\(Timestamp.text(milliseconds: now)) \(source) "
            + String(String.UnicodeScalarView(oneLine))
    }

    private func append(_ source: String, _ text: String, urgently: Bool) {
        let delay: UInt64? = state.withLock { state in
            state.log.append(AttemptLog.line(source, text))
            if state.isDue, !urgently { return nil }
            state.isDue = true
            let now = DispatchTime.now().uptimeNanoseconds
            let next = state.lastWrite + AttemptLog.pauseNanoseconds
            return urgently || next <= now ? 0 : next - now
        }
        if let delay { desk.schedule(afterNanoseconds: delay) { self.write() } }
    }

    /// On the desk's queue alone.
    private func write() {
        let unwritten = state.withLock { state in
            state.isDue = false
            state.lastWrite = DispatchTime.now().uptimeNanoseconds
            return state.log.takeUnwritten()
        }
        guard let (offset, bytes) = unwritten else { return }
        if !desk.write(bytes, token, after: Int64(offset)) {
            state.withLock { $0.log.notWritten(after: offset) }
        }
    }
}
