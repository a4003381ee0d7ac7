import ArgumentParser
import Ledger

struct BackfillPlan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what a backfill would do and cost, and keep it for `run`.",
        discussion: """
            Every source is read, and those that would be encoded are probed, so that the plan counts what a run would \
            meet. Nothing is encoded but what --sample asks for, in a place of its own. `reelmill backfill run NAME` \
            then does what was planned.

            EXAMPLES:
              reelmill backfill plan /srv/catalogue -o out --profile web
              reelmill backfill plan /srv/catalogue -o out --sample 3 --max-share 60% --window 22:00-06:00
              reelmill backfill plan --from list.csv --only changed --json
            """)

    @OptionGroup var catalogue: CatalogueOptions
    @OptionGroup var limits: BackfillLimits
    @Option(
        help: ArgumentHelp(
            "Encode so many of the sources, and say what the rest will cost by them.",
            valueName: "n"))
    var sample = 0
    @OptionGroup var workers: WorkersOption
    @OptionGroup var sandbox: SandboxOption
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard catalogue.namesSources else {
            throw ValidationError("name at least one source, or a list with --from")
        }
        guard catalogue.output != nil || catalogue.from != nil else {
            throw ValidationError("say where the outputs go with -o OUT")
        }
        guard sample >= 0 else { throw ValidationError("--sample must be 0 or more") }
    }

    func run() async throws {
        let settings = try Settings.resolve(
            state: state.state, profile: catalogue.profile.profile, workers: workers.workers,
            sandbox: sandbox.sandbox)
        let workplace = try Workplace.open(settings)
        let name = try catalogue.backfillName()
        let known = try workplace.ledger.backfill(name)
        if let known, known.state == .running || known.state == .paused {
            throw CommandFault(
                .usage,
                "\(name): this backfill is \(known.state.rawValue), and another plan would take its "
                    + "place. Let it end, or give this plan another --name.")
        }
        try catalogue.requireSamePlace(known)
        var asked = limits.settings(over: BackfillSettings())
        asked.place = catalogue.place
        let record = try CatalogueDraft(
            ledger: workplace.ledger, name: name, listing: try catalogue.listing(),
            output: catalogue.output, profile: try ProfileLoading.load(settings.profile),
            settings: asked
        ).list()
        let forecast = try await CatalogueSurvey(
            workplace: workplace, record: record, workers: settings.workers, samples: sample
        ).forecast()
        if format.json { return try Console.printJSON("plan", forecast) }
        Console.print(forecast.text)
        Console.print("\n`reelmill backfill run \(name)` does it")
    }
}
