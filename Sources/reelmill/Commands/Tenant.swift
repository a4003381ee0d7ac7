import ArgumentParser
import Ledger
import TranscodeModel

struct Tenant: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show tenants, and set their share and their limit.",
        subcommands: [Set.self, List.self], defaultSubcommand: List.self)

    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set a tenant's weight and cap; it is made if it is new.",
            discussion: """
                While several tenants wait, each gets CPU-seconds in proportion to its weight (1 if never set). The \
                cap is the most segment tasks of the tenant that run at once, on all nodes together; a hedge counts \
                too.

                EXAMPLES:
                  reelmill tenant set studio --weight 3
                  reelmill tenant set trial --weight 0.5 --cap 2
                  reelmill tenant set trial --no-cap
                """)

        @Argument(help: "1 to 64 letters, digits, “-”, “_” or “.”.")
        var name: String
        @Option(help: "Its share relative to the others; above 0.")
        var weight: Double?
        @Option(help: "Most segment tasks at once; at least 1.")
        var cap: Int?
        @Flag(name: .customLong("no-cap"), help: "Lift the cap.")
        var noCap = false
        @OptionGroup var state: StateOption

        func validate() throws {
            guard weight ?? 1 > 0, (weight ?? 1).isFinite else {
                throw ValidationError("--weight must be above 0")
            }
            guard cap ?? 1 >= 1 else { throw ValidationError("--cap must be at least 1") }
            guard cap == nil || !noCap else {
                throw ValidationError("--cap and --no-cap contradict each other")
            }
            guard weight != nil || cap != nil || noCap else {
                throw ValidationError("nothing to set: give --weight, --cap or --no-cap")
            }
        }

        func run() throws {
            guard let id = TenantID(name) else {
                throw CommandFault(
                    .usage,
                    "\(name): a tenant is 1 to 64 letters, digits, “-”, “_” or “.”, and does not start "
                        + "with “.”")
            }
            try state.workplace().ledger.setTenant(
                id, weight: weight, cap: noCap ? .some(nil) : cap.map { .some($0) })
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List tenants with their weight, cap and use.",
            discussion: """
                EXAMPLES:
                  reelmill tenant list
                  reelmill tenant list --json
                """)

        @OptionGroup var state: StateOption
        @OptionGroup var format: JSONOption

        func run() throws {
            let tenants = try state.workplace().ledger.tenants()
            if format.json { return try Console.printJSON("tenants", tenants) }
            var table = TextTable(
                header: ["TENANT", "WEIGHT", "CAP", "LEASED", "WEIGHTED CPU-S"],
                rightAligned: [1, 2, 3, 4])
            for tenant in tenants {
                table.add([
                    tenant.id.text, "\(tenant.weight)", tenant.cap.map(String.init) ?? "none",
                    "\(tenant.leased)", "\(Int(tenant.virtualTime.rounded()))",
                ])
            }
            Console.print(table.text)
        }
    }
}
