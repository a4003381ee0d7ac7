#pragma once
#include <stddef.h>
#include <stdint.h>

// Halves a plane of eight bits in both directions by Keys' cubic with a = -2/3, in whole numbers of 16 bits: the same
// result on every machine. Edges are repeated.
//
// Both sides of the source are multiples of two. `scratch` has room for twice the width and 64 numbers.
void reelmill_halve(const uint8_t *from, ptrdiff_t from_stride, int width, int height, uint8_t *to,
                    ptrdiff_t to_stride, uint16_t *scratch);

// The same with what every processor of the kind has.
void reelmill_halve_rows(const uint8_t *from, ptrdiff_t from_stride, int width, int height, uint8_t *to,
                         ptrdiff_t to_stride, uint16_t *scratch);
