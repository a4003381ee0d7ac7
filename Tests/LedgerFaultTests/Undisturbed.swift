import Foundation
import Ledger
import Testing
import TranscodeModel

/// The story as it goes when nothing fails: what the ledger holds before each step and at the end.
struct Undisturbed {
    /// One more than steps.
    var states: [LedgerState] = []
    /// All that the files hold then, told or not.
    var contents: [TableContents] = []
    /// As a crash between two steps leaves the files.
    var images: [LedgerDisk.Image] = []

    init() throws {
        let disk = try LedgerDisk(LedgerDisk.Image())
        let ledger = try disk.open()
        func note() throws {
            images.append(try disk.image())
            states.append(try LedgerState(ledger))
            contents.append(try disk.contents())
        }
        for (index, step) in Scenario.steps.enumerated() {
            try note()
            disk.time.set(Scenario.milliseconds(ofStep: index))
            try step.body(ledger)
        }
        try note()
        try #require(try ledger.audit().findings.isEmpty)
        try #require(Set(states).count == states.count)
        try #require(
            states.last?.jobs.map(\.state.rawValue).sorted() == ["cancelled", "failed", "ready"])
    }
}
