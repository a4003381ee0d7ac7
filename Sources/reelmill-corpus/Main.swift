import ArgumentParser
import Foundation

/// Runs every file of a directory through `reelmill` and writes a table of what came of it.
@main
struct Corpus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reelmill-corpus",
        abstract: "Transcode every file of a directory and tell what came of each.",
        discussion: """
            Each file is probed and transcoded with each profile. What was made is then measured by ffprobe, which
            shares nothing with Reelmill but the libraries: frames by decoding them, and when picture and sound start
            and end. Beside it stands what ffmpeg itself decodes of the source.

            The exit status is 1 when an output is not what its plan says, or when anything ends without a reason.
            """)

    @Argument(help: "The directory, or single files.", completion: .directory)
    var inputs: [String]
    @Option(help: "The profiles.") var profiles = "mp4,web"
    @Option(help: "Segment tasks at a time.") var workers = 2
    @Option(help: "Where the table goes; standard output when not given.") var table: String?
    @Option(help: "Only files whose name contains this.") var only: String?
    @Option(help: "Outputs are kept below this directory.") var keep: String?

    func run() throws {
        let reelmill = try Programs.beside("reelmill")
        let names = profiles.split(separator: ",").map(String.init)
        let scratch = try Scratch(keep: keep)
        defer { scratch.remove() }
        var sheet = Sheet()
        for path in try files() {
            let source = SourceView.of(path)
            for profile in names {
                let row = try Trial(
                    reelmill: reelmill, source: source, path: path, profile: profile,
                    workers: workers, folder: scratch.folder(path, profile)
                ).run()
                FileHandle.standardError.write(Data((row.line + "\n").utf8))
                sheet.rows.append(row)
            }
            if keep == nil { scratch.empty() }
        }
        let text = sheet.text
        if let table {
            try Data(text.utf8).write(to: URL(fileURLWithPath: table))
        } else {
            print(text)
        }
        if sheet.rows.contains(where: \.isWrong) { throw ExitCode(1) }
    }

    /// Regular files, by name; not those that start with a dot, nor lists of the files.
    private func files() throws -> [String] {
        var found: [String] = []
        for input in inputs {
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: input, isDirectory: &isDirectory) else {
                throw ValidationError("\(input): there is no such file or directory")
            }
            guard isDirectory.boolValue else {
                found.append(input)
                continue
            }
            found += try FileManager.default.contentsOfDirectory(atPath: input).sorted()
                .filter {
                    !$0.hasPrefix(".")
                        && !["tsv", "md", "txt"].contains(($0 as NSString).pathExtension)
                }
                .map { input + "/" + $0 }
        }
        return found.filter { path in only.map { path.contains($0) } ?? true }
    }
}
