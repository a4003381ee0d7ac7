import ContentDigest
import Node
import Packager
import TranscodeModel

/// Whether a unit that says it succeeded made what its plan asks for, by its bytes. Each sentence is a finding.
enum OutputClaims {
    static func encode(
        _ pieces: [Piece], _ staged: [UInt8], chunk: Chunk, names: [String], video: VideoPlan
    ) -> [String] {
        var findings = outside(pieces, staged)
        guard findings.isEmpty else { return findings }
        do throws(Failure) {
            try ChunkCheck(chunk: chunk, names: names, timing: video.timing).check(pieces)
        } catch { return ["encode reports success, but: \(error.message)"] }
        let source = MemoryByteSource(name: "chunk \(chunk.index)", bytes: staged)
        for piece in pieces {
            do throws(Failure) {
                let frames = try count(piece, source)
                if frames != chunk.frames.count {
                    findings.append(
                        "encode reports success, but the bytes of \(piece.name) have \(frames) "
                            + "frames where \(chunk.frames.count) are planned")
                }
                guard chunk.index == 0 else { continue }
                let track = try assembled(
                    piece, source, shift: Int64(video.reorderFrames * video.grid.ticksPerFrame))
                if track.sampleCount != chunk.frames.count {
                    findings.append("\(piece.name), joined, has \(track.sampleCount) frames")
                }
            } catch { findings.append("encode reports success, but: \(error.message)") }
        }
        return findings
    }

    static func audio(
        _ pieces: [Piece], _ staged: [UInt8], rendition: AudioRendition
    ) -> [String] {
        let findings = outside(pieces, staged)
        guard findings.isEmpty else { return findings }
        guard pieces.map(\.name) == [rendition.name] else {
            return ["audio reports success, but made \(pieces.map(\.name))"]
        }
        let source = MemoryByteSource(name: rendition.name, bytes: staged)
        do throws(Failure) {
            let track = try assembled(pieces[0], source, shift: nil)
            let samples = track.decodedDuration - track.header.shift
            return samples >= Int64(rendition.samples)
                ? []
                : ["audio reports success with \(samples) samples of \(rendition.samples)"]
        } catch { return ["audio reports success, but: \(error.message)"] }
    }

    static func images(_ pieces: [Piece], _ staged: [UInt8], plan: ImagePlan) -> [String] {
        let findings = outside(pieces, staged)
        guard findings.isEmpty else { return findings }
        let geometry = SpriteGeometry(plan)
        let due = Set(["poster.jpg"] + (0..<geometry.sheets).map(SpriteGeometry.name(ofSheet:)))
        guard Set(pieces.map(\.name)) == due else {
            return ["images reports success, but made \(pieces.map(\.name)) of \(due.sorted())"]
        }
        return pieces.flatMap { piece in
            piece.fragments.compactMap { fragment in
                let bytes = staged[Int(fragment.extent.offset)..<Int(fragment.extent.end)]
                let isWhole = bytes.prefix(2) == [0xFF, 0xD8] && bytes.suffix(2) == [0xFF, 0xD9]
                return isWhole ? nil : "\(piece.name) is not a whole JPEG image"
            }
        }
    }

    /// Claims of bytes that are not there, which a node refuses when it commits.
    private static func outside(_ pieces: [Piece], _ staged: [UInt8]) -> [String] {
        pieces.filter { piece in
            (piece.fragments.map(\.extent) + [piece.initialization].compactMap { $0 })
                .contains { $0.end > Int64(staged.count) }
        }.map { "\($0.name): success is reported with bytes that are not written" }
    }

    /// Samples by the fragments' own account.
    private static func count(
        _ piece: Piece, _ source: MemoryByteSource
    ) throws(Failure) -> Int {
        guard let extent = piece.initialization else { return -1 }
        let segment = try InitializationSegment(name: piece.name, bytes: source.read(extent))
        var samples = 0
        for fragment in piece.fragments {
            samples += try TrackReader.fragment(source, fragment.extent, header: segment.header)
                .sampleCount
        }
        return samples
    }

    private static func assembled(
        _ piece: Piece, _ source: MemoryByteSource, shift: Int64?
    ) throws(Failure) -> Track {
        var sink = MemoryByteSink()
        _ = try TrackAssembly(
            rendition: piece.name, shift: shift, segments: nil, expectedSamples: nil
        ).write([TrackPart(source: source, piece: piece)], to: &sink)
        return try TrackReader.track(MemoryByteSource(name: piece.name, bytes: sink.bytes))
    }
}
