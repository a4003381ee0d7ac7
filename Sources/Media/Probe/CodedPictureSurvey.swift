import CLibAV
import TranscodeModel

/// Finds out whether a track's packets can stand in an output as they are: H.264 stored as units that say their lengths
/// (ISO/IEC 14496-15), a picture in each packet, and every key frame one that nothing refers across.
struct CodedPictureSurvey {
    private(set) var obstacle: CodedPictures.Obstacle?
    private var byteCount: Int64 = 0

    /// Nil for other codecs.
    init?(_ stream: UnsafeMutablePointer<AVStream>, container: String) {
        let parameters = stream.pointee.codecpar.pointee
        guard parameters.codec_id == AV_CODEC_ID_H264 else { return nil }
        let isKnown = container.hasPrefix("mov") || container.hasPrefix("matroska")
        obstacle = isKnown ? CodedPictureSurvey.obstacle(in: parameters) : .storage
    }

    /// What the record beside the packets says.
    private static func obstacle(in parameters: AVCodecParameters) -> CodedPictures.Obstacle? {
        guard let data = parameters.extradata, parameters.extradata_size > 8 else {
            return .storage
        }
        // Version 1, lengths of four bytes, one sequence parameter set.
        guard data[0] == 1, data[4] & 3 == 3, data[5] & 31 == 1 else { return .storage }
        return [66, 77, 100, 110].contains(data[1]) ? nil : .profile
    }

    /// Takes in the next packet, those included that are not to be shown.
    mutating func take(_ packet: borrowing Packet) {
        guard obstacle == nil else { return }
        let value = packet.pointer.pointee
        byteCount += Int64(value.size)
        guard value.pts != reelmill_no_pts,
            value.flags & (AV_PKT_FLAG_CORRUPT | AV_PKT_FLAG_DISCARD) == 0
        else {
            obstacle = .packets
            return
        }
        if av_packet_get_side_data(packet.pointer, AV_PKT_DATA_NEW_EXTRADATA, nil) != nil {
            obstacle = .parameterSets
            return
        }
        let bytes = UnsafeBufferPointer(start: value.data, count: Int(value.size))
        obstacle = CodedPictureSurvey.obstacle(
            in: bytes, isKey: value.flags & AV_PKT_FLAG_KEY != 0)
    }

    private static func obstacle(
        in bytes: UnsafeBufferPointer<UInt8>, isKey: Bool
    ) -> CodedPictures.Obstacle? {
        var offset = 0
        var kinds: Set<UInt8> = []
        while bytes.count - offset > 4 {
            let length = (0..<4).reduce(0) { $0 << 8 | Int(bytes[offset + $1]) }
            offset += 4
            guard length > 0, length <= bytes.count - offset else { return .packets }
            switch bytes[offset] & 31 {
            // Slices, and those of a picture from which decoding starts anew.
            case 1: kinds.insert(1)
            case 5: kinds.insert(5)
            // Messages and delimiters.
            case 6, 9: break
            case 7, 8, 13, 15: return .parameterSets
            default: return .packets
            }
            offset += length
        }
        guard offset == bytes.count, kinds.count == 1 else { return .packets }
        return kinds.contains(5) == isKey ? nil : .openGroups
    }

    /// What was found, with the order and the sizes of all pictures.
    func result(_ record: StreamSurvey.Record, _ timing: PictureTiming) -> CodedPictures {
        if let obstacle { return CodedPictures(obstacle: obstacle) }
        let times = record.times
        guard !timing.isCounted, timing.dropped == 0, record.hasPresentationTimes,
            timing.frameTimes.count == times.count, record.shown == times.count
        else { return CodedPictures(obstacle: .packets) }
        guard let reorder = reordering(record) else {
            return CodedPictures(obstacle: .openGroups)
        }
        return CodedPictures(
            byteCount: byteCount, reorderFrames: reorder, needs: CodedPictures.needs(record.sizes))
    }

    /// Nil where a picture is decoded before a key frame and shown after it, or the other way round.
    private func reordering(_ record: StreamSurvey.Record) -> Int? {
        let order = record.times.indices.sorted { record.times[$0] < record.times[$1] }
        var places = [Int](repeating: 0, count: order.count)
        for (place, index) in order.enumerated() { places[index] = place }
        let keys = Set(record.points.map(\.pts))
        var (reorder, latest) = (0, -1)
        for (decoded, place) in places.enumerated() {
            let isKey = keys.contains(record.times[decoded])
            // All that was decoded before is shown before, and so nothing after is.
            guard isKey ? place == decoded && latest == decoded - 1 : decoded > 0 else {
                return nil
            }
            latest = max(latest, place)
            reorder = max(reorder, decoded - place)
        }
        return reorder
    }
}
