import Ledger
import TranscodeModel

/// Why attempts came to nothing, as the world itself knows it: no job may fail for less.
struct FailureReasons {
    private struct Key: Hashable {
        var upload: Int
        var position: Int
    }

    private var failed: [Key: [Int: Failure]] = [:]

    mutating func fail(_ token: LeaseToken, _ failure: Failure) {
        let key = Key(upload: Upload.number(of: token.unit.job), position: token.unit.position)
        failed[key, default: [:]][token.attempt] = failure
    }

    /// The failures of a unit's attempts, by attempt.
    func failures(_ upload: Int, _ position: Int) -> [Int: Failure] {
        failed[Key(upload: upload, position: position)] ?? [:]
    }
}
