import ArgumentParser

struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure throughput on sample footage, the ledger, or the start of workers.",
        discussion: """
            EXAMPLES:
              reelmill bench
              reelmill bench talk.mov --runs 3 --compare ffmpeg
              reelmill bench ledger --json
              reelmill bench workers
              reelmill bench ledger --markdown
            """,
        subcommands: [
            BenchTranscode.self, BenchLedger.self, BenchCatalogue.self, BenchWorkers.self,
            BenchPlanner.self,
        ],
        defaultSubcommand: BenchTranscode.self)
}
