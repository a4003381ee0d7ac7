import CLibAV

/// What keeps an encoder's bytes from depending on the processor, or on what its memory held before.
enum RepeatableEncoding {
    /// Parameters for x264 that come on top of the plan's.
    ///
    /// With AVX-512, x264 164 reads beyond the rows of its macroblock tree unless a picture is a multiple of eight
    /// macroblocks wide: what was in that memory then moves rate between blocks. Its functions for AVX2 do
    /// not, and are as fast.
    static var x264: String {
        av_get_cpu_flags() & AV_CPU_FLAG_AVX512 != 0 ? ":asm=AVX2" : ""
    }
}
