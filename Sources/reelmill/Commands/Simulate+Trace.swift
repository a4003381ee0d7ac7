import ArgumentParser
import Ledger
import Simulator
import TranscodeModel

// A day of uploads on a fleet, and jobs that really ran.
extension Simulate {
    func runTrace() throws {
        let options = try traceOptions()
        if trace.makespan { return try studyMakespans(options) }
        let report = try perform { try TraceRun(options).run() }
        if format.json {
            try Console.printJSON("trace", report)
        } else {
            Console.print(trace.markdown ? report.markdown : report.text)
        }
        if let violation = report.violation { throw fault(violation) }
    }

    private func studyMakespans(_ options: TraceOptions) throws {
        var study = MakespanStudy(options)
        if let workers = workers?.counts.first { study.workers = workers }
        if let uploads { study.batches = uploads }
        let report = try perform { try study.run() }
        if format.json {
            try Console.printJSON("makespans", report)
        } else {
            Console.print(trace.markdown ? report.markdown : report.text)
        }
    }

    func runReplay(_ name: String) throws {
        let workplace = try state.workplace()
        let job = try workplace.job(name)
        let ledger = workplace.ledger
        guard let plan = try ledger.plan(ofJob: job.id) else {
            throw CommandFault(.usage, "job \(name) was never planned. Choose one that is ready.")
        }
        var events: [EventRecord] = []
        var page: [EventRecord]
        repeat {
            page = try ledger.events(
                ofJob: job.id, after: events.last?.sequence ?? 0, limit: 1000)
            events += page
        } while page.count == 1000
        let (records, artifacts) = (
            try ledger.units(ofJob: job.id), try ledger.artifacts(ofJob: job.id)
        )
        let report = try perform {
            try Replay(
                job: job, plan: plan, records: records, artifacts: artifacts, events: events
            ).run(workers: workers?.counts.first ?? 2)
        }
        if format.json {
            try Console.printJSON("replay", report)
        } else {
            Console.print(report.text)
        }
    }

    private func traceOptions() throws -> TraceOptions {
        let settings = try Settings.resolve(profile: trace.profile.profile)
        var options = TraceOptions(profile: try ProfileLoading.load(settings.profile))
        // A trace asks how soon uploads can be played.
        options.profile.publish = PublishSettings(early: true)
        options.uploadsOfDay = uploads ?? options.uploadsOfDay
        options.hours = trace.hours ?? options.hours
        options.workers = workers?.counts ?? []
        options.utilisation = trace.utilisation ?? options.utilisation
        options.workersOfNode = trace.nodeWorkers
        options.seed = seed ?? options.seed
        options.isLearned = trace.learned
        options.slowShare = trace.slowShare ?? 0
        options.slowFactor = trace.slowFactor ?? options.slowFactor
        options.driver = trace.mirror ? .mirrored : .lean
        return options
    }

    private func perform<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as SimulationError {
            throw CommandFault(.usage, error.message)
        } catch let violation as Violation {
            throw fault(violation.description)
        }
    }

    private func fault(_ violation: String) -> CommandFault {
        CommandFault(.faultFound, "the simulation violated an invariant: \(violation)")
    }
}
