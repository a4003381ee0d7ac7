import CLibAV
import TranscodeModel

/// The filters that bring a source picture upright, progressive and into standard range.
struct FilterGraph: ~Copyable {
    private let graph: UnsafeMutablePointer<AVFilterGraph>
    private var source: UnsafeMutablePointer<AVFilterContext>?
    private var sink: UnsafeMutablePointer<AVFilterContext>?

    private init(owning graph: UnsafeMutablePointer<AVFilterGraph>) { self.graph = graph }

    /// Opens the graph for pictures like `first`, whose times are in `timeBase`.
    static func open(
        _ description: String, first: borrowing Frame, timeBase: Rational
    ) throws(Failure) -> FilterGraph {
        let doing = "Opening the picture filters"
        var built = FilterGraph(owning: try requireAllocated(avfilter_graph_alloc(), doing))
        built.graph.pointee.nb_threads = 1
        let frame = first.pointer.pointee
        let aspect = frame.sample_aspect_ratio
        let input =
            "video_size=\(frame.width)x\(frame.height):pix_fmt=\(frame.format)"
            + ":time_base=\(timeBase.numerator)/\(timeBase.denominator)"
            + ":pixel_aspect=\(aspect.num)/\(max(aspect.den, 1))"
        try requireSuccess(
            avfilter_graph_create_filter(
                &built.source, avfilter_get_by_name("buffer"), "in", input, nil, built.graph), doing
        )
        try requireSuccess(
            avfilter_graph_create_filter(
                &built.sink, avfilter_get_by_name("buffersink"), "out", nil, nil, built.graph),
            doing)
        // libav's names are the graph's view: our source is its open output.
        var outputs = avfilter_inout_alloc()
        var inputs = avfilter_inout_alloc()
        defer {
            avfilter_inout_free(&outputs)
            avfilter_inout_free(&inputs)
        }
        let open = try requireAllocated(outputs, doing)
        let close = try requireAllocated(inputs, doing)
        open.pointee.name = av_strdup("in")
        open.pointee.filter_ctx = built.source
        close.pointee.name = av_strdup("out")
        close.pointee.filter_ctx = built.sink
        try requireSuccess(
            avfilter_graph_parse_ptr(
                built.graph, description, &inputs, &outputs, nil), doing)
        try requireSuccess(avfilter_graph_config(built.graph, nil), doing)
        return built
    }

    /// Gives the graph one picture, which the caller keeps.
    func send(_ frame: borrowing Frame) throws(Failure) {
        try requireSuccess(
            av_buffersrc_add_frame_flags(
                source, frame.pointer, Int32(AV_BUFFERSRC_FLAG_KEEP_REF)), "Filtering a picture")
    }

    /// Says that no more pictures come.
    func sendEnd() throws(Failure) {
        try requireSuccess(
            av_buffersrc_add_frame_flags(source, nil, 0), "Ending the picture filters")
    }

    func receive(into frame: borrowing Frame) throws(Failure) -> Output {
        frame.clear()
        let answer = av_buffersink_get_frame(sink, frame.pointer)
        if answer == reelmill_error_again { return .needsInput }
        if answer == reelmill_error_eof { return .ended }
        try requireSuccess(answer, "Filtering a picture")
        return .ready
    }

    /// The unit of the times of `receive`d pictures: some filters change it.
    var outputTimeBase: AVRational { av_buffersink_get_time_base(sink) }

    deinit {
        var graph: UnsafeMutablePointer<AVFilterGraph>? = graph
        avfilter_graph_free(&graph)
    }
}
