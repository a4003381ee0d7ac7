import Foundation
import Testing
import WorkerProtocol

@testable import reelmill

@Suite("Settings: flags over environment over config file over defaults")
struct SettingsTests {
    private func withConfig(_ text: String, _ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory
            .appending(path: "config-\(UUID().uuidString).yaml").path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) } }
        try body(path)
    }

    @Test("each layer wins over the ones below it")
    func layers() throws {
        try withConfig(
            "# ours\nprofile: hevc\nworkers: 3\nsandbox: best-effort\nstate: /from-file\n"
        ) { path in
            let file = ["REELMILL_CONFIG": path]
            let fromFile = try Settings.resolve(environment: file)
            #expect(fromFile.profile == "hevc" && fromFile.workers == 3)
            #expect(fromFile.sandbox == .bestEffort)
            #expect(fromFile.stateDirectory == "/from-file")
            let environment = file.merging([
                "REELMILL_PROFILE": "av1", "REELMILL_WORKERS": "5", "REELMILL_STATE": "/from-env",
                "REELMILL_SANDBOX": "required",
            ]) { $1 }
            let fromEnvironment = try Settings.resolve(environment: environment)
            #expect(fromEnvironment.profile == "av1" && fromEnvironment.workers == 5)
            #expect(fromEnvironment.sandbox == .required)
            #expect(fromEnvironment.stateDirectory == "/from-env")
            let fromFlags = try Settings.resolve(
                state: "/from-flag", profile: "mp4", workers: 7, sandbox: .bestEffort,
                environment: environment)
            #expect(fromFlags.profile == "mp4" && fromFlags.workers == 7)
            #expect(fromFlags.sandbox == .bestEffort)
            #expect(fromFlags.ledgerPath == "/from-flag/ledger.sqlite")
        }
    }

    @Test("the XDG state directory, which must be absolute to count")
    func standard() throws {
        let none = ["REELMILL_CONFIG": "/dev/null"]
        #expect(
            try Settings.resolve(environment: none.merging(["XDG_STATE_HOME": "/x"]) { $1 })
                .stateDirectory == "/x/reelmill")
        #expect(
            try Settings.resolve(environment: none.merging(["XDG_STATE_HOME": "x"]) { $1 })
                .stateDirectory == NSHomeDirectory() + "/.local/state/reelmill")
        #expect(try Settings.resolve(environment: none).profile == "web")
        #expect(try Settings.resolve(environment: none).sandbox == .required)
    }

    @Test(
        "what is wrong is said with its place",
        arguments: [
            ("color: red", ":1"), ("profile: web\nworkers", ":2"), ("workers: many", "many"),
            ("sandbox: none", "none"),
        ])
    func faults(text: String, place: String) throws {
        try withConfig(text) { path in
            let fault = #expect(throws: CommandFault.self) {
                try Settings.resolve(environment: ["REELMILL_CONFIG": path])
            }
            #expect(fault?.status == .usage)
            #expect(fault?.message.contains(place) == true)
        }
        #expect(throws: CommandFault.self) {
            try Settings.resolve(environment: ["REELMILL_CONFIG": "/nowhere/config.yaml"])
        }
        #expect(throws: CommandFault.self) {
            try Settings.resolve(workers: 0, environment: ["REELMILL_CONFIG": "/dev/null"])
        }
    }
}

@Suite("Names and numbers for people")
struct WordingTests {
    @Test("two inputs never share an output")
    func outputNames() {
        #expect(OutputNaming.folders(["a.mov", "b.mp4"]) == ["a", "b"])
        #expect(OutputNaming.folders(["a.mov", "a.mp4", "c"]) == ["a.mov", "a.mp4", "c"])
        #expect(OutputNaming.folders(["x/a.mov", "y/a.mov"]) == ["x/a", "y/a"])
        #expect(OutputNaming.folders(["a.mov", "a.mov"]) == ["a.mov", "a.mov-2"])
        #expect(
            OutputNaming.folders(["a.mov", "a.mp4", "a.mov.mp4"]) == ["a.mov", "a.mp4", "a.mov-2"])
    }

    @Test("quantities")
    func quantities() {
        #expect(Quantity.bytes(999) == "999 B")
        #expect(Quantity.bytes(1_234_567) == "1.23 MB")
        #expect(Quantity.clock(seconds: 3725.4) == "1:02:05")
        #expect(Quantity.clock(seconds: 59.6) == "1:00")
        #expect(Quantity.clock(seconds: .infinity) == "–")
        #expect(Quantity.instant(milliseconds: 1_700_000_000_000) == "2023-11-14T22:13:20Z")
    }

    @Test("columns line up, and lines end where their words end")
    func table() {
        var table = TextTable(header: ["NAME", "N"], rightAligned: [1])
        table.add(["a", "10"])
        table.add(["longer", ""])
        #expect(table.text == "NAME     N\na       10\nlonger")
    }

    @Test("the middle of an even number of samples lies between the two in the middle")
    func spread() {
        let spread = Spread([4, 1, 3, 2])
        #expect(spread.median == 2.5 && spread.minimum == 1 && spread.maximum == 4)
        #expect(Spread([5]).median == 5)
    }
}
