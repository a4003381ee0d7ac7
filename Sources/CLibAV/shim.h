#pragma once
#include <malloc.h>
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavformat/avformat.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/avutil.h>
#include <libavutil/channel_layout.h>
#include <libavutil/cpu.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/mastering_display_metadata.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libavutil/sha.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
#include <stdarg.h>

// Swift does not import macros with casts or compound literals: each stands here as a value or a function.
static const int reelmill_error_eof = AVERROR_EOF;
static const int reelmill_error_again = AVERROR(EAGAIN);
static const int reelmill_error_no_memory = AVERROR(ENOMEM);
static const int reelmill_error_io = AVERROR(EIO);
static const int reelmill_error_invalid = AVERROR(EINVAL);
static const int64_t reelmill_no_pts = AV_NOPTS_VALUE;


// Pictures: plane by plane, over arrays that Swift sees as tuples.
static inline int reelmill_fill_black(AVFrame *frame, int is_full_range) {
    ptrdiff_t strides[4] = {frame->linesize[0], frame->linesize[1], frame->linesize[2], frame->linesize[3]};
    return av_image_fill_black(frame->data, strides, frame->format, is_full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG,
                               frame->width, frame->height);
}
static inline void reelmill_paste(AVFrame *to, const AVFrame *from, int x, int y) {
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(from->format);
    for (int plane = 0; plane < 3 && from->data[plane]; plane++) {
        int across = plane ? format->log2_chroma_w : 0, down = plane ? format->log2_chroma_h : 0;
        int bytes = (format->comp[0].depth + 7) / 8;
        av_image_copy_plane(to->data[plane] + (ptrdiff_t)(y >> down) * to->linesize[plane] + (x >> across) * bytes,
                            to->linesize[plane], from->data[plane], from->linesize[plane],
                            AV_CEIL_RSHIFT(from->width, across) * bytes, AV_CEIL_RSHIFT(from->height, down));
    }
}

static inline int reelmill_tag_hvc1(void) { return MKTAG('h', 'v', 'c', '1'); }
static inline AVRational reelmill_rational(int numerator, int denominator) {
    return (AVRational){numerator, denominator};
}

// mallopt, which Swift's Glibc does not show. Returns 0 if the C library refuses either.
static inline int reelmill_keep_memory(int mapped_bytes, int kept_bytes) {
    return mallopt(M_MMAP_THRESHOLD, mapped_bytes) && mallopt(M_TRIM_THRESHOLD, kept_bytes);
}

// The log: libav hands over a va_list, which Swift cannot take, so a line is formatted here.
typedef void (*reelmill_log_sink)(int level, const char *line);
// A local static: a global one in a header is not emitted for Swift.
static inline reelmill_log_sink *reelmill_log_slot(void) {
    static reelmill_log_sink sink;
    return &sink;
}
static inline void reelmill_log_line(void *object, int level, const char *format, va_list arguments) {
    if ((level & 0xff) > av_log_get_level() || !*reelmill_log_slot()) return;
    char line[512];
    int prefix = 1;
    av_log_format_line2(object, level, format, arguments, line, sizeof line, &prefix);
    (*reelmill_log_slot())(level & 0xff, line);
}
static inline void reelmill_log_install(int level, reelmill_log_sink sink) {
    *reelmill_log_slot() = sink;
    av_log_set_level(level);
    av_log_set_callback(reelmill_log_line);
}

#include "comparison.h"
