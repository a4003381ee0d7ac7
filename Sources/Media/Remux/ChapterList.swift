import CLibAV
import TranscodeModel

/// Hands chapters to a muxer, which owns them from then on: libavformat has no public function for it.
enum ChapterList {
    static func add(
        _ chapters: [Chapter], to context: UnsafeMutablePointer<AVFormatContext>
    ) throws(Failure) {
        guard !chapters.isEmpty else { return }
        let doing = "Adding chapters"
        let size = MemoryLayout<UnsafeMutablePointer<AVChapter>?>.stride
        let list = try requireAllocated(av_calloc(chapters.count, size), doing)
        context.pointee.chapters = list.bindMemory(
            to: UnsafeMutablePointer<AVChapter>?.self, capacity: chapters.count)
        for (number, chapter) in chapters.enumerated() {
            let memory = try requireAllocated(
                av_mallocz(MemoryLayout<AVChapter>.size), doing)
            let made = memory.bindMemory(to: AVChapter.self, capacity: 1)
            made.pointee.id = Int64(number)
            made.pointee.time_base = reelmill_rational(1, 1000)
            made.pointee.start = (chapter.start * Rational(1000)).rounded
            made.pointee.end = (chapter.end * Rational(1000)).rounded
            context.pointee.chapters[number] = made
            // Counted one by one, so that what is there is freed whatever fails.
            context.pointee.nb_chapters = UInt32(number + 1)
            try requireSuccess(
                av_dict_set(&made.pointee.metadata, "title", chapter.title, 0), doing)
        }
    }
}
