import TranscodeModel

/// One picture that is wanted.
struct StillWish: Hashable {
    enum Purpose: Hashable {
        case poster
        case thumbnail(Int)
    }
    var purpose: Purpose
    /// The last tick at which the picture may start.
    var ticks: Int64
    /// Whether only the last picture at or before the time will do, or a key frame near it too.
    var isExact: Bool
}

/// Decides, key frame by key frame of a stream, which wishes each one serves.
///
/// A thumbnail shows the last key frame at or before its time, so that little is decoded. Where that is
/// more than two intervals old, the picture of the very time is wanted instead.
struct StillWishes {
    /// What to take from one key frame: its own picture, and pictures after it.
    struct Share: Hashable {
        /// Nil when the stream has no key frame at or before the wishes.
        var keyFrame: RandomAccessPoint?
        var near: [StillWish] = []
        /// In the order of their times.
        var exact: [StillWish] = []
        var isEmpty: Bool { near.isEmpty && exact.isEmpty }
    }

    private let patienceTicks: Int64
    /// In the order of their times, the earliest last.
    private var wishes: [StillWish]
    private var keyFrame: RandomAccessPoint?

    /// Times of the plan become ticks of `timeBase`.
    init(_ plan: ImagePlan, timeBase: Rational) {
        patienceTicks = (plan.interval * Rational(2) / timeBase).floor
        wishes = plan.thumbnailTimes.enumerated().map { index, time in
            StillWish(
                purpose: .thumbnail(index), ticks: (time / timeBase).floor, isExact: false)
        }
        let poster = StillWish(
            purpose: .poster, ticks: (plan.posterTime / timeBase).floor, isExact: true)
        let place = wishes.firstIndex { $0.ticks > poster.ticks } ?? wishes.count
        wishes.insert(poster, at: place)
        precondition(
            zip(wishes, wishes.dropFirst()).allSatisfy { $0.ticks <= $1.ticks },
            "times must ascend")
        wishes.reverse()
    }

    /// Takes note of the next key frame and returns what the one before it serves.
    mutating func meet(_ next: RandomAccessPoint) -> Share {
        defer { keyFrame = next }
        // Wishes before the first key frame of all are left to it.
        guard keyFrame != nil else { return Share() }
        return share { $0.ticks < next.pts }
    }

    /// What the last key frame serves: all that is left.
    mutating func finish() -> Share { share { _ in true } }

    var isEmpty: Bool { wishes.isEmpty }

    private mutating func share(_ belongs: (StillWish) -> Bool) -> Share {
        var share = Share(keyFrame: keyFrame)
        while let wish = wishes.last, belongs(wish) {
            wishes.removeLast()
            let isNear = keyFrame.map { wish.ticks - $0.pts <= patienceTicks } ?? false
            if isNear, !wish.isExact { share.near.append(wish) } else { share.exact.append(wish) }
        }
        return share
    }
}
