import Simulator
import Testing

@Suite("Every state of a small world")
struct ExhaustiveCheckTests {
    @Test("two nodes, two encodes, a stitch and a publish: all interleavings without a fault")
    func interleavings() {
        var configuration = ExhaustiveConfiguration()
        configuration.faultsMaximum = 0
        let report = ExhaustiveCheck(configuration).run()
        print("exhaustive, two nodes without faults: \(report)")
        #expect(report.violation == nil)
        #expect(report.isComplete)
        #expect(report.states > 10_000)
        #expect(report.endings.keys.sorted() == ["ready"])
    }

    @Test("one node, any fault anywhere")
    func oneNode() {
        var configuration = ExhaustiveConfiguration()
        configuration.nodes = 1
        configuration.encodes = 1
        configuration.attemptsMaximum = 2
        configuration.faultsMaximum = 1
        let report = ExhaustiveCheck(configuration).run()
        print("exhaustive, one node and one fault: \(report)")
        #expect(report.violation == nil)
        #expect(report.isComplete)
        #expect(report.endings.keys.sorted() == ["failed", "ready"])
    }

    @Test(
        "two nodes, a second lease of whatever takes long, and the first gives way: all interleavings"
    )
    func overtaking() {
        var configuration = ExhaustiveConfiguration()
        configuration.encodes = 1
        configuration.faultsMaximum = 0
        configuration.hedges = true
        configuration.overtakes = true
        let report = ExhaustiveCheck(configuration).run()
        print("exhaustive, two nodes that hedge and give way: \(report)")
        #expect(report.violation == nil)
        #expect(report.isComplete)
        #expect(report.endings.keys.sorted() == ["ready"])
        configuration.overtakes = false
        #expect(ExhaustiveCheck(configuration).run().states != report.states)
    }

    @Test("the same world gives the same report")
    func isDeterministic() {
        var configuration = ExhaustiveConfiguration()
        configuration.nodes = 1
        configuration.encodes = 1
        configuration.faultsMaximum = 0
        #expect(ExhaustiveCheck(configuration).run() == ExhaustiveCheck(configuration).run())
    }
}
