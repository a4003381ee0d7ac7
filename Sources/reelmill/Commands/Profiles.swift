import ArgumentParser
import ProfileCatalog
import TranscodeModel

struct Profiles: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile", abstract: "List, show and check profiles.",
        subcommands: [ListProfiles.self, ShowProfile.self, LintProfile.self])
}

struct ListProfiles: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the shipped profiles.",
        discussion: """
            EXAMPLES:
              reelmill profile list
            """)
    @OptionGroup var format: JSONOption

    func run() throws {
        let profiles = try ProfileCatalog.shippedNames.map { try ProfileLoading.load($0) }
        if format.json { return try Console.printJSON("profiles", profiles) }
        var table = TextTable(header: ["NAME", "WHAT IT MAKES"])
        for profile in profiles { table.add([profile.name, profile.summary]) }
        Console.print(table.text)
    }
}

struct ShowProfile: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a profile: its YAML, or with --json every setting resolved.",
        discussion: """
            EXAMPLES:
              reelmill profile show web > house.yaml
              reelmill profile show house.yaml --json
            """)
    @Argument(
        help: "A shipped profile's name, or a file.",
        completion: .list(ProfileCatalog.shippedNames))
    var profile: String
    @OptionGroup var format: JSONOption

    func run() throws {
        let resolved = try ProfileLoading.load(profile)
        if format.json { return try Console.printJSON("profile", resolved) }
        let text = try ProfileCatalog.shippedText(profile) ?? ProfileLoading.read(profile)
        Console.write(text, to: 1)
    }
}

struct LintProfile: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Check profiles: each finding has file, line, key and what is allowed.",
        discussion: """
            EXAMPLES:
              reelmill profile lint house.yaml
            """)
    @Argument(help: "Profile files.", completion: .file(extensions: ["yaml", "yml"]))
    var files: [String]
    @OptionGroup var format: JSONOption

    func run() throws {
        var findings: [ProfileFinding] = []
        for file in files {
            let text: String
            do { text = try ProfileCatalog.shippedText(file) ?? ProfileLoading.read(file) } catch {
                throw CommandFault(
                    .usage, "\(file): the profile cannot be read. Check the path and the rights.")
            }
            findings += ProfileCatalog.lint(text: text, file: file, reading: ProfileLoading.read)
        }
        if format.json {
            try Console.printJSON("findings", findings)
        } else {
            for finding in findings { Console.print(finding.description) }
            if findings.isEmpty { Console.note("reelmill: \(files.count) profiles are fine") }
        }
        if !findings.isEmpty { throw ExitStatus.usage.code }
    }
}
