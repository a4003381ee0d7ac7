import CLedger
import TranscodeModel

extension Audit {
    /// What was given up is as the history tells.
    mutating func checkCollected() throws {
        let rows = try statement("SELECT tenant, id, at, note, event FROM collected")
        let place = EventHistory.name("artifacts")
        while try rows.step() {
            let id = rows.text(1)
            let subject = history.subject(
                tenant: history.hash(rows.bytes(0)), job: history.hash(rows.bytes(1)), place: place)
            let note = history.hash(rows.bytes(3))
            guard
                let ending = history.ending(
                    rows.int64(4), of: subject, "artifacts of \(id)", &findings)
            else { continue }
            if ending.newest.at != rows.int64(2) || ending.newest.detail != note {
                findings.add(
                    "I10", "artifacts of \(id)", "they were given up otherwise in the history")
            }
        }
    }
}
