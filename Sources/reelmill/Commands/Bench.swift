import ArgumentParser

struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure throughput: of sample footage, or of the ledger.",
        discussion: """
            EXAMPLES:
              reelmill bench talk.mov --profile web
              reelmill bench ledger --markdown
            """,
        subcommands: [BenchFootage.self, BenchLedger.self], defaultSubcommand: BenchFootage.self)
}
