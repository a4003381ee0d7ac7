public import ArgumentParser
import ProfileCatalog
import TranscodeModel
import WorkerProtocol

struct StateOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the ledger and the artifacts live. Default: REELMILL_STATE, else the XDG state directory.",
            valueName: "dir"), completion: .directory)
    var state: String?

    func workplace() throws -> Workplace { try Workplace.open(Settings.resolve(state: state)) }
}

struct JSONOption: ParsableArguments {
    @Flag(help: "Print JSON with a schema version instead of text.")
    var json = false
}

struct ProfileOption: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "A shipped profile's name, or the path of a YAML file. Default: web.",
            valueName: "name|file"),
        completion: .list(ProfileCatalog.shippedNames))
    var profile: String?
}

struct WorkersOption: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Segment tasks at a time, each in a process of its own. Default: one a core.",
            valueName: "n"))
    var workers: Int?
}

struct SandboxOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What to do where the kernel cannot confine workers: required refuses to work, best-effort works and says what is missing. Default: required.",
            valueName: "policy"))
    var sandbox: SandboxPolicy?
}

struct LogOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What standard error looks like: text for people, or json, one object a line. Default: text.",
            valueName: "format"))
    var logFormat: LogFormat?
}

extension SandboxPolicy: ExpressibleByArgument {}
extension JobClass: ExpressibleByArgument {}
