import TranscodeModel

/// How fast a job goes, from two looks at it: what was done before the first look does not count, so a
/// resumed job shows the speed of now.
struct JobPace: Equatable {
    var framesPerSecond: Double
    /// Seconds of video a second.
    var realtimeFactor: Double
    /// Seconds until the job ends, at this pace; nil while there is no pace yet.
    var remainingSeconds: Double?

    init(first: JobProgress, now: JobProgress, elapsedSeconds: Double) {
        guard elapsedSeconds > 0 else {
            self = JobPace()
            return
        }
        let speed = Double(max(0, now.framesDone - first.framesDone)) / elapsedSeconds
        framesPerSecond = speed
        realtimeFactor = now.frameRate.map { speed / $0.approximation } ?? 0
        let gained = now.fraction - first.fraction
        remainingSeconds = gained > 0.005 ? (1 - now.fraction) / gained * elapsedSeconds : nil
    }

    private init() {
        framesPerSecond = 0
        realtimeFactor = 0
        remainingSeconds = nil
    }
}
