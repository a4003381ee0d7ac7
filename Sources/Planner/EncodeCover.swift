import TranscodeModel

/// Which encode units a chunk has: those of earlier jobs that made some of what is wanted, and new ones for the rest.
struct EncodeCover {
    struct Group {
        /// What the unit makes.
        var renditions: [VideoRendition]
        /// What of it is delivered; no other unit of the chunk delivers it.
        var delivered: [VideoRendition]
    }

    private let video: VideoPlan
    private let wanted: [VideoRendition]
    /// By chunk, how units would be grouped that make everything.
    private let usual: [[[VideoRendition]]]
    private let playsEarly: Bool
    private let earlier: [Int: [EarlierWork.Encode]]

    init(
        _ video: VideoPlan, _ usual: [[[VideoRendition]]], _ earlier: EarlierWork,
        playsEarly: Bool = false
    ) {
        self.video = video
        self.usual = usual
        self.playsEarly = playsEarly
        wanted = video.renditions
        let useful = earlier.encodes.filter { unit in
            unit.renditions.contains { video.renditions.contains($0) }
        }
        self.earlier = Dictionary(grouping: useful, by: \.chunk)
    }

    /// In the order of the first rendition that each delivers; what is played early comes first.
    ///
    /// - Parameter content: the digest of this plan's unit that makes such renditions of the chunk. Where it is that of an
    ///   earlier unit, everything is equal that has a part in the bytes.
    func groups(
        of chunk: Chunk, content: ([VideoRendition]) -> Digest
    ) -> [Group] {
        var missing = wanted
        var groups: [Group] = []
        var candidates = earlier[chunk.index] ?? []
        while !missing.isEmpty {
            func covered(_ unit: EarlierWork.Encode) -> Int {
                missing.count { unit.renditions.contains($0) }
            }
            // Of equals the first, which is the newest.
            var best: Int?
            for index in candidates.indices
            where covered(candidates[index]) > (best.map { covered(candidates[$0]) } ?? 0) {
                best = index
            }
            guard let best else { break }
            let unit = candidates.remove(at: best)
            guard content(unit.renditions) == unit.content else { continue }
            let delivered = missing.filter { unit.renditions.contains($0) }
            groups.append(Group(renditions: unit.renditions, delivered: delivered))
            missing.removeAll { delivered.contains($0) }
        }
        var fresh = usual[chunk.index].map { $0.filter(missing.contains) }
            .filter { !$0.isEmpty }
        if playsEarly { fresh = EarlyRule.groups(fresh, of: chunk, in: video) }
        groups += fresh.map { Group(renditions: $0, delivered: $0) }
        let first = playsEarly ? video.earlyRenditions : []
        func place(_ group: Group) -> Int {
            if first.contains(where: group.delivered.contains) { return -1 }
            return wanted.firstIndex { group.delivered.contains($0) } ?? wanted.count
        }
        return groups.sorted { place($0) < place($1) }
    }
}
