import ArgumentParser
import Foundation
import Packager
import TranscodeModel

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check published outputs byte by byte: structure, timing, counts and hashes.",
        discussion: """
            Needs nothing but the output: the receipt says what every file must be, and the manifests \
            are compared with what the bytes of the tracks ask for.

            EXAMPLES:
              reelmill verify out/talk
              reelmill verify out/* --json
            """)

    @Argument(help: "Output directories.", completion: .directory)
    var outputs: [String]
    @OptionGroup var format: JSONOption

    private struct Verdict: Encodable {
        var output: String
        var isSound: Bool
        var files: Int
        var bytes: Int64
        var findings: [PublicationFinding]
    }

    func run() throws {
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
            }
        }
        if verdicts.contains(where: { !$0.isSound }) { throw ExitStatus.faultFound.code }
    }

    private func verdict(_ output: String) -> Verdict {
        do throws(Failure) {
            let published = try PublishedOutput.open(absolute(output))
            let findings = published.findings()
            return Verdict(
                output: output, isSound: findings.isEmpty,
                files: published.receipt.files.count + 1,
                bytes: published.receipt.files.reduce(0) { $0 + $1.bytes }, findings: findings)
        } catch {
            return Verdict(
                output: output, isSound: false, files: 0, bytes: 0,
                findings: [PublicationFinding(OutputLayout.receiptPath, .receipt, error.message)])
        }
    }
}
