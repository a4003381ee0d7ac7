import ArgumentParser

struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure throughput on sample footage, or the ledger.",
        discussion: """
            EXAMPLES:
              reelmill bench
              reelmill bench talk.mov --runs 3 --compare ffmpeg
              reelmill bench ledger --json
              reelmill bench ledger --markdown
            """,
        subcommands: [BenchTranscode.self, BenchLedger.self, BenchCatalogue.self],
        defaultSubcommand: BenchTranscode.self)
}
