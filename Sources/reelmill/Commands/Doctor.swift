import ArgumentParser
import ArtifactStore
import Foundation
import Ledger
import TranscodeModel
import WorkerHost
import WorkerProtocol

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check this machine: worker, encoders, sandbox, disk, ledger and store.",
        discussion: """
            Each line says what was found and, where something is missing, what to do.

            EXAMPLES:
              reelmill doctor
              reelmill doctor --json
            """)

    @OptionGroup var sandbox: SandboxOption
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    func run() async throws {
        let settings = try Settings.resolve(state: state.state, sandbox: sandbox.sandbox)
        var symptoms = await workerSymptoms(settings)
        symptoms += stateSymptoms(settings)
        if format.json {
            try Console.printJSON("symptoms", symptoms)
        } else {
            for symptom in symptoms { Console.print(symptom.text) }
        }
        if symptoms.contains(where: { $0.level == .broken }) { throw ExitStatus.jobFailed.code }
    }

    private func workerSymptoms(_ settings: Settings) async -> [Symptom] {
        let path = WorkerLocation.find(override: settings.workerPath)
        let outcome = await WorkerCensus.outcome(settings)
        let walls = outcome.confinement.map { [Symptom($0, under: settings.sandbox)] } ?? []
        guard case .success(let result) = outcome.result, let found = result.description else {
            guard case .failure(let failure) = outcome.result else {
                return [
                    Symptom(
                        "worker", .broken, path, advice: "Install reelmill-worker of this build.")
                ] + walls
            }
            // That the sandbox is not whole, the sandbox's own line says.
            if failure.code == .sandboxUnavailable, !walls.isEmpty {
                return [Symptom("worker", .fine, path)] + walls
            }
            return [Symptom("worker", .broken, path, advice: failure.message)] + walls
        }
        var symptoms = [
            Symptom("worker", .fine, "\(path), libavcodec \(found.libraries["libavcodec"] ?? "?")")
        ]
        for (encoder, isThere) in found.encoders.sorted(by: { $0.key < $1.key }) {
            symptoms.append(
                isThere
                    ? Symptom("encoder", .fine, encoder)
                    : Symptom(
                        "encoder", .degraded, "\(encoder) is missing",
                        advice: "Profiles that need it fail. Install a build of FFmpeg with it."))
        }
        return symptoms + walls
    }

    private func stateSymptoms(_ settings: Settings) -> [Symptom] {
        do {
            let workplace = try Workplace.open(settings)
            let report = try workplace.ledger.audit()
            let disk = try DiskReport(workplace)
            return [
                report.findings.isEmpty
                    ? Symptom(
                        "ledger", .fine,
                        "\(settings.ledgerPath): \(report.jobs) jobs, all invariants hold")
                    : Symptom(
                        "ledger", .broken, "\(report.findings.count) findings",
                        advice: "`reelmill audit` names them. Keep a copy of the ledger."),
                Symptom("store", .fine, settings.storePath),
                Symptom(
                    "disk", disk.isShort ? .degraded : .fine,
                    "\(disk.text); nothing new below \(Quantity.bytes(disk.lowBytes)), again from "
                        + "\(Quantity.bytes(disk.highBytes))"
                        + (disk.isBetween ? ", which nodes that were short still wait for" : ""),
                    advice: disk.isShort ? "To make room, \(DiskReport.advice)." : nil),
                Symptom(
                    "machine", .fine,
                    "\(ProcessInfo.processInfo.activeProcessorCount) cores, "
                        + "\(Quantity.bytes(Machine.memoryBytes)) of memory"),
            ]
        } catch {
            return [
                Symptom(
                    "ledger", .broken, settings.stateDirectory,
                    advice: CommandFault(error)?.message ?? "\(error)")
            ]
        }
    }
}

/// One line of a diagnosis.
struct Symptom: Encodable {
    enum Level: String, Encodable {
        case fine
        /// Some work cannot be done.
        case degraded
        /// No work can be done.
        case broken
    }
    var part: String
    var level: Level
    var found: String
    /// What to do about it.
    var advice: String?

    init(_ part: String, _ level: Level, _ found: String, advice: String? = nil) {
        self.part = part
        self.level = level
        self.found = found
        self.advice = advice
    }

    var text: String {
        let mark = level == .fine ? "ok  " : level == .degraded ? "some" : "BAD "
        return "\(mark)  \(part): \(found)" + (advice.map { "\n      → \($0)" } ?? "")
    }
}

extension Symptom {
    /// What is in force around a worker that was just started.
    init(_ confinement: Confinement, under policy: SandboxPolicy) {
        let limits = confinement.limits
        let found =
            "\(confinement.text); \(Quantity.bytes(Int64(clamping: limits.addressSpaceBytes))) of memory, "
            + "\(limits.cpuSeconds) CPU-seconds, files of "
            + "\(Quantity.bytes(Int64(clamping: limits.fileBytes))), \(limits.openFiles) descriptors, "
            + "\(limits.coreBytes == 0 ? "no" : "a") core; \(policy.rawValue)"
        let missing = confinement.missing.joined(separator: " and ")
        if missing.isEmpty {
            self.init("sandbox", .fine, found)
        } else if let refusal = policy.refusal(of: confinement) {
            self.init("sandbox", .broken, found, advice: refusal.message)
        } else {
            self.init(
                "sandbox", .degraded, found,
                advice: "\(missing) missing: use a kernel and a container that allow it.")
        }
    }
}
