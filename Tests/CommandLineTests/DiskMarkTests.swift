import Foundation
import Scheduler
import Testing

@testable import reelmill

@Suite("The marks of the disk, as a person writes them")
struct DiskMarkTests {
    private func resolve(_ low: String?, _ high: String? = nil) throws -> DiskRule {
        var environment = ["REELMILL_CONFIG": "/dev/null"]
        environment["REELMILL_DISK_LOW"] = low
        environment["REELMILL_DISK_HIGH"] = high
        return try Settings.resolve(environment: environment).disk
    }

    @Test("bytes, shares, and nothing at all")
    func good() throws {
        #expect(try resolve(nil) == .standard)
        #expect(try resolve("", "") == .standard)
        #expect(try resolve("0", "0") == .none)
        #expect(try resolve("12", "3K").low == DiskMark(bytes: 12))
        #expect(try resolve("12", "3K").high == DiskMark(bytes: 3000))
        #expect(try resolve("10G").low == DiskMark(bytes: 10_000_000_000))
        #expect(try resolve("10G").high == DiskRule.standard.high)
        #expect(try resolve("500M").low == DiskMark(bytes: 500_000_000))
        #expect(try resolve("1T").low == DiskMark(bytes: 1_000_000_000_000))
        #expect(try resolve("5%").low == DiskMark(share: 0.05))
        #expect(try resolve("0.5%", "100%").high == DiskMark(share: 1))
    }

    @Test(
        "what is none of these is refused, with the name of the setting",
        arguments: [
            "x", "-1", "5 %", "101%", "-1%", "nan%", "%", "G", "1.5G", "10GB", "10g", "9999999T",
            "١G",
        ])
    func bad(_ text: String) {
        let fault = #expect(throws: CommandFault.self) { try resolve(text) }
        #expect(fault?.status == .usage)
        #expect(fault?.message.contains("REELMILL_DISK_LOW") == true)
    }

    @Test("the config file has them too, below the environment")
    func file() throws {
        let path = FileManager.default.temporaryDirectory
            .appending(path: "disk-\(UUID().uuidString).yaml").path
        try "disk-low: 7G\ndisk-high: 9%\n".write(toFile: path, atomically: true, encoding: .utf8)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) } }
        let rule = try Settings.resolve(
            environment: ["REELMILL_CONFIG": path, "REELMILL_DISK_LOW": "1G"]
        ).disk
        #expect(rule.low == DiskMark(bytes: 1_000_000_000))
        #expect(rule.high == DiskMark(share: 0.09))
    }
}
