import ArgumentParser
import Foundation
import Packager
import TranscodeModel

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check published outputs byte by byte: structure, timing, counts and hashes.",
        discussion: """
            Needs nothing but the output: the receipt says what every file must be, and the manifests \
            are compared with what the bytes of the tracks ask for.

            With --seams, pictures and sound are also decoded and compared with the source, around every boundary \
            of chunks and segments: the order of frames, their quality and colours, and gaps, shifts and breaks in \
            the sound. Exit code 0 means that no seam can be seen or heard.

            EXAMPLES:
              reelmill verify out/talk
              reelmill verify out/* --json
              reelmill verify --seams out/talk --source talk.mov
            """)

    @Argument(help: "Output directories.", completion: .directory)
    var outputs: [String]
    @Flag(help: "Compare one output with its source around every seam.")
    var seams = false
    @Option(
        help: ArgumentHelp("With --seams: the file that was transcoded.", valueName: "file"),
        completion: .file())
    var source: String?
    @OptionGroup var sandbox: SandboxOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard seams == (source != nil) else {
            throw ValidationError("--seams and --source FILE go together.")
        }
        guard !seams || outputs.count == 1 else {
            throw ValidationError("--seams compares one output with one source.")
        }
    }

    private struct Verdict: Encodable {
        var output: String
        var isSound: Bool
        var files: Int
        var bytes: Int64
        var findings: [PublicationFinding]
        /// By rendition; what its bytes do to the decoder's buffer.
        var buffers: [String: BufferProof]?
    }

    func run() async throws {
        if let source { return try await compare(with: source) }
        var verdicts: [Verdict] = []
        for output in outputs {
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: output, isDirectory: &isDirectory),
                isDirectory.boolValue
            else {
                throw CommandFault(
                    .usage,
                    "\(output): there is no such directory. Name the directory that a job published."
                )
            }
            verdicts.append(verdict(output))
        }
        if format.json {
            try Console.printJSON("outputs", verdicts)
        } else {
            for verdict in verdicts {
                Console.print(
                    verdict.isSound
                        ? "\(verdict.output): sound: \(verdict.files) files, "
                            + "\(Quantity.bytes(verdict.bytes))"
                        : "\(verdict.output): FAULTY: \(verdict.findings.count) findings")
                for finding in verdict.findings { Console.print("  \(finding)") }
                for (name, proof) in (verdict.buffers ?? [:]).sorted(by: { $0.key < $1.key }) {
                    Console.print("  \(name): \(proof.text)")
                }
            }
        }
        if verdicts.contains(where: { !$0.isSound }) { throw ExitStatus.faultFound.code }
    }

    private func compare(with source: String) async throws {
        let check = SeamCheck(try Settings.resolve(sandbox: sandbox.sandbox))
        let report: SeamReport
        do { report = try await check.report(output: outputs[0], source: source) } catch let failure
            as Failure
            where [.outputInvalid, .wrongFrameCount].contains(failure.code)
        { throw CommandFault(.faultFound, failure.message) }
        if format.json {
            try Console.printJSON("seams", report)
        } else {
            Console.print(report.text)
        }
        for warning in report.warnings { Console.note("reelmill: warning: \(warning)") }
        if !report.isClean { throw ExitStatus.faultFound.code }
    }

    private func verdict(_ output: String) -> Verdict {
        do throws(Failure) {
            let published = try PublishedOutput.open(absolute(output))
            let findings = published.findings()
            return Verdict(
                output: output, isSound: findings.isEmpty,
                files: published.receipt.files.count + 1,
                bytes: published.receipt.files.reduce(0) { $0 + $1.bytes }, findings: findings,
                buffers: published.receipt.buffers)
        } catch {
            return Verdict(
                output: output, isSound: false, files: 0, bytes: 0,
                findings: [PublicationFinding(OutputLayout.receiptPath, .receipt, error.message)])
        }
    }
}
