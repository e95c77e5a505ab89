#ifndef IKC_LINES_H
#define IKC_LINES_H

// Splits bytes into lines. Pure: bytes in, positions out.
//
// A line ends with CR LF, LF CR, CR or LF, changing from line to line. An end that is the last byte received ends its line
// at once; its partner, should it come later, is skipped by ikc_lines_skip.

#include <stddef.h>
#include <stdint.h>

typedef struct ikc_line {
  size_t length;   // of the line without its end
  size_t consumed; // with its end
  uint8_t partner; // the byte to skip if it comes next; 0: none
} ikc_line;

// Finds the line at the front of `bytes`, of which the first `scanned` are known to hold no end. 1: found, 0: no end yet.
static inline int ikc_lines_next(const uint8_t *bytes, size_t count, size_t scanned, ikc_line *line) {
  size_t at = scanned;
  while (at < count && bytes[at] != '\r' && bytes[at] != '\n') at++;
  if (at == count) return 0;
  uint8_t partner = bytes[at] == '\r' ? '\n' : '\r';
  line->length = at++;
  line->partner = 0;
  if (at == count) {
    line->partner = partner;
  } else if (bytes[at] == partner) {
    at++;
  }
  line->consumed = at;
  return 1;
}

// How many bytes at the front of a new packet belong to the last line's end: 0 or 1. `count` is not 0.
static inline size_t ikc_lines_skip(const uint8_t *bytes, uint8_t partner) {
  return partner != 0 && bytes[0] == partner ? 1 : 0;
}

#endif
