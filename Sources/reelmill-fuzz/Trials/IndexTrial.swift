import Foundation
import Planner
import ProfileCatalog
import SeededRandom
import TranscodeModel

/// Indexes with numbers that no file has, through the planner.
struct IndexTrial: Trial {
    private let scene: TrialScene
    private let indexes: [[UInt8]]
    private let profiles: [Profile]
    private let text = TextMutation(words: [
        "null", "[]", "{}", "\"1/90000\"", "\"1/1000000000\"", "\"1/2147483647\"", "\"1048575/1\"",
        "\"60\"", "\"1/3\"", "true", "\"24000/1001\"", "\"smpte2084\"",
    ])

    init(_ scene: TrialScene) async throws {
        self.scene = scene
        indexes = try await Specimen.of(scene).indexes.map { [UInt8]($0) }
        var profiles = try SmallProfiles.all()
        for name in ProfileCatalog.shippedNames {
            profiles.append(try ProfileCatalog.load(name) { path in throw FuzzFault(path) })
        }
        self.profiles = profiles
    }

    func perform(seed: UInt64, _ tally: inout Tally) throws {
        var generator = Generator(seed: seed)
        let bytes = text.mutated(indexes[generator.below(indexes.count)], &generator)
        try Data(bytes).write(to: URL(fileURLWithPath: scene.inputPath))
        let profile = profiles[generator.below(profiles.count)]
        let index: SourceIndex
        do {
            index = try JSONDecoder().decode(SourceIndex.self, from: Data(bytes))
        } catch {
            tally.count("unreadable")
            return
        }
        do throws(Failure) {
            let plan = try Planning.plan(
                index: index, source: SmallProfiles.source, profile: profile)
            tally.count("planned")
            for text in PlanClaims.findings(plan) {
                tally.find(Tally.Finding(part: .index, seed: seed, text: text))
            }
        } catch { tally.count(error.code.rawValue) }
    }
}
