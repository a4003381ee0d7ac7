public import ArgumentParser
import Foundation
public import Ledger
import TranscodeModel

/// Which sources, and where their outputs go.
struct CatalogueOptions: ParsableArguments {
    @Argument(help: "Directories, files or patterns.", completion: .file())
    var sources: [String] = []
    @Option(
        help: ArgumentHelp(
            "Read a list: paths, one a line; CSV with a line of column names; or NDJSON. - is standard input.",
            valueName: "file"), completion: .file())
    var from: String?
    @Option(help: "What the list is: lines, csv or ndjson. Default: by its name.")
    var format: ListFormat?
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The directory above all outputs.", valueName: "out"),
        completion: .directory)
    var output: String?
    @Option(
        help: ArgumentHelp(
            "What the backfill is called. Default: the name of OUT, or of the list.",
            valueName: "name"))
    var name: String?
    @OptionGroup var profile: ProfileOption

    var namesSources: Bool { !sources.isEmpty || from != nil }

    func listing() throws -> CatalogueListing {
        CatalogueListing(
            sources: sources, list: try from.map { try ListFile($0, format: format) })
    }

    /// What the catalogue is made for: OUT, or the list that names outputs.
    var place: String { absolute(output ?? from ?? "") }

    /// Fails with a usage fault where no name can be made.
    func backfillName() throws -> String {
        let last = (place as NSString).lastPathComponent
        let name = name ?? (output == nil ? (last as NSString).deletingPathExtension : last)
        guard BackfillRecord.isName(name), self.name != nil || output != nil || from != "-" else {
            throw CommandFault(
                .usage,
                "“\(name)” cannot be the name of a backfill: 1 to 64 letters, digits, '-', '_' or '.'. "
                    + "Give one with --name.")
        }
        return name
    }

    /// Fails with a usage fault when the name is that of another catalogue.
    func requireSamePlace(_ known: BackfillRecord?) throws {
        guard let known, name == nil, known.settings.place != place else { return }
        throw CommandFault(
            .usage,
            "\(known.name): there is a backfill of this name, for \(known.settings.place). Give this one "
                + "another --name, or the same --name if it is to take its place.")
    }
}

/// What a backfill may take, and when it stops.
struct BackfillLimits: ParsableArguments {
    @Option(help: "Encode only what is missing, changed or failed before; or all.")
    var only: BackfillSelection?
    @Option(
        help: ArgumentHelp(
            "Encode so many first, and stop if one of them fails.", valueName: "n"))
    var canary: Int?
    @Option(
        help: ArgumentHelp(
            "The largest part of a node's workers, such as 60%. One is always allowed.",
            valueName: "part"))
    var maxShare: Part?
    @Option(
        help: ArgumentHelp(
            "Hours of the day in which it works, such as 22:00-06:00, by this machine's clock.",
            valueName: "from-to"))
    var window: DailyWindow?
    @Option(
        help: ArgumentHelp(
            "The part of all rows that may fail before it stops, such as 2%.", valueName: "part"))
    var failBudget: Part?
    @Option(help: ArgumentHelp("At most so many encodes in this run.", valueName: "n"))
    var limit: Int?
    @Option(parsing: .unconditional, help: "Priority among backfill jobs, from -100 to 100.")
    var priority: Int?

    func validate() throws {
        guard canary ?? 0 >= 0, limit ?? 0 >= 0 else {
            throw ValidationError("--canary and --limit must be 0 or more")
        }
        guard maxShare?.value != 0 else { throw ValidationError("--max-share must be above 0") }
        guard JobSteering.priorities.contains(priority ?? 0) else {
            throw ValidationError("--priority must be from -100 to 100")
        }
    }

    /// Those that were given, over those that there are.
    func settings(over known: BackfillSettings) -> BackfillSettings {
        var settings = known
        settings.selection = only ?? known.selection
        settings.canary = canary ?? known.canary
        settings.shareMaximum = maxShare?.value ?? known.shareMaximum
        settings.window = window ?? known.window
        settings.failBudget = failBudget?.value ?? known.failBudget
        settings.limit = limit ?? known.limit
        settings.priority = priority ?? known.priority
        return settings
    }
}

/// A part of a whole: `60%`, `60` or `0.6`.
struct Part: ExpressibleByArgument, Equatable {
    /// 0 to 1.
    var value: Double

    init?(argument: String) {
        let isPercent = argument.hasSuffix("%")
        guard let number = Double(isPercent ? String(argument.dropLast()) : argument) else {
            return nil
        }
        let part = isPercent || number > 1 ? number / 100 : number
        guard (0...1).contains(part) else { return nil }
        value = part
    }
}

extension DailyWindow: ExpressibleByArgument {
    public init?(argument: String) { self.init(text: argument) }
}
extension BackfillSelection: ExpressibleByArgument {}
extension ListFormat: ExpressibleByArgument {}
