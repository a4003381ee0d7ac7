import Testing
import TranscodeModel

@Suite("Planted bugs: each guard that is taken away is missed by some check")
struct PlantedBugTests {
    @Test("a check finds the bug", arguments: PlantedBug.allCases)
    func isCaught(_ bug: PlantedBug) throws {
        var complaints: [String] = []
        for check in BugCheck.allCases {
            guard let complaint = try check.complaint(about: bug) else { continue }
            complaints.append("\(check.rawValue) (\(complaint))")
        }
        let words = complaints.isEmpty ? "nothing" : complaints.joined(separator: "; ")
        print("planted \(bug.rawValue) → caught by \(words)")
        #expect(!complaints.isEmpty, "nothing notices \(bug.rawValue)")
    }

    @Test("without a bug no check complains", arguments: BugCheck.allCases)
    func isSilent(_ check: BugCheck) throws {
        #expect(try check.complaint(about: nil) == nil)
    }

    @Test(
        "a real store syncs the bytes, then renames, then syncs the directory, then acknowledges (I2)"
    )
    func durabilityOrder() throws {
        #expect(
            try StoreRecorder.commit(plantedBug: nil).suffix(5) == [
                "sync file", "rename", "sync objects", "sync staging", "acknowledged",
            ])
        #expect(
            try !StoreRecorder.commit(plantedBug: .noSyncBeforeCommit).contains("sync file"))
    }
}
