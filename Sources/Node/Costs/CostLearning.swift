import Ledger
import Planner
import TranscodeModel

/// What a unit that was just done teaches of the costs of its work.
enum CostLearning {
    /// Nil where the plan reckoned with nothing, or the work was not done as planned.
    static func lesson(_ context: UnitContext, _ usage: Usage) throws -> CostLesson? {
        // Done one rendition at a time, the source is decoded several times.
        guard context.assignment.work != nil, !context.lease.isSplit,
            [.encode, .audio, .images, .text].contains(context.lease.kind)
        else { return nil }
        let costs = try context.plan().costs?.costs(ofUnit: context.lease.unit.position) ?? []
        let samples = CostLessons.samples(costs, usage)
        return samples.isEmpty ? nil : CostLesson(machine: Processor.name, samples: samples)
    }
}
