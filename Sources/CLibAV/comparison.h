#pragma once
#include <stddef.h>
#include <stdint.h>

// Arithmetic over pictures and sound for the proof of no seam. In C, so that a debug build is quick enough.

// The eight high bits of samples of more than eight, in a plane without padding. Strides are in bytes.
static inline void reelmill_narrow(const uint8_t *plane, ptrdiff_t stride, int width, int height, int shift,
                                   uint8_t *out) {
    for (int y = 0; y < height; y++) {
        const uint16_t *row = (const uint16_t *)(const void *)(plane + y * stride);
        for (int x = 0; x < width; x++) out[(size_t)y * width + x] = (uint8_t)(row[x] >> shift);
    }
}

// The sum of a plane of eight bits.
static inline uint64_t reelmill_plane_sum(const uint8_t *plane, ptrdiff_t stride, int width, int height) {
    uint64_t total = 0;
    for (int y = 0; y < height; y++) {
        const uint8_t *row = plane + y * stride;
        uint32_t sum = 0;
        for (int x = 0; x < width; x++) sum += row[x];
        total += sum;
    }
    return total;
}

// Sums of whole blocks of 4×4: a picture of a sixteenth of the samples, in which grain is averaged away.
static inline void reelmill_block_sums(const uint8_t *plane, ptrdiff_t stride, int width, int height,
                                       uint16_t *out) {
    int columns = width / 4;
    for (int j = 0; j < height / 4; j++) {
        const uint8_t *a = plane + 4 * j * stride, *b = a + stride, *c = b + stride, *d = c + stride;
        for (int i = 0; i < columns; i++) {
            int x = 4 * i;
            out[j * columns + i] = (uint16_t)(a[x] + a[x + 1] + a[x + 2] + a[x + 3] + b[x] + b[x + 1] +
                                              b[x + 2] + b[x + 3] + c[x] + c[x + 1] + c[x + 2] + c[x + 3] +
                                              d[x] + d[x + 1] + d[x + 2] + d[x + 3]);
        }
    }
}

// The sum of squared differences of sums of blocks.
static inline uint64_t reelmill_squared_error(const uint16_t *a, const uint16_t *b, int count) {
    uint64_t total = 0;
    for (int i = 0; i < count; i++) {
        int32_t difference = (int32_t)a[i] - (int32_t)b[i];
        total += (uint32_t)(difference * difference);
    }
    return total;
}

// The mean SSIM of two planes of eight bits: windows of 8×8 at every fourth sample, unweighted, as x264 and
// ffmpeg's filter measure it (Wang, Bovik, Sheikh, Simoncelli: Image Quality Assessment, 2004).
// `scratch` has room for 8 numbers for each four columns. Both sides must be 8 at least.
static inline double reelmill_ssim(const uint8_t *a, ptrdiff_t a_stride, const uint8_t *b, ptrdiff_t b_stride,
                                   int width, int height, int32_t *scratch) {
    const double c1 = .01 * .01 * 255 * 255 * 64, c2 = .03 * .03 * 255 * 255 * 64 * 63;
    int columns = width / 4, rows = height / 4;
    int32_t *above = scratch, *here = scratch + 4 * columns;
    double total = 0;
    for (int j = 0; j < rows; j++) {
        for (int i = 0; i < columns; i++) {
            int32_t s1 = 0, s2 = 0, ss = 0, s12 = 0;
            for (int y = 0; y < 4; y++) {
                const uint8_t *p = a + (4 * j + y) * a_stride + 4 * i;
                const uint8_t *q = b + (4 * j + y) * b_stride + 4 * i;
                for (int x = 0; x < 4; x++) {
                    int32_t u = p[x], v = q[x];
                    s1 += u;
                    s2 += v;
                    ss += u * u + v * v;
                    s12 += u * v;
                }
            }
            here[4 * i] = s1;
            here[4 * i + 1] = s2;
            here[4 * i + 2] = ss;
            here[4 * i + 3] = s12;
        }
        if (j > 0) {
            for (int i = 0; i + 1 < columns; i++) {
                double sum[4];
                for (int k = 0; k < 4; k++)
                    sum[k] = above[4 * i + k] + above[4 * i + 4 + k] + here[4 * i + k] + here[4 * i + 4 + k];
                double variances = sum[2] * 64 - sum[0] * sum[0] - sum[1] * sum[1];
                double covariance = sum[3] * 64 - sum[0] * sum[1];
                total += (2 * sum[0] * sum[1] + c1) * (2 * covariance + c2) /
                         ((sum[0] * sum[0] + sum[1] * sum[1] + c1) * (variances + c2));
            }
        }
        int32_t *swapped = above;
        above = here;
        here = swapped;
    }
    return total / ((double)(columns - 1) * (rows - 1));
}

// The sum of products of two stretches of sound; the four sums let a compiler keep it quick.
static inline double reelmill_product(const float *a, const float *b, int count) {
    float sums[4] = {0, 0, 0, 0};
    int i = 0;
    for (; i + 4 <= count; i += 4)
        for (int k = 0; k < 4; k++) sums[k] += a[i + k] * b[i + k];
    for (; i < count; i++) sums[0] += a[i] * b[i];
    return (double)sums[0] + sums[1] + sums[2] + sums[3];
}
