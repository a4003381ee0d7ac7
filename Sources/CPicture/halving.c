// A file of its own and not a header, so that the C compiler makes vectors of its loops: Swift's compiler does not.
#include "CPicture.h"

#define REELMILL_INLINE static inline __attribute__((always_inline))

// A row of eight source rows, in half steps and 64 half steps above their sum, so that overshoots stay positive.
REELMILL_INLINE void reelmill_halve_down(const uint8_t *const *rows, int width, uint16_t *restrict out) {
    const uint8_t *restrict a = rows[0], *restrict b = rows[1], *restrict c = rows[2], *restrict d = rows[3],
                           *restrict e = rows[4], *restrict f = rows[5], *restrict g = rows[6],
                           *restrict h = rows[7];
    for (int x = 0; x < width; x++) {
        uint16_t inner = (uint16_t)(28 * (uint16_t)(d[x] + e[x])), near = (uint16_t)(8 * (uint16_t)(c[x] + f[x]));
        uint16_t far = (uint16_t)(3 * (uint16_t)(b[x] + g[x])), outer = (uint16_t)(a[x] + h[x]);
        out[x] = (uint16_t)((uint16_t)(inner + near + 64 * 32 + 16 - far - outer) >> 5);
    }
}

// The same across, from the even and the odd samples of such a row.
REELMILL_INLINE void reelmill_halve_across(const uint16_t *restrict even, const uint16_t *restrict odd, int width,
                                           uint8_t *restrict out) {
    for (int x = 0; x < width; x++) {
        uint16_t inner = (uint16_t)(28 * (uint16_t)(even[x] + odd[x]));
        uint16_t near = (uint16_t)(8 * (uint16_t)(odd[x - 1] + even[x + 1]));
        uint16_t far = (uint16_t)(3 * (uint16_t)(even[x - 1] + odd[x + 1]));
        uint16_t outer = (uint16_t)(odd[x - 2] + even[x + 2]);
        // 64 half steps came in, and 96 steps more keep the sum positive whatever the pictures.
        uint16_t sum = (uint16_t)(inner + near + 96 * 128 + 64 - far - outer);
        int16_t step = (int16_t)((int16_t)(sum >> 7) - 128);
        step = step < 0 ? 0 : step;
        out[x] = (uint8_t)(step > 255 ? 255 : step);
    }
}

REELMILL_INLINE void reelmill_halve_plane(const uint8_t *from, ptrdiff_t from_stride, int width, int height, uint8_t *to,
                                          ptrdiff_t to_stride, uint16_t *scratch) {
    int half = width / 2;
    uint16_t *row = scratch, *even = scratch + width + 16, *odd = even + half + 16;
    for (int y = 0; y < height / 2; y++) {
        const uint8_t *rows[8];
        for (int i = 0; i < 8; i++) {
            int place = 2 * y - 3 + i;
            place = place < 0 ? 0 : place < height ? place : height - 1;
            rows[i] = from + place * from_stride;
        }
        reelmill_halve_down(rows, width, row);
        for (int x = 0; x < half; x++) {
            even[x] = row[2 * x];
            odd[x] = row[2 * x + 1];
        }
        even[-1] = odd[-1] = odd[-2] = even[0];
        even[half] = even[half + 1] = odd[half] = odd[half - 1];
        reelmill_halve_across(even, odd, half, to + y * to_stride);
    }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void reelmill_halve_wide(const uint8_t *from, ptrdiff_t from_stride, int width,
                                                                int height, uint8_t *to, ptrdiff_t to_stride,
                                                                uint16_t *scratch) {
    reelmill_halve_plane(from, from_stride, width, height, to, to_stride, scratch);
}
#endif

void reelmill_halve_rows(const uint8_t *from, ptrdiff_t from_stride, int width, int height, uint8_t *to,
                         ptrdiff_t to_stride, uint16_t *scratch) {
    reelmill_halve_plane(from, from_stride, width, height, to, to_stride, scratch);
}

void reelmill_halve(const uint8_t *from, ptrdiff_t from_stride, int width, int height, uint8_t *to,
                    ptrdiff_t to_stride, uint16_t *scratch) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
        reelmill_halve_wide(from, from_stride, width, height, to, to_stride, scratch);
        return;
    }
#endif
    reelmill_halve_rows(from, from_stride, width, height, to, to_stride, scratch);
}
