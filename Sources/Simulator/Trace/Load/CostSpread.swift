import TranscodeModel

/// How far the truth is from the planner's predictions, as runs of real uploads showed.
///
/// A prediction is taken to be right for the upload in the middle, so that a trace does not depend on how fast the
/// machine was that the cost model was fitted on. What is left is the spread: between uploads, since contents differ,
/// and between the chunks of one.
enum CostSpread {
    /// Measured CPU-seconds of the encodes of an upload over those predicted, against the upload in the middle: deciles.
    static let content = QuantileTable(values: [
        0.50, 0.68, 0.78, 0.86, 0.93, 1.00, 1.07, 1.16, 1.28, 1.47, 1.90,
    ])
    /// Of the logarithm of the same, between the chunks of an upload.
    static let chunkSigma = 0.15
    /// Of the logarithm of what the same unit takes again: a prediction learned from it is off by 5 % in the mean.
    static let runSigma = 0.0627
    /// Uploads of a class come in so many contents.
    static let contents = 8

    /// Beside the CPU-seconds of the work: from the start of a worker until it works. `bench workers` shows it: whole units
    /// of one small picture take 10 ms in the median.
    static let workerStartMilliseconds: Int64 = 10
    /// From the lease to the worker, and from its end to the ask for the commit: durable bytes.
    static let settleMilliseconds: Int64 = 8

    /// Whether a process of its own does such units.
    static func isWorkers(_ kind: UnitKind) -> Bool {
        switch kind {
        case .probe, .encode, .audio, .images, .text: true
        default: false
        }
    }
}
