import CLibAV
import Glibc
import TranscodeModel

/// Measures the loudness of a whole track with libavfilter's `ebur128` (EBU R 128, ITU-R BS.1770).
struct LoudnessMeter: ~Copyable, SoundSink {
    private let graph: UnsafeMutablePointer<AVFilterGraph>
    private var source: UnsafeMutablePointer<AVFilterContext>?
    private var sink: UnsafeMutablePointer<AVFilterContext>?
    private let form: SoundForm
    private let heard: Frame
    private var samplesSent: Int64 = 0
    private var integrated: Double?
    private var peak: Double?
    /// Samples that are given to the filter at a time.
    private static let blockLength = 4096

    private init(
        owning graph: UnsafeMutablePointer<AVFilterGraph>, _ form: SoundForm,
        _ heard: consuming Frame
    ) {
        self.graph = graph
        self.form = form
        self.heard = heard
    }

    static func open(for form: SoundForm) throws(Failure) -> LoudnessMeter {
        let doing = "Opening the loudness meter"
        var meter = LoudnessMeter(
            owning: try requireAllocated(avfilter_graph_alloc(), doing), form,
            try Frame.allocate())
        meter.graph.pointee.nb_threads = 1
        guard let name = av_get_sample_fmt_name(form.format) else {
            throw Failure(.permanent, .internalFault, "The samples have no known format.")
        }
        let input =
            "sample_rate=\(form.rate):sample_fmt=\(String(cString: name))"
            + ":time_base=1/\(form.rate):channel_layout=\(form.layoutName)"
        meter.source = try meter.add("abuffer", "in", input)
        let filter = try meter.add("ebur128", "meter", "metadata=1:peak=true:framelog=verbose")
        meter.sink = try meter.add("abuffersink", "out", nil)
        try requireSuccess(avfilter_link(meter.source, 0, filter, 0), doing)
        try requireSuccess(avfilter_link(filter, 0, meter.sink, 0), doing)
        try requireSuccess(avfilter_graph_config(meter.graph, nil), doing)
        return meter
    }

    private func add(
        _ filter: String, _ name: String, _ options: String?
    ) throws(Failure) -> UnsafeMutablePointer<AVFilterContext>? {
        var context: UnsafeMutablePointer<AVFilterContext>?
        try requireSuccess(
            avfilter_graph_create_filter(
                &context, avfilter_get_by_name(filter), name, options, nil, graph),
            "Opening the loudness meter")
        return context
    }

    /// Measures whole blocks of what is queued.
    mutating func take(
        from queue: inout SoundQueue, _ clock: inout StageClock
    ) throws(Failure) {
        while queue.available >= LoudnessMeter.blockLength {
            try measure(try queue.take(LoudnessMeter.blockLength), &clock)
        }
    }

    /// Samples measured so far.
    var samplesMeasured: Int { Int(samplesSent) }

    /// Measures the rest, and tells what there is to do to reach `target`.
    mutating func finish(
        _ queue: inout SoundQueue, target: LoudnessTarget, _ clock: inout StageClock
    ) throws(Failure) -> LoudnessRecord {
        if queue.available > 0 { try measure(try queue.take(queue.available), &clock) }
        let loudness = thousandths(integrated) ?? LoudnessRecord.gateThousandths
        // The filter tells of whole tenths of a second; silence lets it tell of all peaks before.
        let silence = try queue.block(samples: form.rate / 5)
        try requireSuccess(
            av_samples_set_silence(
                silence.pointer.pointee.extended_data, 0, silence.pointer.pointee.nb_samples,
                form.channels, form.format), "Measuring loudness")
        try measure(silence, &clock)
        let truePeak = thousandths(peak.flatMap { $0 > 0 ? 20 * log10(bound($0)) : nil })
        return LoudnessRecord(
            integratedThousandths: max(loudness, LoudnessRecord.gateThousandths),
            truePeakThousandths: truePeak,
            gainThousandths: LoudnessRecord.gain(
                integratedThousandths: loudness, truePeakThousandths: truePeak, target: target))
    }

    private mutating func measure(
        _ block: consuming Frame, _ clock: inout StageClock
    ) throws(Failure) {
        let start = clock.now
        block.pointer.pointee.pts = samplesSent
        samplesSent += Int64(block.pointer.pointee.nb_samples)
        try requireSuccess(
            av_buffersrc_add_frame_flags(source, block.pointer, 0), "Measuring loudness")
        while true {
            heard.clear()
            let answer = av_buffersink_get_frame(sink, heard.pointer)
            if answer == reelmill_error_again || answer == reelmill_error_eof { break }
            try requireSuccess(answer, "Measuring loudness")
            readMeter()
        }
        clock.add("measure", since: start)
    }

    private mutating func readMeter() {
        integrated = value("lavfi.r128.I") ?? integrated
        for channel in 0..<form.channels {
            guard let here = value("lavfi.r128.true_peaks_ch\(channel)") else { continue }
            peak = max(peak ?? here, here)
        }
    }

    /// Nil for what is missing or no finite number.
    private func value(_ key: String) -> Double? {
        av_dict_get(heard.pointer.pointee.metadata, key, nil, 0)
            .flatMap { Double(String(cString: $0.pointee.value)) }
            .flatMap { $0.isFinite ? $0 : nil }
    }

    /// What a peak is at most: the filter rounds it to thousandths of full scale.
    private func bound(_ peak: Double) -> Double { peak + 0.0005 }

    private func thousandths(_ decibels: Double?) -> Int? {
        decibels.map { Int((max(-900, min($0, 900)) * 1000).rounded()) }
    }

    deinit {
        var graph: UnsafeMutablePointer<AVFilterGraph>? = graph
        avfilter_graph_free(&graph)
    }
}
