public import TranscodeModel

extension TrackPart {
    /// Its samples in decoding order, as its bytes tell them.
    ///
    /// `timescale` is the one that they must be on. Fails with `outputInvalid` where they are not what the part claims.
    public func samples(timescale: Int) throws(Failure) -> [CodedSample] {
        guard let extent = piece.initialization else { throw fault("no initialization segment") }
        let header = try InitializationSegment(
            name: piece.name, bytes: try source.read(extent)
        ).header
        guard header.timescale == timescale else {
            throw fault("the timescale \(header.timescale) instead of \(timescale)")
        }
        var samples: [CodedSample] = []
        for claim in piece.fragments {
            let found = try TrackReader.fragment(source, claim.extent, header: header).samples
            guard found.count == claim.samples else {
                throw fault(
                    "\(found.count) samples where its unit reported \(claim.samples)")
            }
            samples += found
        }
        return samples
    }

    private func fault(_ reason: String) -> Failure {
        Failure(
            .permanent, .outputInvalid,
            "\(source.name): a part of \(piece.name) has \(reason). Transcode the source again.")
    }
}
