#ifndef IKC_FLOOR_FRAME_H
#define IKC_FLOOR_FRAME_H

// The raw floor of ikc-bench: frames of IKC's size on the wire, of which only
// the lengths are read. What IKC does beyond this is what the ratio shows.

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// The complete frames of one read.
typedef struct {
  uint64_t frames;
  const char *last;
  size_t last_length;
  int malformed;
} ikc_floor_batch;

/// More digits than any length within IKC's limits has.
enum { IKC_FLOOR_LENGTH_DIGITS = 10 };

/// Reads `<decimal length> NUL` at `at`. Returns 1 and the body's place, 0
/// where the header is still incomplete, -1 where no header can begin.
static inline int ikc_floor_header(const char *at, const char *end, const char **body, size_t *length) {
  size_t value = 0;
  const char *digit = at;
  while (digit < end && (unsigned char)(*digit - '0') < 10) {
    value = value * 10 + (size_t)(*digit++ - '0');
    if (digit - at > IKC_FLOOR_LENGTH_DIGITS) return -1;
  }
  if (digit == end) return 0;
  if (*digit != '\0' || digit == at) return -1;
  *body = digit + 1;
  *length = value;
  return 1;
}

/// Adds the complete frames between `at` and `end` to `batch`; returns where
/// the incomplete rest begins.
static inline const char *ikc_floor_scan(const char *at, const char *end, ikc_floor_batch *batch) {
  const char *body;
  size_t length;
  while (at < end) {
    int found = ikc_floor_header(at, end, &body, &length);
    if (found < 0) batch->malformed = 1;
    if (found <= 0 || (size_t)(end - body) < length) break;
    batch->frames += 1;
    batch->last = body;
    batch->last_length = length;
    at = body + length;
  }
  return at;
}

#endif
