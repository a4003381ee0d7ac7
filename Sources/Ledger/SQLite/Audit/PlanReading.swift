import Foundation
import TranscodeModel

/// The units of a stored plan, read beside the units' rows: both have the same form, so that a unit which is right is
/// found right without taking the plan apart.
struct PlanReading {
    private let text: [UInt8]
    private var place: Int
    private var expected: [UInt8] = []
    /// Once a unit was not found where it is due, the plan is taken apart.
    private var units: [Int: PlannedUnit]?

    init(_ bytes: UnsafeRawBufferPointer) {
        text = Array(bytes)
        place = PlanWriting.startOfUnits(text) ?? text.count
    }

    /// Whether the row, with these columns, is that of the plan's next unit. Rows come in the order of their positions.
    mutating func holdsNext(
        _ position: Int, _ content: UnsafeRawBufferPointer, _ waitsOn: [Int],
        _ estimate: Estimate, _ work: UnsafeRawBufferPointer
    ) throws -> Bool {
        if units == nil {
            expected.removeAll(keepingCapacity: true)
            try PlanWriting.append(position, content, waitsOn, estimate, work, to: &expected)
            let end = place + expected.count
            if end < text.count, text[place..<end].elementsEqual(expected) {
                place = end + 1
                return true
            }
            units = takenApart
        }
        guard let unit = units?[position] else { return false }
        let planned = try PlanWriting.work(unit.work)
        return unit.content.bytes.elementsEqual(content) && unit.dependencies.sorted() == waitsOn
            && unit.estimate == estimate && work.elementsEqual(planned)
    }

    private var takenApart: [Int: PlannedUnit] {
        do {
            let plan = try JSONDecoder().decode(Plan.self, from: Data(text))
            return Dictionary(plan.units.map { ($0.position, $0) }) { first, _ in first }
        } catch {
            // A plan that cannot be read has none of the units.
            return [:]
        }
    }
}
