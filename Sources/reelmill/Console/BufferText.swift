import TranscodeModel

extension BufferProof {
    /// For people, such as `buffer 4.4 Mbit at 3.3 Mbit/s: 0 violations, least 31 %, 1 chunk encoded again`.
    var text: String {
        let again =
            reencoded == 0
            ? "" : ", \(reencoded) \(reencoded == 1 ? "chunk" : "chunks") encoded again"
        return
            "buffer \(BufferProof.mega(model.size)) Mbit at \(BufferProof.mega(model.rate)) Mbit/s"
            + "\(model.isEnforced ? "" : " (not kept by the encoder)"): \(violations) "
            + "violations, least \(lowest * 100 / model.size) %\(again)"
    }

    private static func mega(_ bits: Int64) -> String {
        let hundredths = (bits + 5_000) / 10_000
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
